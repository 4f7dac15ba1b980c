"""A copy in a folder: files follow rows, and nothing else of the folder is touched."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import CopyError
from syndicate.mirror import folder
from syndicate.mirror.pull import Pull
from syndicate.mirror.target import find_copy, open_copy
from syndicate.store import mirrored
from tests.mirror.stand import Stand, id_of


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(str(tmp_path / "copy"))


def files(stand: Stand) -> dict[str, str]:
    """Return the name of the entry in each file, by path."""
    place = Path(stand.target)
    return {
        path.relative_to(place).as_posix(): orjson.loads(path.read_bytes())["id"].rpartition("/")[2]
        for path in place.rglob("*.json")
    }


def test_each_entry_has_a_file_by_its_id(stand: Stand) -> None:
    stand.put(*"abc")
    stand.mirror()
    assert files(stand) == {folder.path_of(id_of(name)): name for name in "abc"}
    stand.withdraw("b")
    stand.mirror()
    assert sorted(files(stand).values()) == ["a", "c"]


def test_files_that_were_not_written_when_it_was_killed_are_written_next_time(
    stand: Stand,
) -> None:
    stand.put(*"abc")
    stand.mirror()
    stand.put("d")
    stand.withdraw("a")
    with closing(open_copy(stand.target)) as copy:
        assert copy.files
        copy.files.follow = lambda **_: None  # type: ignore[method-assign] # dies here
        Pull(copy, stand.service()).step()
    assert sorted(files(stand).values()) == ["a", "b", "c"]
    with closing(find_copy(stand.target)) as copy:
        assert sorted(copy.faults()) == [
            f"{folder.path_of(id_of('a'))}: the origin has no such entry",
            f"{id_of('d')}: its file {folder.path_of(id_of('d'))} is missing",
        ]
    with closing(open_copy(stand.target)):
        pass
    assert sorted(files(stand).values()) == ["b", "c", "d"]


def test_what_others_did_to_the_files_is_named_and_made_good_anew(stand: Stand) -> None:
    stand.put(*"abc")
    stand.mirror()
    place = Path(stand.target)
    (place / folder.path_of(id_of("a"))).unlink()
    (place / folder.path_of(id_of("b"))).write_text("{}")
    stray = place / folder.path_of("tag:stray")
    stray.parent.mkdir(exist_ok=True)
    stray.write_text("{}")
    own = [place / "README.txt", place / "entries/00/notes.json", place / "entries/index.json"]
    for path in own:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    with closing(find_copy(stand.target)) as copy:
        assert len(list(copy.faults())) == 3
    stand.mirror(anew=True)
    with closing(find_copy(stand.target)) as copy:
        assert list(copy.faults()) == []
    assert [path.read_text() for path in own] == ["mine"] * 3


@given(st.text(min_size=1))
def test_no_id_names_a_place_outside(id: str) -> None:
    path = Path(folder.path_of(id.encode("utf-8", "replace").decode()))
    assert path.parts[0] == "entries"
    assert len(path.parts) == 3
    assert folder._NAME.fullmatch(path.name)


def test_ids_that_look_alike_have_files_of_their_own() -> None:
    ids = ["tag:x:a/b", "tag:x:a/B", "tag:y:a/b", "tag:x:a/b ", "../../etc/passwd", ".."]
    assert len({folder.path_of(id) for id in ids}) == len(ids)


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("mysql://host/db", "mysql:// is no place for a copy"),
        ("postgresql://nobody@127.0.0.1:1/none", "the copy at postgresql://nobody@127.0.0.1:1/"),
        ("sqlite:////proc/copy.sqlite", "unable to open"),
    ],
)
def test_a_place_that_is_none(target: str, told: str) -> None:
    with pytest.raises((CopyError, OSError), match=told):
        open_copy(target)


def test_a_copy_of_a_later_version_is_left_alone(stand: Stand) -> None:
    stand.put("a")
    stand.mirror()
    engine = mirrored.open_engine(f"sqlite:///{folder.database(Path(stand.target))}")
    with mirrored.writing(engine) as connection:
        assert mirrored.swap_state(connection, "version", "1", "2")
    engine.dispose()
    with pytest.raises(CopyError, match="a copy of version 2"):
        stand.mirror()


def test_looking_for_a_copy_makes_none(tmp_path: Path) -> None:
    for target in (str(tmp_path / "none"), f"sqlite:///{tmp_path}/none.sqlite"):
        with pytest.raises(CopyError, match="there is no copy at"):
            find_copy(target)
    assert list(tmp_path.iterdir()) == []
