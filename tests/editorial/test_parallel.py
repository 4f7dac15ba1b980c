"""Several processes give what one gives, in order; they end with the one that started them."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from syndicate.editorial import parallel

PROGRAM = """
import time
from syndicate.editorial import parallel
for _ in parallel.each(time.sleep, [0.05] * 9000, processes=2):
    print("begun", flush=True)
"""


@pytest.mark.parametrize("many", [0, 1, parallel.MANY - 1, parallel.MANY + 7])
def test_the_order_is_that_of_the_files(many: int) -> None:
    numbers = list(range(many))
    assert list(parallel.each(math.factorial, numbers, processes=2)) == [
        math.factorial(number) for number in numbers
    ]


def test_an_error_of_one_file_ends_it() -> None:
    numbers = [*range(parallel.MANY), -1, *range(parallel.MANY)]
    found = parallel.each(math.factorial, numbers, processes=2)
    assert next(found) == 1
    with pytest.raises(ValueError, match="not defined for negative"):
        list(found)


def test_no_process_outlives_the_one_that_started_it() -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        process.kill()
        process.communicate(timeout=60)  # returns once everyone who could write there has ended
