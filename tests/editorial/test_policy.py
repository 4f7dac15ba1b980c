"""The allow-list itself, its rule for addresses and its characters."""

from __future__ import annotations

import time

import pytest

from syndicate.editorial.policy import ELEMENTS, REL, SCHEMES, allows, find_illegal, find_url_fault

DANGEROUS = """
    script style svg math noscript template select textarea title xmp iframe form img object embed
    base meta link input button video audio body html plaintext noembed noframes frame frameset
"""
GOOD_URLS = [
    "https://example.org",
    "HTTP://EXAMPLE.ORG:8080/a(b)_c?d=e&f=%20#g",
    "https://doi.org/10.1016/s0005-7894(97)80048-2",
    "https://example.org/é?q=ü",
    "https://example.org?x=javascript:1",
    "https://1.2.3.4/",
    "mailto:a.b+c@example.org",
]
BAD_URLS = {
    "javascript:alert(1)": "scheme",
    " javascript:alert(1)": "scheme",
    "java\nscript:alert(1)": "scheme",
    "data:text/html,x": "scheme",
    "example.org:80": "scheme",
    "": "absolute",
    "/x": "absolute",
    "//example.org/": "absolute",
    "\\\\example.org": "absolute",
    "#x": "absolute",
    "example.org": "absolute",
    "https:/example.org": "plain",
    "https://": "plain",
    "https:///x": "plain",
    "https://a@example.org/": "plain",
    "https://a:b@example.org/": "plain",
    "https://example.org\\@x.example/": "plain",
    "https://example.org/a b": "plain",
    "https://example.org/'": "plain",
    'https://example.org/"': "plain",
    "https://example.org/<": "plain",
    "https://example.org/\u202ex": "plain",
    "https://example.org/\u200bx": "plain",
    "https://example.org/\n": "plain",
    "https://exämple.org/": "plain",
    "https://[::1]/": "plain",
    "mailto:a@example.org?cc=b@example.org": "plain",
    "mailto:a%0d@example.org": "plain",
    "mailto:a": "plain",
    "https://example.org/" + "a" * 2048: "longer",
}


def test_no_element_that_holds_raw_text_or_loads_anything_is_allowed() -> None:
    assert not set(DANGEROUS.split()) & set(ELEMENTS)


def test_no_attribute_that_acts_or_loads_is_allowed() -> None:
    attributes = {name for rules in ELEMENTS.values() for name in rules}
    assert not {name for name in attributes if name.startswith("on")}
    assert not attributes & {
        "id",
        "class",
        "style",
        "src",
        "srcset",
        "name",
        "target",
        "action",
        "is",
    }
    assert {"https", "http", "mailto"} == SCHEMES


@pytest.mark.parametrize("url", GOOD_URLS)
def test_an_absolute_plain_address_passes(url: str) -> None:
    assert find_url_fault(url) is None


@pytest.mark.parametrize("url", BAD_URLS, ids=ascii)
def test_any_other_address_gets_a_reason(url: str) -> None:
    fault = find_url_fault(url)
    assert fault is not None
    assert BAD_URLS[url] in fault[0]


def test_values_are_matched_whole() -> None:
    assert allows("a", "rel", REL)
    assert not allows("a", "rel", REL + " x")
    assert allows("td", "colspan", "2")
    assert not allows("td", "colspan", "2\n")
    assert not allows("ol", "type", "")
    assert not allows("p", "title", "x")
    assert not allows("script", "src", "https://x.example/")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("plain\ttext\n − 😀 ]]>", []),
        ("a\x00b", [(1, 2)]),
        ("\u202e\u2066\ud800", [(0, 1), (1, 2), (2, 3)]),
        ("&#9;&#xA;&#146;&#x1F600;", []),
        ("&#0;", [(0, 4)]),
        ("&#x1;", [(0, 5)]),
        ("&#13;", [(0, 5)]),
        ("&#xD800;", [(0, 8)]),
        ("&#1114112;", [(0, 10)]),
        ("&#8238", [(0, 6)]),
        ("&#X202E;", [(0, 8)]),
        ("&#" + "0" * 5000 + "65;", [(0, 5005)]),
        ("&amp;#0;", []),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_characters_are_found_raw_and_as_references(
    text: str, places: list[tuple[int, int]]
) -> None:
    assert [(start, end) for start, end, _, _ in find_illegal(text)] == places


@pytest.mark.parametrize(
    "url",
    [
        "https://" + "a." * 50_000,
        "https://" + "a" * 100_000,
        "https://a/" + "(" * 2_000 + '"',
        "mailto:" + "a" * 100_000,
        "a" * 100_000 + ":",
        " " * 2_000 + "x",
    ],
    ids=lambda url: url[:14],
)
def test_no_pattern_takes_long(url: str) -> None:
    started = time.process_time()
    find_url_fault(url[:2_048])
    find_url_fault(url)
    assert time.process_time() - started < 1  # a pattern that backtracks would take minutes
