"""What machines read of a page beside its text: JSON-LD (schema.org) and OpenGraph. Pure.

A summary is an Article that cites a ScholarlyArticle: nobody must take one for the other.
"""

from __future__ import annotations

from typing import Any, Final

import orjson
from markupsafe import Markup

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.documents import reference
from syndicate.documents.reference import Name, Reference
from syndicate.model import Summary
from syndicate.web.wording import machine

Data = dict[str, Any]
_CONTEXT: Final = "https://schema.org"


def script(data: Data) -> Markup:
    """Return JSON-LD as it may stand in a script element: no `<` can end it early."""
    text = orjson.dumps(data).decode().replace("<", "\\u003c")
    return Markup(text)  # noqa: S704 - JSON without a `<`


def og_type(data: Data | None) -> str:
    """Return the type that OpenGraph (ogp.me) knows."""
    return "article" if data and data["@type"] == "Article" else "website"


def of_site(definitions: Definitions) -> Data:
    """Describe the site on its home page."""
    network = definitions.network
    return {
        "@context": _CONTEXT,
        "@type": "WebSite",
        "name": network.title,
        "description": network.description,
        "url": definitions.absolute(addresses.HOME),
        "inLanguage": ["en", "fr"],
        "publisher": _publisher(definitions),
    }


def of_summary(summary: Summary, definitions: Definitions) -> Data:
    """Describe a summary, and what it summarises."""
    assert summary.published is not None
    assert summary.updated is not None
    address = definitions.absolute(addresses.summary(summary.slug))
    topics = [topic for slug in summary.topics if (topic := definitions.find_topic(slug))]
    data: Data = {
        "@context": _CONTEXT,
        "@type": "Article",
        "@id": address,
        "mainEntityOfPage": address,
        "headline": summary.title,
        "description": summary.description,
        "datePublished": machine(summary.published),
        "dateModified": machine(summary.updated),
        "inLanguage": summary.lang,
        "author": [_author(name, definitions) for name in summary.authors],
        "publisher": _publisher(definitions),
        "license": definitions.network.licence.url,
        "isAccessibleForFree": True,
        "about": [{"@type": "Thing", "name": topic.label} for topic in topics],
    }
    if summary.citation:
        article = reference.of_article(summary.slug, summary.citation)
        data["citation"] = _article(article, summary.citation.doi_url)
    return data


def _article(article: Reference, doi_url: str | None) -> Data:
    data: Data = {"@type": "ScholarlyArticle", "name": article.title}
    if article.authors:
        data["author"] = [_name(name) for name in article.authors]
    if article.year:
        data["datePublished"] = str(article.year)
    if article.container:
        data["isPartOf"] = {"@type": "Periodical", "name": article.container}
    if doi_url:
        identifier = {"@type": "PropertyValue", "propertyID": "doi", "value": article.doi}
        data |= {"sameAs": doi_url, "identifier": identifier}
    return data


def _name(name: Name) -> Data:
    if not name.given:
        return {"@type": "Organization", "name": name.family}
    return {"@type": "Person", "familyName": name.family, "givenName": name.given}


def _author(name: str, definitions: Definitions) -> Data:
    editors = name == definitions.network.author
    return {"@type": "Organization" if editors else "Person", "name": name}


def _publisher(definitions: Definitions) -> Data:
    network = definitions.network
    home = definitions.absolute(addresses.HOME)
    return {"@type": "Organization", "name": network.title, "url": home}
