"""deploy/pull-and-publish, run with real git repositories."""

from __future__ import annotations

import email
import email.policy
import os
import subprocess
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[1] / "deploy"

# A program in place of `syndicate`: it says what it would publish, and fails where it finds BAD.
SYNDICATE = """#!/bin/sh
grep -rl BAD "$SYNDICATE_SITE/content" && { echo "$1: a mistake"; exit 1; }
[ "$1" != publish ] || echo "published: 1 new summary"
"""
SENDMAIL = '#!/bin/sh\ncat > "$MAILS/$(ls "$MAILS" | wc -l).eml"\n'
GIT = ("git", "-c", "user.name=Editor", "-c", "user.email=editor@pprnet.example")


def _executable(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@dataclass
class Machine:
    """A clone of an editors' repository, with a folder for state and one for the mails sent."""

    root: Path

    def save(self, text: str, message: str) -> None:
        """Save a summary as an editor does: in the repository that the machine pulls from."""
        content = self.root / "origin" / "content"
        content.mkdir(exist_ok=True)
        (content / "summary.md").write_text(text)
        subprocess.run([*GIT, "add", "."], cwd=content, check=True)
        subprocess.run([*GIT, "commit", "-qm", message], cwd=content, check=True)

    def run(self) -> int:
        """Run pull-and-publish and return its exit status."""
        environment = {
            "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.root),
            "SYNDICATE_SITE": str(self.root / "site"),
            "STATE_DIRECTORY": str(self.root / "state"),
            "MAILS": str(self.root / "mails"),
            "EDITORS": "editors@pprnet.example",
            "SENDER": "syndicate@pprnet.example",
        }
        script = DEPLOY / "pull-and-publish"
        return subprocess.run([script], env=environment, check=False).returncode

    def mails(self) -> list[EmailMessage]:
        """Return the mails that were sent, oldest first."""
        return [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in sorted((self.root / "mails").iterdir())
        ]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    for name in ("bin", "origin", "state", "mails"):
        (tmp_path / name).mkdir()
    _executable(tmp_path / "bin" / "syndicate", SYNDICATE)
    _executable(tmp_path / "bin" / "sendmail", SENDMAIL)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path / "origin", check=True)
    found = Machine(tmp_path)
    found.save("a summary", "First summary")
    subprocess.run(["git", "clone", "-q", "origin", "site"], cwd=tmp_path, check=True)
    return found


def test_editors_are_told_what_went_out_once(machine: Machine) -> None:
    assert machine.run() == 0
    machine.save("a better summary", "Correct the effect: d = −0.35")
    assert machine.run() == 0
    assert machine.run() == 0
    first, second = machine.mails()
    assert first["Subject"] == "Published: First summary"
    assert second["Subject"] == "Published: Correct the effect: d = −0.35"
    assert second["To"] == "editors@pprnet.example"
    assert second["From"] == "syndicate@pprnet.example"
    assert "published: 1 new summary" in second.get_content()


def test_editors_are_told_once_what_is_wrong_and_then_that_it_is_right(machine: Machine) -> None:
    machine.save("BAD", "A mistake")
    assert [machine.run(), machine.run()] == [1, 1]
    machine.save("good", "Mended")
    assert machine.run() == 0
    wrong, right = machine.mails()
    assert wrong["Subject"] == "Please look: something is wrong (check publish)"
    assert "publish: a mistake" in wrong.get_content()
    assert right["Subject"] == "Published: Mended"


def test_editors_are_told_when_the_site_cannot_be_pulled(machine: Machine) -> None:
    assert machine.run() == 0
    (machine.root / "origin").rename(machine.root / "elsewhere")
    assert [machine.run(), machine.run()] == [1, 1]
    (machine.root / "elsewhere").rename(machine.root / "origin")
    assert [machine.run(), machine.run()] == [0, 0]
    machine.save("a second summary", "Second summary")
    assert machine.run() == 0
    assert [mail["Subject"] for mail in machine.mails()] == [
        "Published: First summary",
        "Please look: something is wrong (pull)",
        "All is well again; nothing new went out",
        "Published: Second summary",
    ]
