"""Tells the format of a JSON text, or of lines of JSON, by the keys at its top."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import msgspec

from casegraph.loaders.inputs import MOST_BYTES, Input
from casegraph.loaders.json_text import check_size, parse_json
from casegraph.loaders.utf8 import shortened
from casegraph.namespaces import CG

__all__ = ["Unread", "format_of_keys", "json_format"]

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_SNAKE = re.compile(r"_([a-z])")
_LINES = 100


@dataclass(frozen=True, slots=True)
class Unread:
    """A format that has no reader.

    :param what: its name, with an article.
    """

    what: str


#: what it is, and the keys of which one is enough; the first line that fits counts.
_MARKS: tuple[tuple[str | Unread, frozenset[str]], ...] = (
    ("case", frozenset({"casegraph"})),
    ("fhir", frozenset({"resourceType"})),
    ("phenopacket", frozenset({"subject", "proband", "metaData"})),
    (Unread("a Beacon v2 response"), frozenset({"responseSummary", "resultSets", "beaconResultsets"})),
    (
        Unread("a Beacon v2 individual"),
        frozenset(
            {"sex", "ethnicity", "geographicOrigin", "interventionsOrProcedures", "measures", "exposures"}
        ),
    ),
    (Unread("a Beacon v2 dataset"), frozenset({"dataUseConditions"})),
    (
        "phenopacket",
        frozenset(
            {"phenotypicFeatures", "interpretations", "medicalActions", "measurements", "biosamples"}
            | {"diseases", "members", "relatives"}
        ),
    ),
)


def format_of_keys(keys: Collection[str]) -> str | Unread | None:
    """Return the format of data with these keys at the top, in either of the ways of protobuf.

    >>> format_of_keys(["id", "meta_data"]), format_of_keys(["id", "ethnicity"])
    ('phenopacket', Unread(what='a Beacon v2 individual'))
    """
    known = {_SNAKE.sub(lambda found: found[1].upper(), key) for key in keys}
    return next((format_ for format_, marks in _MARKS if marks & known), None)


def json_format(source: Input, head: bytes) -> str | Unread | None:
    """Return the format of what begins like JSON; None for YAML that does.

    Of lines of JSON, the first that can be read tells; of a list, its first entry.

    :param head: the beginning of the file.
    :raises DocumentError: if it is no JSON.
    """
    for line in _first_lines(source, head):
        if found := _told(line):
            return found
    content = source.content()
    check_size(content, source.name)
    entry = content.removeprefix(BOM_UTF8).lstrip()
    if entry.startswith(b"["):
        entry = _first(entry)
    if keys := _object(entry):
        return _told(entry) or Unread(f"JSON with the keys {shortened(', '.join(keys))}")
    if source.name.lower().endswith((".yaml", ".yml")):
        return None
    parse_json(content, source.name)
    return Unread("JSON without keys at its top")


def _first_lines(source: Input, head: bytes) -> list[bytes]:
    """Return lines that may each be a JSON object: those of the head, of which the first is whole."""
    with source.open() as stream:
        first = stream.readline(MOST_BYTES).removeprefix(BOM_UTF8)
    return [line for line in (first, *head.splitlines()[1:_LINES]) if line.startswith(b"{")]


def _first(entries: bytes) -> bytes:
    try:
        return next((bytes(entry) for entry in _LIST.decode(entries)), b"")
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return b""


def _object(text: bytes) -> Mapping[str, msgspec.Raw] | None:
    """Return the keys of an object and their values unread; None if it is no object."""
    try:
        return _OBJECT.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _told(text: bytes) -> str | Unread | None:
    keys = _object(text)
    if not keys:
        return None
    if found := format_of_keys(keys):
        return found
    if not keys.keys().isdisjoint({"@context", "@graph"}):
        if CG.encode() in text:
            return "rdf"
        return Unread("Neurobagel JSON-LD" if b"neurobagel.org/vocab" in text else "JSON-LD")
    if all(b'"Description"' in bytes(value) for value in keys.values()):
        return Unread("a data dictionary of BIDS or Neurobagel")
    return None
