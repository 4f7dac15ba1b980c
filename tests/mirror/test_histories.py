"""Whatever is published, in whatever order, between whichever requests: a copy becomes exact.

Each copy takes one answer at a time, so that anything can happen between two of them.
"""

from __future__ import annotations

from functools import partial

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test
from sqlalchemy import URL

from tests.mirror.machine import TOPICS, Copies, kinds, scopes, topics

SLUGS = ["anna", "bert", "carl", "dora", "emma", "finn", "gina"]

slugs = st.sampled_from(SLUGS)


class Histories(Copies):
    """One editor of the origin on one side, the copies on the other."""

    @rule(slug=slugs, topics=topics, kind=kinds)
    def tag(self, slug: str, topics: list[str], kind: str) -> None:
        self.editor.tag(slug, topics, kind)

    @rule(slug=slugs)
    def correct(self, slug: str) -> None:
        self.editor.correct(slug)

    @rule(slug=slugs)
    def polish(self, slug: str) -> None:
        self.editor.polish(slug)

    @rule(slug=slugs, reason=st.sampled_from(["error", "legal"]))
    def withdraw(self, slug: str, reason: str) -> None:
        self.editor.withdraw(slug, reason)

    @rule(slug=slugs)
    def restore(self, slug: str) -> None:
        self.editor.restore(slug)

    @rule(slug=slugs)
    def rename(self, slug: str) -> None:
        self.editor.rename(slug)

    @rule(topic=st.sampled_from(TOPICS))
    def rename_topic(self, topic: str) -> None:
        self.editor.rename_topic(topic)

    @rule(one=st.sampled_from(TOPICS), into=st.sampled_from(TOPICS))
    def merge_topics(self, one: str, into: str) -> None:
        self.editor.merge_topics(one, into)

    @rule(scope=scopes, answers=st.integers(1, 4))
    def pull(self, scope: str, answers: int) -> None:
        for _ in range(answers):
            self.partners[scope].step()

    @rule(scope=scopes)
    def die(self, scope: str) -> None:
        """End a run between two answers; within one, the kill tests do."""
        self.partners[scope].pull = None

    back_up = rule()(Copies.back_up)
    restore_backup = precondition(lambda self: self.saved)(
        rule(files_too=st.booleans())(Copies.restore_backup)
    )
    becomes_exact = rule(scope=scopes)(Copies.becomes_exact)


SHORT = settings(
    max_examples=5,
    stateful_step_count=16,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_copies_become_exact(store_server: URL | None) -> None:
    run_state_machine_as_test(partial(Histories, store_server), settings=SHORT)
