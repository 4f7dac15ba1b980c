"""Segments hold what lies between their ends, whatever is published meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicate.documents import deflate, record
from syndicate.documents.deflate import Piece
from syndicate.publish import pulling, sealing
from syndicate.store import engine as store
from syndicate.store import pull, segments
from tests import small
from tests.sites import Site, written


@pytest.fixture
def site(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(sealing, "ROWS", 4)
    made = small.make(tmp_path / "site", database_url)
    yield made
    made.engine.dispose()


def seal(site: Site) -> int:
    for count in range(100):
        if not sealing.seal_one(site.engine):
            return count
    raise AssertionError("it never comes to an end")


def check(site: Site) -> list[int]:
    """Compare every segment with the records; return how many rows each has."""
    with store.reading(site.engine) as connection:
        look = record.look(site.definitions)
        found = segments.list_after(connection, 0, upto=10_000, look=look)
        end = 0
        for one in found:
            assert one.first > end
            end = one.last
            held = pull.list_live(connection, after=one.first - 1, upto=one.last, limit=1000)
            sealed = segments.get(connection, one.first)
            piece = Piece(data=sealed.data, crc=sealed.crc, size=sealed.size)
            fresh = pulling.present(connection, held, site.definitions)
            assert deflate.inflate(piece) == b"".join(each.body + b"\n" for each in fresh)
            assert (one.rows, one.length) == (len(held), len(sealed.data))
    return [one.rows for one in found]


def test_what_is_published_while_a_segment_is_made_leaves_it_unsealed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        site.write(f"p-{number}", number=number)
    site.publish()
    compress = deflate.deflate

    def meanwhile(body: bytes) -> Piece:
        site.write("p-1", number=1, description="Another description of what is known.")
        site.publish()
        return compress(body)

    with monkeypatch.context() as patched:
        patched.setattr(deflate, "deflate", meanwhile)
        assert sealing.seal_one(site.engine)
    assert check(site) == []
    assert seal(site) == 1
    assert check(site) == [4]


def test_a_store_where_nothing_was_published_has_nothing_to_seal(site: Site) -> None:
    assert not sealing.seal_one(site.engine)


def test_the_newest_stay_loose_until_they_are_enough(site: Site) -> None:
    for number in range(10):
        site.write(f"p-{number}", number=number)
    site.publish()
    assert seal(site) == 2
    assert check(site) == [4, 4]
    assert seal(site) == 0


def test_a_publish_takes_out_the_segment_it_changes_and_what_is_left_is_sealed(site: Site) -> None:
    for number in range(9):
        site.write(f"p-{number}", number=number)
    site.publish()
    seal(site)
    site.write("p-1", withdrawn={"date": written(site.now), "reason": "error"}, number=1)
    site.publish()
    assert check(site) == [4]
    seal(site)
    assert sum(check(site)) == 7


def test_other_labels_seal_everything_anew(site: Site) -> None:
    for number in range(8):
        site.write(f"p-{number}", number=number)
    site.publish()
    seal(site)
    site.base_url = "https://elsewhere.example"
    site.publish()
    assert check(site) == []
    seal(site)
    assert check(site) == [4, 4]
    with store.reading(site.engine) as connection:
        (first, *_) = segments.list_after(connection, 0, upto=99)
        sealed = segments.get(connection, first.first)
    piece = Piece(data=sealed.data, crc=sealed.crc, size=sealed.size)
    assert b"https://elsewhere.example" in deflate.inflate(piece)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_whatever_is_published_and_sealed_in_any_order(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "ROWS", 3)
        folder = tmp_path_factory.mktemp("sealing")
        site = small.make(folder / "site", f"sqlite:///{folder}/store.sqlite")
        for number in range(8):
            site.write(f"p-{number}", number=number)
        site.publish()
        for step in range(8):
            act = data.draw(st.sampled_from(["seal one", "edit", "withdraw", "add"]))
            number = data.draw(st.integers(0, 7))
            if act == "seal one":
                sealing.seal_one(site.engine)
            elif act == "add":
                site.write(f"new-{step}", number=20 + step)
            else:
                gone = {"date": written(site.now), "reason": "error"} if act == "withdraw" else None
                text = f"A description of what is known, number {step}."
                site.write(f"p-{number}", number=number, description=text, withdrawn=gone)
            site.publish()
            check(site)
        seal(site)
        check(site)
        site.engine.dispose()
