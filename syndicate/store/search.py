"""Full-text search: FTS5 in SQLite, tsvector in PostgreSQL, one table of texts before both.

The databases keep their indexes in step with the table (search_tables.py). Texts come folded
(query.py), so nothing that a person typed is ever read as syntax.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Label,
    Select,
    Subquery,
    and_,
    column,
    delete,
    func,
    insert,
    literal_column,
    select,
    table,
    true,
)

from syndicate.model import Summary, SummaryId
from syndicate.query import Field, Query, Term
from syndicate.selection import Term as Selected
from syndicate.selection import canonical
from syndicate.store import scopes, summaries
from syndicate.store.batches import batches
from syndicate.store.schema import summary
from syndicate.store.search_tables import searched
from syndicate.sync import Scope

_COLUMNS: Final[dict[Field, tuple[str, str]]] = {"title": ("title", "A"), "author": ("people", "C")}
"""Of a field: its column in FTS5, its weight in a tsvector."""

_BM25: Final = "bm25(searched_index, 8.0, 1.0, 3.0)"  # title, body, people
_RANK: Final = "'{0.1, 0.4, 0.2, 1.0}'::real[]"  # weights of D, C (people), B (body), A (title)
_index = table("searched_index", column("rowid"))
_words: ColumnElement[Any] = literal_column("searched.words")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What can be found of a summary; all but `doi` is folded."""

    summary_id: SummaryId
    title: str = field(repr=False)
    body: str = field(repr=False)
    people: str = field(repr=False)
    doi: str | None = None


def put(connection: Connection, texts: Iterable[Text]) -> None:
    """Write texts in place of those that the same summaries had."""
    for part in batches(texts):
        remove(connection, [one.summary_id for one in part])
        rows = [{name: getattr(one, name) for name in Text.__slots__} for one in part]
        connection.execute(insert(searched), rows)


def remove(connection: Connection, ids: Sequence[SummaryId]) -> None:
    for part in batches(ids):
        connection.execute(delete(searched).where(searched.c.summary_id.in_(part)))


# Finding -----------------------------------------------------------------------------------------


def list_found(connection: Connection, query: Query, *, limit: int, skip: int) -> list[Summary]:
    """Return the published summaries that a search finds: the best first, then the newest."""
    found = select(summary.c.id, summary.c.revision).join(
        searched, searched.c.summary_id == summary.c.id
    )
    order: list[ColumnElement[Any]] = [summary.c.published.desc()]
    if asked := query.of("text", "title", "author"):
        ranked = _ranked(connection, asked)
        found = found.join(ranked, ranked.c.id == searched.c.id)
        order.insert(0, ranked.c.score)
    found = found.where(summary.c.state == "published", *_conditions(connection, query))
    rows = connection.execute(found.order_by(*order).limit(limit).offset(skip)).all()
    return list(summaries.get_many(connection, [(row.id, row.revision) for row in rows]).values())


def count(connection: Connection, query: Query) -> int:
    """Return how many published summaries a search finds."""
    ids = found_ids(connection, query)
    counted = select(func.count()).where(summary.c.state == "published", summary.c.id.in_(ids))
    number: int = connection.execute(counted).scalar_one()
    return number


def list_words(connection: Connection, *, limit: int) -> set[str]:
    """Return the words of titles and names of the newest published summaries, folded."""
    newest = (
        select(searched.c.title, searched.c.people)
        .join(summary, summary.c.id == searched.c.summary_id)
        .where(summary.c.state == "published")
        .order_by(summary.c.published.desc())
        .limit(limit)
    )
    return {word for row in connection.execute(newest) for text in row for word in text.split()}


def found_ids(connection: Connection, query: Query) -> Select[tuple[str]]:
    """Return the ids of all summaries that a search finds, withdrawn ones too."""
    asked = query.of("text", "title", "author")
    conditions = _conditions(connection, query)
    if asked:
        matching = select(_ranked(connection, asked).c.id)
        conditions.append(searched.c.id.in_(matching))
    return (
        select(summary.c.id)
        .join(searched, searched.c.summary_id == summary.c.id)
        .where(and_(true(), *conditions))
    )


def _conditions(connection: Connection, query: Query) -> list[ColumnElement[bool]]:
    """Return all conditions but the words that are asked for."""
    conditions: list[ColumnElement[bool]] = [
        searched.c.id.not_in(select(_ranked(connection, [term]).c.id))
        for term in query.of("text", "title", "author", excluded=True)
    ]
    conditions += [searched.c.doi == term.text for term in query.of("doi")]
    conditions += [
        searched.c.doi.is_distinct_from(term.text) for term in query.of("doi", excluded=True)
    ]
    for group in ("topic", "kind"):
        for excluded in (False, True):
            for term in query.of(group, excluded=excluded):
                wanted = canonical([Selected(group, term.text, excluded=excluded)])
                states = scopes.SHOWN
                conditions.append(scopes.selects(Scope(selection=wanted), summary.c.id, states))
    return conditions


def _ranked(connection: Connection, terms: Sequence[Term]) -> Subquery:
    """Return id and score of the texts that have all terms; a lower score is better."""
    if connection.dialect.name == "sqlite":
        asked = " AND ".join(map(_fts5, terms))
        score: Label[float] = literal_column(_BM25).label("score")
        found = select(_index.c.rowid.label("id"), score)
        return found.where(column("searched_index").op("MATCH")(asked)).subquery()
    asked = " & ".join(map(_tsquery, terms))
    wanted = func.to_tsquery(literal_column("'syndicate_words'"), asked)
    score = (-func.ts_rank_cd(literal_column(_RANK), _words, wanted)).label("score")
    return select(searched.c.id, score).where(_words.op("@@")(wanted)).subquery()


def _fts5(term: Term) -> str:
    """Return a phrase of FTS5's syntax; folded words hold no quotation mark."""
    name = _COLUMNS.get(term.field)
    return f'{name[0]} : "{term.text}"' if name else f'"{term.text}"'


def _tsquery(term: Term) -> str:
    """Return a phrase of tsquery's syntax; folded words hold no operator."""
    name = _COLUMNS.get(term.field)
    label = f":{name[1]}" if name else ""
    return "(" + " <-> ".join(f"{word}{label}" for word in term.words) + ")"
