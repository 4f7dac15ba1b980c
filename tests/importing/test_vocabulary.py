"""Which topics and kind an entry's categories are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicate.definitions import Definitions
from tests.importing.entries import PLAIN, RESEARCH, converted, read


@pytest.mark.parametrize(
    ("category", "slug"),
    [
        ("training", "training"),
        ("TRAINING", "training"),
        ("Adherance", "adherence"),
        ("Attendance, Attrition, and Drop-Out", "drop-out"),
        ("attendance and drop-out", "drop-out"),
        ("drop-out", "drop-out"),
        (" Group\u00a0Psychotherapy ", "group-psychotherapy"),
    ],
)
def test_categories_are_topics_by_any_of_their_names(
    network: Definitions, category: str, slug: str
) -> None:
    imported = converted(replace(PLAIN, categories=(category, category.upper())), network)
    assert read(imported, network).topics == (slug,)
    assert imported.dropped == ()


def test_categories_that_are_no_topics_are_named(network: Definitions) -> None:
    imported = converted(replace(PLAIN, categories=("Office", "Training", "Chairs")), network)
    assert read(imported, network).topics == ("training",)
    assert imported.dropped == (
        "category “Office”: no topic has this name",
        "category “Chairs”: no topic has this name",
    )


def test_categories_in_any_script_are_named(network: Definitions) -> None:
    imported = converted(replace(PLAIN, categories=("日本語", "한국어", "Training", "#!")), network)
    assert imported.dropped == (
        "category “日本語”: no topic has this name",
        "category “한국어”: no topic has this name",
        "category “#!”: no topic has this name",
    )


def test_a_second_kind_is_named(network: Definitions) -> None:
    categories = ("Randomised trial", "Meta-analysis", "Training")
    imported = converted(replace(RESEARCH, categories=categories), network)
    assert read(imported, network).kind == "randomised-trial"
    assert imported.dropped == ("kind 'meta-analysis': there is one already, 'randomised-trial'",)


def test_without_a_topic_it_is_miscellaneous_or_a_draft(
    network: Definitions, strict_network: Definitions
) -> None:
    entry = replace(PLAIN, categories=())
    assert read(converted(entry, network), network).topics == ("miscellaneous",)
    imported = converted(entry, strict_network)
    assert imported.needs == ("topic",)
    assert read(imported, strict_network).draft
