"""What mails and their pages say around the summaries, in English and French.

The summaries are English whatever the shell's language is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from syndicate.alerts.news import What
from syndicate.alerts.subscription import Language, Rhythm
from syndicate.model import WithdrawalReason

RHYTHMS: Final[Mapping[Language, Mapping[Rhythm, str]]] = {
    "en": {
        "immediate": "at once",
        "daily": "daily",
        "weekly": "weekly",
        "monthly": "monthly",
    },
    "fr": {
        "immediate": "dès la parution",
        "daily": "chaque jour",
        "weekly": "chaque semaine",
        "monthly": "chaque mois",
    },
}

FORMS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {"research": "Research", "announcement": "Announcements"},
    "fr": {"research": "Recherche", "announcement": "Annonces"},
}

WHAT: Final[Mapping[Language, Mapping[What, str]]] = {
    "en": {
        "new": "New",
        "corrected": "Corrected",
        "withdrawn": "Withdrawn",
        "restored": "Published again",
    },
    "fr": {
        "new": "Nouveau",
        "corrected": "Corrigé",
        "withdrawn": "Retiré",
        "restored": "Publié de nouveau",
    },
}

COUNTS: Final[Mapping[Language, Mapping[What, tuple[str, str]]]] = {
    "en": {
        "new": ("1 new summary", "{n} new summaries"),
        "corrected": ("1 correction", "{n} corrections"),
        "withdrawn": ("1 withdrawal", "{n} withdrawals"),
        "restored": ("1 published again", "{n} published again"),
    },
    "fr": {
        "new": ("1 nouveau résumé", "{n} nouveaux résumés"),
        "corrected": ("1 correction", "{n} corrections"),
        "withdrawn": ("1 retrait", "{n} retraits"),
        "restored": ("1 publié de nouveau", "{n} publiés de nouveau"),
    },
}

BULLETIN: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "colon": ":",
        "everything": "everything",
        "or": " or ",
        "not": "not {label}",
        "withheld": "A summary",
        "article": "The article",
        "read": "Read it here",
        "withdrawn": "It was withdrawn{why}; please do not rely on copies of it.",
        "instead": "Read instead",
        "why": "More on this",
        "restored": "It had been withdrawn, and stands again.",
        "corrected": "It has changed since you got it.",
        "more": "and {n} more:",
        "english": "",
        "because": (
            "You get this mail because {address} asked for alerts ({rhythm}) on: {selections}."
        ),
        "stop": "Stop these mails",
        "change": "Change what you get, or how often",
        "from": "Sent by",
    },
    "fr": {
        "colon": "\u202f:",
        "everything": "tout",
        "or": " ou ",
        "not": "sauf {label}",
        "withheld": "Un résumé",
        "article": "L’article",
        "read": "À lire ici",
        "withdrawn": "Il a été retiré{why}\u202f; veuillez ne pas vous fier à ses copies.",
        "instead": "À lire plutôt",
        "why": "En savoir plus",
        "restored": "Il avait été retiré et paraît de nouveau.",
        "corrected": "Il a changé depuis que vous l’avez reçu.",
        "more": "et {n} de plus\u202f:",
        "english": "Les résumés sont offerts en anglais seulement.",
        "because": (
            "Vous recevez ce courriel parce que {address} a demandé des alertes ({rhythm}) "
            "sur\u202f: {selections}."
        ),
        "stop": "Ne plus recevoir ces courriels",
        "change": "Changer les sujets ou la fréquence",
        "from": "Envoyé par",
    },
}

WHY: Final[Mapping[Language, Mapping[WithdrawalReason, str]]] = {
    "en": {
        "retracted": " because the article it summarises was retracted",
        "error": " because it was in error",
        "superseded": " because a newer summary takes its place",
        "duplicate": " because it was published twice",
        "legal": " for legal reasons",
        "other": "",
    },
    "fr": {
        "retracted": " parce que l’article résumé a été rétracté",
        "error": " parce qu’il contenait une erreur",
        "superseded": " parce qu’un résumé plus récent le remplace",
        "duplicate": " parce qu’il avait été publié deux fois",
        "legal": " pour des raisons juridiques",
        "other": "",
    },
}

_MONTHS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": (
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    ),
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
        *("août", "septembre", "octobre", "novembre", "décembre"),
    ),
}


def day(date: datetime, language: Language) -> str:
    """`1 April 2021`, `1er avril 2021`."""
    number = "1er" if language == "fr" and date.day == 1 else str(date.day)
    return f"{number} {_MONTHS[language][date.month - 1]} {date.year}"


def count(what: What, number: int, language: Language) -> str:
    """`1 new summary`, `3 corrections`."""
    one, many = COUNTS[language][what]
    return one if number == 1 else many.format(n=number)
