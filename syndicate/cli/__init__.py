"""The commands: each parses, makes one call and prints. Here is which there are, and in which file.

A command's first sentence stands here and nowhere else, so that `syndicate --help` imports none of
them; its own docstring adds what more there is to say.
"""

from __future__ import annotations

from typing import Final

import click

from syndicate import __version__
from syndicate.cli.program import Command, Program

COMMANDS: Final = {
    "init": Command("starting:init", "Write a starter site into a folder."),
    "new": Command("starting:new", "Begin a summary: a file with an id and a free minute."),
    "check": Command("checking:check", "Say everything that is wrong with the site's files."),
    "preview": Command("previewing:preview", "Show a file as readers would get it, as you write."),
    "diff": Command("publishing:diff", "Say what `publish` would do, and to which feeds."),
    "publish": Command("publishing:publish", "Publish what has changed in the site's files."),
    "withdraw": Command("editing:withdraw", "Take a published summary back."),
    "restore": Command("editing:restore", "Bring a withdrawn summary back."),
    "serve": Command("serving:serve", "Serve feeds and pages, and publish what is due."),
    "alerts": Command("alerts:group", "Audit alerts, release held ones, take returned mail."),
    "worker": Command("working:worker", "Send the alerts and letters that are due."),
    "import": Command("importing:group", "Make files of another site's entries."),
    "export": Command("exporting:group", "Write the whole site as files."),
    "partner": Command("partners:group", "Give partners keys, and see what their copies hold."),
    "webhook": Command(
        "webhooks:group", "See to the calls that partners get when something changes."
    ),
    "mirror": Command("mirroring:mirror", "Keep an exact copy of another site's summaries."),
    "partner-check": Command("partnerchecking:partner_check", "Try and grade a partner's mirror."),
    "topics": Command("topics:group", "Rename or merge topics; nobody loses a feed."),
    "db": Command("database:group", "Set up, upgrade, back up and restore the store."),
    "doctor": Command("examining:doctor", "Say whether this installation is well."),
}


@click.group(cls=Program, commands_in="syndicate.cli", table=COMMANDS, name="syndicate")
@click.option("--debug", is_flag=True, help="Show where in the program an error arose.")
@click.version_option(__version__, message="syndicate %(version)s")
def main(*, debug: bool) -> None:
    """Publish short summaries of research, and serve their feeds.

    The site (content/ and feeds/) is the present folder, or the one that SYNDICATE_SITE names.
    Exit status: 0 done, 1 refused or wrong, 2 a wrong option or setting, 70 a fault of the
    program, 130 stopped.
    """
