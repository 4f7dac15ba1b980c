from __future__ import annotations

import pytest

from tests.architecture.covered import shares


def summary(lines: tuple[int, int], branches: tuple[int, int]) -> dict[str, dict[str, int]]:
    return {
        "summary": {
            "covered_lines": lines[0],
            "num_statements": lines[1],
            "covered_branches": branches[0],
            "num_branches": branches[1],
        }
    }


def test_many_lines_do_not_hide_branches_that_no_test_takes() -> None:
    files = {
        "syndicate/store/one.py": summary((900, 900), (1, 9)),
        "syndicate/store/two.py": summary((90, 100), (0, 1)),
        "syndicate/stored.py": summary((0, 1000), (0, 100)),
    }
    assert shares(files, "store") == {"lines": 99.0, "branches": 10.0}


def test_a_package_that_was_not_measured_is_not_taken_for_covered() -> None:
    with pytest.raises(ValueError, match="documents"):
        shares({"syndicate/store/one.py": summary((9, 9), (9, 9))}, "documents")
