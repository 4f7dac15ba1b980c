"""`diff` and `check` in colour: at a terminal, and for those who want it."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Terminal
from tests.cli.talk import talk


@pytest.fixture
def changed(terminal: Terminal) -> Terminal:
    """Return a site with something new, something withdrawn and something wrong."""
    terminal.site.write("first")
    terminal.run("publish")
    terminal.site.write("first", withdrawn={"date": "2024-02-01T12:00:00Z", "reason": "error"})
    terminal.site.write("second", number=1)
    terminal.site.write("wrong", number=2, topics=["empaty"])
    return terminal


def seen(terminal: Terminal, kind: str = "xterm", **environ: str) -> str:
    return talk(
        ("diff",),
        [],
        terminal.site.folder,
        {**terminal.environ, **environ},
        status=1,
        terminal=kind,
    )


def test_each_act_has_its_colour_at_a_terminal(changed: Terminal) -> None:
    shown = seen(changed, NO_COLOR="")
    assert "\x1b[32mnew        \x1b[0m  second" in shown
    assert "\x1b[31mwithdrawn  \x1b[0m  first" in shown
    assert f"\x1b[31m{changed.site.path('wrong')}:" in shown


def test_no_colour_where_it_is_not_wanted(changed: Terminal) -> None:
    for shown in (seen(changed, NO_COLOR="1"), seen(changed, kind="dumb", NO_COLOR="")):
        assert "\x1b[" not in shown
        assert "withdrawn    first" in shown
    result = changed.run("diff", status=1)
    assert "\x1b[" not in result.output
    assert "withdrawn    first" in result.stdout


def test_a_report_names_its_places_in_colour(changed: Terminal) -> None:
    def shown(**environ: str) -> str:
        environ = {**changed.environ, **environ}
        return talk(("check",), [], changed.site.folder, environ, status=1, terminal="xterm")

    assert f"\x1b[31m{changed.site.path('wrong')}:7\x1b[0m: `topics`: unknown" in shown(NO_COLOR="")
    assert "\x1b[" not in shown(NO_COLOR="1")
