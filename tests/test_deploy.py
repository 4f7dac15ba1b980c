"""deploy/ names only settings, commands and files that exist; systemd and nginx take its files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from syndicate import config
from tests.architecture.test_docs import COMMANDS
from tests.sites import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
UNITS = sorted((DEPLOY / "systemd").glob("*@.*"))
CERTIFICATE = REPOSITORY / "tests" / "corpus" / "tls" / "127.0.0.1.pem"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
SYSTEMD = shutil.which("systemd-analyze")


def _settings(path: Path) -> set[str]:
    """Return what an environment file sets, or would with the # before it deleted."""
    return set(re.findall(r"^#?([A-Z_]+)=", path.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_settings_that_are_named_exist(path: Path) -> None:
    named = re.findall(r"\bSYNDICATE_[A-Z_]+", path.read_text("utf-8"))
    assert config.unknown(dict.fromkeys(named, "")) == []


# Commands ----------------------------------------------------------------------------------------


def _calls() -> Iterator[tuple[str, str]]:
    """Yield each file that calls the program, and what follows `syndicate` there."""
    for path in FILES:
        for line in path.read_text("utf-8").splitlines():
            if path.suffix == ".md" or line.startswith(("#", "Description=", "  #")):
                continue
            plain = " ".join(
                re.sub(r'[\[\]",:]', " ", line).split()
            )  # lists, of YAML and of Docker
            if called := re.search(r"(?:^|[\s/])syndicate ([a-z].*)", plain):
                yield path.name, called[1]


def test_commands_that_are_called_exist_and_have_their_options() -> None:
    callers = set()
    for place, words in _calls():
        name = next((n for n in COMMANDS if f"syndicate {words} ".startswith(f"{n} ")), None)
        assert name, f"{place}: there is no command `syndicate {words}`"
        known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
        assert {word for word in words.split() if word.startswith("--")} <= known, place
        callers.add(place)
    units = {unit.name for unit in UNITS if "/bin/syndicate " in unit.read_text()}
    assert callers == units | {"Dockerfile", "compose.yaml", "doctor-and-mail", "pull-and-publish"}


# Files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_names_files_and_variables_that_exist(unit: Path) -> None:
    text = unit.read_text()
    for script in re.findall(r"/opt/syndicate/deploy/(\S+)", text):
        assert os.access(DEPLOY / script, os.X_OK)
    assert set(re.findall(r"\$\{(\w+)\}", text)) <= _settings(DEPLOY / "systemd" / "example.env")
    if unit.suffix == ".timer":
        assert unit.with_suffix(".service") in UNITS


def test_what_the_scripts_must_be_told_stands_in_the_example() -> None:
    told = _settings(DEPLOY / "systemd" / "example.env") | {"STATE_DIRECTORY"}  # systemd sets it
    for script in ("doctor-and-mail", "mail", "pull-and-publish"):
        wanted = re.findall(r"\$\{(\w+):\?", (DEPLOY / script).read_text())
        assert wanted
        assert set(wanted) <= told, script


# Containers --------------------------------------------------------------------------------------


def test_containers_get_every_setting_from_files_that_exist() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    for service in compose["services"].values():
        context = DEPLOY / service["build"]["context"]
        assert (context / service["build"]["dockerfile"]).is_file()
        assert service["env_file"] == ["${ENV_FILE:-compose.env}"]
        assert service.get("environment") is None  # it would hide what the file says
    # The image says where the site is; the last is for tests.
    settings = {f"SYNDICATE_{field.name.upper()}" for field in fields(config.Settings)}
    offered = _settings(DEPLOY / "compose.env")
    assert offered == settings - {"SYNDICATE_SITE", "SYNDICATE_ALLOW_LOOPBACK"}


def test_the_image_is_built_as_the_makefile_installs() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    own = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    copied = " ".join(own).split()
    assert "requirements/serve.txt" in copied
    assert [place for place in copied if not (REPOSITORY / place).exists()] == []
    assert (DEPLOY / "Dockerfile.dockerignore").is_file()
    makefile = (REPOSITORY / "Makefile").read_text()
    flags = re.search(r"^INSTALL := \$\(PIP\) install (.+)$", makefile, re.MULTILINE)
    assert flags
    installs = re.findall(r"pip install (.+?)(?: \\)?$", text, re.MULTILINE)
    assert len(installs) == 3
    assert [line for line in installs if not line.startswith(flags[1])] == []
    python = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    least = python["requires-python"].removeprefix(">=")
    assert set(re.findall(r"^FROM python:([\d.]+)", text, re.MULTILINE)) == {least}


# As systemd and nginx read them ------------------------------------------------------------------

if SYSTEMD:

    def _verify(units: list[Path]) -> str:
        command = [str(SYSTEMD), "verify", *map(str, units)]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        return found.stdout + found.stderr

    def test_systemd_has_no_remark_on_the_units(tmp_path: Path) -> None:
        program = tmp_path / "opt" / ".venv" / "bin" / "syndicate"
        program.parent.mkdir(parents=True)
        program.symlink_to("/bin/true")
        (tmp_path / "opt" / "deploy").symlink_to(DEPLOY)
        copies = []
        for unit in UNITS:
            copies.append(tmp_path / unit.name)
            copies[-1].write_text(unit.read_text().replace("/opt/syndicate", f"{tmp_path}/opt"))
        assert _verify(copies) == ""
        copies[0].write_text(copies[0].read_text() + "Usr=nobody\n")
        assert "Usr" in _verify(copies)  # it does look


if NGINX:

    def test_nginx_takes_the_files_of_the_proxy(tmp_path: Path) -> None:
        cache = (DEPLOY / "nginx" / "syndicate-cache.conf").read_text()
        (tmp_path / "cache.conf").write_text(cache)
        site = (DEPLOY / "nginx" / "syndicate.conf").read_text()
        for theirs, ours in (
            (r"listen \[::\]:\d+.*;\n", ""),
            (r"listen (\d+)", rf"listen unix:{tmp_path}/\1"),
            (r"/etc/letsencrypt/\S+\.pem", str(CERTIFICATE)),
            (r"# include /etc/nginx/syndicate-cache\.conf", f"include {tmp_path}/cache.conf"),
        ):
            site, count = re.subn(theirs, ours, site)
            assert count, theirs
        (tmp_path / "nginx.conf").write_text(
            f"pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n"
            f"http {{ access_log off; proxy_cache_path {tmp_path}/kept keys_zone=syndicate:10m;\n"
            f"{site} }}\n"
        )
        command = [str(NGINX), "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
        tried = subprocess.run(command, capture_output=True, text=True, check=False)
        assert tried.returncode == 0, tried.stderr
