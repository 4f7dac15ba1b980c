"""`worker` and `alerts …`, run as an operator and a mail server run them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from syndicate.store import engine as store
from syndicate.store import holding
from tests import sink as sinks
from tests.cli.conftest import Terminal
from tests.cli.talk import talk
from tests.readers import ALERTS, KEY, Network
from tests.sink import Sink

READER = "reader@example.org"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with sinks.running() as found:
        yield found


@pytest.fixture
def network(terminal: Terminal, sink: Sink) -> Iterator[Network]:
    """Return the terminal's site with a sink, a reader, and the commands' settings."""
    file = terminal.site.folder / "feeds/network.toml"
    file.write_text(file.read_text("utf-8").partition("[alerts]")[0] + ALERTS, "utf-8")
    terminal.environ |= {"SYNDICATE_SMTP_URL": sink.url, "SYNDICATE_SECRET_KEY": KEY}
    terminal.run("publish")
    network = Network(terminal.site, sink)
    network.subscribe(READER)
    yield network
    network.end_workers()


def publish(terminal: Terminal, slug: str, number: int = 0) -> None:
    terminal.site.write(slug, number=number)
    terminal.run("publish")


def test_the_worker_sends_what_is_due_and_ends(terminal: Terminal, network: Network) -> None:
    publish(terminal, "one")
    terminal.run("worker", "--once")
    assert [mail.recipient for mail in network.sink.mails if mail.html] == [READER]
    terminal.run("worker", "--once", "--note-every", "1")
    assert len([mail for mail in network.sink.mails if mail.html]) == 1


def test_the_worker_goes_on_until_it_is_told_to_end(terminal: Terminal, network: Network) -> None:
    process = terminal.start("worker")
    publish(terminal, "one")
    while not any(mail.html for mail in network.sink.mails):
        assert process.poll() is None
    process.terminate()
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")


def test_without_a_relay(terminal: Terminal) -> None:
    result = terminal.run("worker", "--once", status=1)
    assert "no mail relay is named; set SYNDICATE_SMTP_URL" in result.output


@pytest.mark.parametrize("url", ["localhost:25", "http://localhost", "smtp://", "smtp://a b"])
def test_a_relay_that_is_no_relay(terminal: Terminal, url: str) -> None:
    terminal.environ["SYNDICATE_SMTP_URL"] = url
    result = terminal.run("worker", "--once", status=2)
    assert "SYNDICATE_SMTP_URL: an address such as smtp://127.0.0.1:25" in result.output


# Audit ---------------------------------------------------------------------------------------


def test_audit(terminal: Terminal, network: Network) -> None:
    publish(terminal, "one")
    assert "1 pending" in terminal.run("alerts", "audit").output
    terminal.run("worker", "--once")
    told = terminal.run("alerts", "audit").output
    assert "1 sent" in told
    assert "nothing is missing" in told
    found = json.loads(terminal.run("alerts", "audit", "--json").output)
    assert (found["sent"], found["pending"], found["faults"]) == (1, 0, [])
    assert json.loads(terminal.run("alerts", "audit", "--json", "--since", "1").output)["sent"] == 0


def test_audit_sees_what_is_missing(terminal: Terminal, network: Network) -> None:
    publish(terminal, "one")
    terminal.run("worker", "--once")
    with store.writing(network.site.engine) as connection:
        connection.exec_driver_sql("DELETE FROM told")
    result = terminal.run("alerts", "audit", status=1)
    assert "change 1 was not planned for 1 subscriptions: 1" in result.output


# Held after a restore --------------------------------------------------------------------------


def restored(terminal: Terminal, network: Network) -> Path:
    """Tell of one, back up, tell of two, and put the backup in its place."""
    publish(terminal, "one")
    terminal.run("worker", "--once")
    kept = terminal.site.folder / "kept"
    terminal.run("db", "backup", str(kept))
    publish(terminal, "two", 1)
    terminal.run("worker", "--once")
    terminal.run("db", "restore", "--replace", str(kept))
    terminal.run("publish")
    return kept


def alerts_to(network: Network) -> list[str]:
    return [mail.message["Subject"].rpartition(" ")[2] for mail in network.sink.mails if mail.html]


def test_after_a_restore_nothing_goes_out_until_somebody_decides(
    terminal: Terminal, network: Network
) -> None:
    restored(terminal, network)
    terminal.run("worker", "--once")
    assert alerts_to(network) == ["one", "two"]
    result = terminal.run("alerts", "release", status=2)
    assert "Alerts are held: the backup of" in result.output
    assert "In truth they went out until: " in result.output
    assert "not yet planned: 1 changes" in result.output
    assert "say --send or --skip" in result.output


def test_released_to_skip_tells_nobody_twice(terminal: Terminal, network: Network) -> None:
    restored(terminal, network)
    assert "taken for sent" in terminal.run("alerts", "release", "--skip").output
    terminal.run("worker", "--once")
    assert alerts_to(network) == ["one", "two"]
    assert "1 held" in terminal.run("alerts", "audit").output
    # what happens to it later is told all the same: its readers have it
    terminal.run("withdraw", "two", "--reason", "error")
    terminal.run("worker", "--once")
    assert alerts_to(network) == ["one", "two", "two"]
    assert "Alerts are not held." in terminal.run("alerts", "release").output


def test_released_to_send_loses_nobody(terminal: Terminal, network: Network) -> None:
    restored(terminal, network)
    terminal.run("alerts", "release", "--send")
    terminal.run("worker", "--once")
    assert alerts_to(network) == ["one", "two", "two"]


def test_at_a_terminal_it_asks(terminal: Terminal, network: Network) -> None:
    restored(terminal, network)
    question = "Send what is due"
    talk(("alerts", "release"), [(question, "skip")], terminal.site.folder, terminal.environ)
    terminal.run("worker", "--once")
    assert alerts_to(network) == ["one", "two"]


def test_an_older_copy_put_back_by_hand_is_noticed(terminal: Terminal, network: Network) -> None:
    """Even where nothing was published since: the mails that went out are known outside of it."""
    publish(terminal, "one")
    file = Path(str(network.site.engine.url.database))
    with closing(sqlite3.connect(file)) as present, closing(sqlite3.connect(f"{file}.old")) as old:
        present.backup(old)
    terminal.run("worker", "--once")
    network.site.engine.dispose()
    for name in ("-wal", "-shm"):
        file.with_name(file.name + name).unlink(missing_ok=True)
    Path(f"{file}.old").replace(file)
    terminal.run("worker", "--once")
    assert alerts_to(network) == ["one"]
    with store.reading(network.site.engine) as connection:
        held = holding.find(connection)
    assert held
    assert "an older copy" in held.why
    assert held.sent_until


# Mail that comes in ------------------------------------------------------------------------------


def test_leaving_by_mail_through_the_mail_server(terminal: Terminal, network: Network) -> None:
    reader = network.find(1)
    address = f"u+{network.keyring.make('unsubscribe', reader.key)}@in.example.org"
    result = terminal.run("alerts", "inbound", address, stdin="Subject: unsubscribe\n\n")
    assert result.output == "an unsubscription\n"
    assert network.find(1).standing == "ended"
    assert terminal.run("alerts", "inbound", stdin="Subject: win\n\n").output == "nothing\n"


def test_a_store_that_is_away_asks_the_mail_server_to_wait(terminal: Terminal) -> None:
    terminal.environ["SYNDICATE_DATABASE_URL"] = f"sqlite:///{terminal.site.folder}/none.sqlite"
    result = terminal.run("alerts", "inbound", stdin="Subject: x\n\n", status=75)
    assert "run `syndicate db upgrade`" in result.output


def test_letting_an_address_in_again(terminal: Terminal, network: Network) -> None:
    (letter,) = [mail for mail in network.sink.mails if "confirm" in mail.text]
    network.forget_letters()
    network.sign_up("refused@example.org")
    (letter,) = network.work()
    network.refuse(letter)
    network.sign_up("refused@example.org")
    assert network.work() == []
    assert "signed up again" in terminal.run("alerts", "allow", "refused@example.org").output
    network.sign_up("refused@example.org")
    assert len(network.work()) == 1
    assert "not kept out" in terminal.run("alerts", "allow", READER, status=1).output
