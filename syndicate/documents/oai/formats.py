"""The formats that a record comes in (3.4): a prefix, a schema, a namespace and a function each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from syndicate.definitions import Definitions
from syndicate.documents.oai import dublin, native, xml
from syndicate.documents.oai.xml import Element
from syndicate.model import Summary


@dataclass(frozen=True, slots=True)
class MetadataFormat:
    """One format; `schema` gives the address of its XML schema."""

    namespace: str
    schema: Callable[[Definitions], str]
    render: Callable[[Summary, Definitions], Element]


FORMATS: Final[Mapping[str, MetadataFormat]] = {
    "oai_dc": MetadataFormat(xml.OAI_DC, lambda _: dublin.SCHEMA, dublin.render),
    "syndicate": MetadataFormat(xml.OWN, native.schema_of, native.render),
}
