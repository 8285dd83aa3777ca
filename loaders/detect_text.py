"""Tells the format of XML, RDF, YAML and tables by how the text begins."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

import yaml

from casegraph.errors import DocumentError
from casegraph.loaders.detect_json import Unread, format_of_keys
from casegraph.loaders.utf8 import shortened
from casegraph.loaders.yaml_text import plain_events
from casegraph.namespaces import BASE, CG, PREFIXES

__all__ = ["rdf_format", "table_format", "xml_format", "yaml_format"]

_NO_ELEMENT = re.compile(r"<\?.*?\?>|<!--.*?-->|<![^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL)
_ELEMENT = re.compile(r"\s*<(?:[\w.-]+:)?([\w.-]+)([^<>]*)>?")
_FHIR = re.compile(r"""xmlns(?::[\w.-]+)?\s*=\s*["']http://hl7\.org/fhir["']""")
_COMMENTS = re.compile(r"(?:\s*#[^\n]*(?:\n|$))*+\s*")
_STATEMENT = re.compile(r"(?:<[^<>\s]+>|_:\S+)\s+<[^<>\s]+>\s+(?:<|_:|\")")
_IRI = re.compile(r"<[\w.+-]+:(?:/|[^<>\s]*>\s+<)")
_TURTLE = re.compile(r"@(?:prefix|base)\s|(?:PREFIX|BASE)\s+\S*\s*<", re.IGNORECASE)
_SIO = PREFIXES["SIO"]
#: Of the namespace of what holds the graphs of a nanopublication together.
_NANOPUBLICATION = "nanopub.org/nschema#"
_YAML_KEY = re.compile(
    r"""(?:%[^\n]*\n|---[ \t]*(?:#[^\n]*)?\n|#[^\n]*\n|[ \t\r]*\n)*+["']?[$@\w-]+["']?[ \t]*:(?:\s|$)"""
)
_MARKERS = "\t;,|"
_ROWS = 5
#: Characters in which the first element of XML stands.
_PROLOGUE = 8192
_DEEPEST = 100


def xml_format(text: str) -> str | Unread | None:
    """Return the format of a text that begins with XML.

    >>> xml_format('<?xml version="1.0"?><!-- x --><Bundle xmlns="http://hl7.org/fhir"/>')
    'fhir'
    >>> xml_format("<http://example.org/cut-off") is None
    True
    """
    if not text.startswith("<") or _IRI.match(text):
        return None
    root = _ELEMENT.match(_NO_ELEMENT.sub("", text[:_PROLOGUE]))
    if root is None:
        return Unread("a text that begins like XML but has no element")
    if _FHIR.search(root[2]):
        return "fhir"
    return Unread("a web page" if root[1].lower() == "html" else f"XML of the kind {shortened(root[1])!r}")


def rdf_format(text: str) -> str | Unread | None:
    """Return the format of a text that begins with statements of RDF: lines of them, Turtle or TriG.

    >>> rdf_format("<a:b> <a:c> <http://semanticscience.org/resource/SIO_000300> .")
    'care-sm'
    """
    begun = _COMMENTS.sub("", text, count=1)
    lines, turtle = _STATEMENT.match(begun), _TURTLE.match(begun)
    if not lines and not turtle:
        return None
    if CG in text or f"<{BASE}case/" in text:
        return "rdf"
    if _NANOPUBLICATION in text:
        return Unread("a nanopublication")
    return (
        "care-sm"
        if _SIO in text and lines
        else Unread("RDF that is neither casegraph's own nor CARE-SM as N-Quads")
    )


def yaml_format(text: str) -> str | Unread | None:
    r"""Return the format of a text that begins with a key and a colon, or a bracket.

    >>> yaml_format("# a comment\nproband:\n  id: 1\n")
    'phenopacket'
    """
    if text[0] != "{" and not _YAML_KEY.match(text):
        return None
    keys: list[str] = []
    for key in _top_keys(text):
        keys.append(key)
        if found := format_of_keys(keys):
            return found
    return Unread(f"YAML with the keys {shortened(', '.join(keys))}")


def _top_keys(text: str) -> Iterator[str]:
    """Yield the keys at the top of a YAML text, as far as the text can be read."""
    depth, values = 0, 0
    try:
        for event in plain_events(text, "", _DEEPEST):
            if depth == 1 and not isinstance(event, yaml.CollectionEndEvent):
                values += 1
                if values % 2 and isinstance(event, yaml.ScalarEvent):
                    yield str(event.value)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
    except (yaml.YAMLError, DocumentError):
        return  # cut off in the middle, or with a mistake that its reader will tell


def table_format(text: str, name: str) -> str | Unread | None:
    r"""Return the format of a text whose lines are divided into as many cells as its first.

    >>> table_format("model,pid,value\nSex,1,f\n", "a.csv"), table_format("Well, it itched.", "a.txt")
    ('care-sm', None)
    """
    first = text.splitlines()[0]
    marker = max(_MARKERS, key=first.count)
    rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=marker), _ROWS))
    header = {cell.strip().strip('"') for cell in rows[0]}
    called_so = name.lower().endswith((".csv", ".tsv"))
    if len(rows[0]) == 1 and not called_so:
        return None
    if not called_so and (len(rows) == 1 or any(len(row) != len(rows[0]) for row in rows)):
        return None
    if {"model", "pid"} <= header or "uniqid" in header:
        return "care-sm"
    if "person_id" in header and any(cell.endswith("_concept_id") for cell in header):
        return Unread("a table of the OMOP common data model")
    return "table"
