"""Set hashes by the definition, and cursors that nobody else can make."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import selection, sync
from syndicate.errors import CursorExpired, CursorInvalid
from syndicate.sync import Cursor, Scope, Seal, read_cursor

KEY, OTHER = "k" * 32, "o" * 32
EPOCH = "00112233445566ff"
ENTRIES = st.dictionaries(st.text(min_size=1), st.text(min_size=1), max_size=40)


def test_the_set_hash_by_its_definition() -> None:
    """Computed here as docs/partners.md tells a partner to, with the standard library alone."""
    entries = {f"tag:a.example,2013:{n}": f"sha-256:{n:064x}" for n in range(500)}
    parts: list[list[bytes]] = [[] for _ in range(256)]
    for id, content_hash in entries.items():
        number = hashlib.sha256(id.encode()).digest()[0]
        parts[number].append(f"{id}\t{content_hash}\n".encode())
    digests = b"".join(hashlib.sha256(b"".join(sorted(part))).digest() for part in parts)
    wanted = "sha-256:" + hashlib.sha256(digests).hexdigest()
    assert sync.set_hash(sync.hashes_of(entries.items())) == wanted


def test_the_set_hash_of_nothing() -> None:
    assert sync.set_hash({}) == sync.set_hash(dict.fromkeys(range(256), sync.EMPTY))
    assert sync.bucket_hash([]) == hashlib.sha256(b"").hexdigest()


@given(ENTRIES, ENTRIES)
def test_equal_sets_and_only_they_have_equal_hashes(a: dict[str, str], b: dict[str, str]) -> None:
    backwards = dict(reversed(a.items()))
    assert sync.hashes_of(backwards.items()) == sync.hashes_of(a.items())
    clean = not any(c in text for text in [*a, *b] for c in "\t\n")  # as every id is
    if clean:
        same = sync.set_hash(sync.hashes_of(a.items())) == sync.set_hash(sync.hashes_of(b.items()))
        assert same == (a == b)


@given(ENTRIES)
def test_a_change_touches_one_bucket(entries: dict[str, str]) -> None:
    before = sync.hashes_of(entries.items())
    after = sync.hashes_of({**entries, "new": "sha-256:00"}.items())
    changed = {n for n in range(256) if before.get(n) != after.get(n)}
    assert changed <= {sync.bucket_of("new")}


# Tokens -----------------------------------------------------------------------------------------


@given(st.binary(max_size=60), st.text(max_size=10))
def test_a_seal_opens_what_it_has_signed(payload: bytes, purpose: str) -> None:
    token = Seal([KEY]).sign(purpose, payload)
    assert Seal([OTHER, KEY]).open(purpose, token) == payload
    assert Seal([OTHER]).open(purpose, token) is None
    assert Seal([KEY]).open(purpose + "x", token) is None


@given(st.binary(min_size=1, max_size=30), st.data())
def test_no_changed_token_opens(payload: bytes, data: st.DataObject) -> None:
    token = Seal([KEY]).sign("cursor", payload)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCabc019-_~ é\x00"))
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        assert Seal([KEY]).open("cursor", changed) is None


@given(st.binary(max_size=3))
def test_a_token_has_one_spelling(payload: bytes) -> None:
    """The last letter of base64url may have bits that stand for nothing (RFC 4648 section 3.5)."""
    token = Seal([KEY]).sign("cursor", payload)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    opened = [last for last in letters if Seal([KEY]).open("cursor", token[:-1] + last) is not None]
    assert opened == [token[-1]]


@given(st.text(max_size=2000))
def test_garbage_does_not_open(token: str) -> None:
    assert Seal([KEY]).open("cursor", token) is None


# Cursors ----------------------------------------------------------------------------------------


def read(
    token: str, *, head: int = 10, epoch: str = EPOCH, meant: str = "m", asked: str = "a"
) -> int:
    return read_cursor(token, Seal([KEY]), epoch=epoch, head=head, meant=meant, asked=asked)


def cursor(seq: int = 7) -> str:
    return Cursor(epoch=EPOCH, seq=seq, meant="m", asked="a").seal(Seal([KEY]))


@given(st.integers(0, 2**63))
def test_a_cursor_comes_back_as_it_was(seq: int) -> None:
    assert read(cursor(seq), head=2**63) == seq


def test_a_cursor_holds_though_the_filter_is_written_otherwise() -> None:
    """A topic was renamed: the partner may ask by either name."""
    assert read(cursor(), asked="b") == 7


@pytest.mark.parametrize(
    ("changed", "error", "told"),
    [
        ({"meant": "x", "asked": "b"}, CursorInvalid, "another filter"),
        ({"meant": "x"}, CursorExpired, "topics were merged"),
        ({"epoch": "ff" * 8}, CursorExpired, "another history"),
        ({"head": 6}, CursorExpired, "another history"),
    ],
)
def test_a_cursor_that_is_not_good_here(
    changed: dict[str, str], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        read(cursor(), **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("token", ["", "x", cursor()[:-1], cursor().upper(), "A" * 5000])
def test_a_cursor_that_was_not_made_here(token: str) -> None:
    with pytest.raises(CursorInvalid, match="not made here"):
        read(token)


# Scopes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "topics", "selected"),
    [
        (Scope(), ["a"], True),
        (Scope(selection=selection.parse("a+b")), ["b", "c"], True),
        (Scope(selection=selection.parse("a+b"), all_topics=True), ["b", "c"], False),
        (Scope(selection=selection.parse("a+b"), all_topics=True), ["a", "b", "c"], True),
        (Scope(selection=selection.parse("a+~c")), ["a", "c"], False),
        (Scope(allowed=frozenset({"c"})), ["a"], False),
        (Scope(allowed=frozenset({"c"})), ["a", "c"], True),
        (Scope(selection=selection.parse("a"), allowed=frozenset({"c"})), ["c"], False),
    ],
)
def test_what_a_scope_selects(scope: Scope, topics: list[str], selected: bool) -> None:  # noqa: FBT001
    assert scope.matches(topics=topics, kind=None, form="research") == selected


def test_a_scope_means_the_same_after_a_rename() -> None:
    keys = {"a": "a", "new-name": "a"}
    scopes = [Scope(selection=selection.parse(name)) for name in keys]
    assert len({scope.meant(keys.__getitem__) for scope in scopes}) == 1
    assert Scope().meant(str) != Scope(all_topics=True).meant(str)
    assert Scope().meant(str) != Scope(allowed=frozenset()).meant(str)
