from __future__ import annotations

import re

import pytest

from syndicate.web.published import Published
from tests.web.pages.reading import SUMMARY, text_of
from tests.web.stand import Stand, get

PATH = f"/summaries/{SUMMARY}/"


def test_a_summary_shows_all_that_is_known(stand: Stand) -> None:
    correction = '{date: 2022-01-05T09:00:00Z, note: "A value <b>was</b> wrong."}'

    def change(text: str) -> str:
        text = text.replace("  year: 2020\n", "  doi: 10.1000/xyz\n  year: 2020\n", 1)
        return text.replace("\nform:", f"\ncorrections: [{correction}]\nform:", 1)

    stand.edit(SUMMARY, change)
    assert stand.site.publish().problems == ()
    page = get(stand.open(), PATH).text
    text = text_of(page)
    for expected in (
        "Mindfulness and empathy among therapists",
        "By Demonstration editors · April 2021 · Meta-analysis",
        "Corrected on 5 January 2022",
        "mindfulness and personal distress r = −0.42 −0.55 to −0.27",
        "Cooper, D., Yap, K.",
        "https://doi.org/10.1000/xyz",
        "Empathy Therapist Factors Training",
        "5 January 2022 A value <b>was</b> wrong.",
        "Creative Commons Attribution 4.0 International",
        "Emotional expression by therapists and clients",  # shares a topic
    ):
        assert expected in text
    assert "<b>was</b>" not in page
    assert re.search(r'<section class="implications" id="implications">\s*<h2>Practice', page)


def test_each_interval_is_drawn_and_said(stand: Stand) -> None:
    page = get(stand.open(), PATH).text
    assert page.count('<svg role="img"') == 2
    assert 'aria-label="r = −0.42, 95% CI −0.55 to −0.27"' in page
    assert page.count('class="value"') == 2


def test_what_surrounds_the_text_is_french_and_the_text_is_not(stand: Stand) -> None:
    page = get(stand.open(), f"/fr{PATH}").text
    assert '<h1 lang="en">Mindfulness and empathy among therapists</h1>' in page
    assert '<div class="text" lang="en">' in page
    assert '<h2>Implications pour la pratique</h2>\n<div lang="en">' in page
    assert "Par Demonstration editors" in page
    assert "avril 2021" in page
    assert "Méta-analyse" in page


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_a_summary_says_how_it_is_cited(app: Published, prefix: str) -> None:
    text = text_of(get(app, f"{prefix}{PATH}").text)
    assert (
        "Demonstration editors (2021). Mindfulness and empathy among therapists. "
        f"Psychotherapy Practice Research Network (demonstration). http://127.0.0.1:8000{PATH}"
    ) in text


def test_an_announcement_has_no_part_of_research(stand: Stand) -> None:
    page = get(stand.open(), "/summaries/april-2021-updated-handbook/").text
    for absent in ("Practice implications", "Findings", "Article summarised", "On this page"):
        assert absent not in page
    assert "Cite this summary" in page


# What is no longer there ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "told"),
    [
        ("", ("31 December 2023", "a newer summary takes its place", "Read instead:")),
        ("/fr", ("31 décembre 2023", "un résumé plus récent le remplace", "À lire à la place :")),
    ],
)
def test_a_withdrawn_summary_says_when_and_why(
    stand: Stand, prefix: str, told: tuple[str, ...]
) -> None:
    stand.withdraw(
        SUMMARY,
        "superseded",
        note="Figures <i>were</i> corrected.",
        replaced_by="alliance-predicts-outcome",
    )
    answer = get(stand.open(), prefix + PATH)
    assert answer.status_code == 410
    for expected in ("Mindfulness and empathy among therapists", *told):
        assert expected in text_of(answer.text)
    assert "Figures &lt;i&gt;were" in answer.text
    assert f'href="{prefix}/summaries/alliance-predicts-outcome/"' in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_one_withdrawn_for_legal_reasons_is_not_named(stand: Stand) -> None:
    stand.withdraw(SUMMARY, "legal", note="At the demand of Mindfulness Inc.")
    app = stand.open()
    answer = get(app, PATH)
    assert answer.status_code == 410
    assert "indfulness" not in answer.text
    for path in ("/", "/topics/empathy/", "/archive/2021/04/", "/archive/2021/04/whole/"):
        assert "Mindfulness and empathy" not in get(app, path).text


def test_a_former_slug_leads_to_the_present_one(stand: Stand) -> None:
    (path,) = stand.site.folder.rglob(f"{SUMMARY}.md")
    path.rename(path.with_name("mindful-therapists.md"))
    assert stand.site.publish().problems == ()
    app = stand.open()
    for prefix in ("", "/fr"):
        answer = get(app, prefix + PATH)
        assert answer.status_code == 301
        assert answer.headers["Location"] == f"{prefix}/summaries/mindful-therapists/"
