"""What many files claim, in a few bytes each."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from syndicate.publish.register import Digests

CLAIMS = st.lists(st.tuples(st.sampled_from("abcdefghij"), st.integers(0, 20)), max_size=40)


@given(CLAIMS, CLAIMS)
def test_it_knows_what_was_added_and_who_share_it(
    first: list[tuple[str, int]], then: list[tuple[str, int]]
) -> None:
    digests, owners = Digests(), defaultdict[str, list[int]](list)
    for claims in (first, then):  # more may come after it was looked at
        for value, owner in claims:
            digests.add(value, owner)
            owners[value].append(owner)
        assert {value for value in "abcdefghij" if value in digests} == set(owners)
        twice = [whose for whose in owners.values() if len(whose) > 1]
        assert digests.shared() == sorted({owner for whose in twice for owner in whose})
