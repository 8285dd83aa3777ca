"""Tells the format of a file by its content, and refuses by name what has no reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from casegraph.loaders.archives import archive_kind
from casegraph.loaders.detect_json import Unread, json_format
from casegraph.loaders.detect_text import rdf_format, table_format, xml_format, yaml_format
from casegraph.loaders.inputs import Input
from casegraph.loaders.utf8 import decoded, refuse, shortened

__all__ = ["FORMATS", "format_of"]

#: The formats that have a reader, and what each is.
FORMATS = {
    "case": "a case document",
    "phenopacket": "a GA4GH Phenopacket (JSON, YAML, protobuf)",
    "fhir": "FHIR (JSON, NDJSON)",
    "care-sm": "CARE-SM (CSV, N-Quads)",
    "table": "another CSV or TSV table",
    "rdf": "casegraph's own RDF (N-Quads, TriG, JSON-LD)",
}
_HEAD = 1 << 16
_BOM = "\ufeff"
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
#: the first bytes of a file -> what it is.
_MAGIC = {
    b"%PDF": "a PDF file",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"\xd0\xcf\x11\xe0": "an Office file (Excel, Word)",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "a bzip2 archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
}
#: One control character in a hundred may be an accident in a text.
_TEXT = 100
_OTHER_UNICODE = (b"\xff\xfe", b"\xfe\xff")
#: Phenopacket, Family and Cohort of both versions have no field beyond this.
_LAST_FIELD = 11
_VARINT, _BYTES = 0, 2


@dataclass(frozen=True, slots=True)
class _Start:
    """The beginning of a file: its bytes, and its text without marks and blanks before it."""

    source: Input
    head: bytes
    text: str


def format_of(source: Input) -> str:
    """Return a key of ``FORMATS`` for a file, whatever it is called.

    No more than its beginning is read, except of a JSON text, whose keys come in any order.

    :raises DocumentError: if it is of none of them (``unknown-format``), is empty, or is no JSON although it
        begins like JSON.
    :raises InputError: if it cannot be read.

    >>> import io
    >>> format_of(Input("a.txt", lambda: io.BytesIO(b'{"resourceType": "Patient"}')))
    'fhir'
    """
    head = source.head(_HEAD)
    start = _Start(source, head, head.decode("utf-8", errors="replace").removeprefix(_BOM).lstrip())
    if not start.text:
        refuse(source.name, (1, 1), "empty", "the file is empty", "check that it was written whole")
    for look in _LOOKS:
        if isinstance(found := look(start), Unread):
            return _unread(source, found.what)
        if found is not None:
            return found
    return _unread(source, f"a file that begins with {shortened(start.text.splitlines()[0])!r}")


def _unread(source: Input, what: str) -> str:
    """Refuse what has no reader; what is called YAML is left to the reader of cases, which tells the line."""
    if source.name.lower().endswith((".yaml", ".yml")):
        return "case"
    todo = f"read are {', '.join(FORMATS.values())}; --format says which, if it is one of these after all"
    refuse(source.name, (0, 0), "unknown-format", f"{what} is not read", todo)


def _binary(start: _Start) -> str | Unread | None:
    head = start.head
    if kind := archive_kind(head):
        return Unread(f"an archive ({kind}) in place of a file")
    if what := next((what for magic, what in _MAGIC.items() if head.startswith(magic)), None):
        return Unread(what)
    if head.startswith(_OTHER_UNICODE):
        decoded(head, start.source.name)
    if (len(head) - len(head.translate(None, _CONTROL))) * _TEXT < len(head):
        return None
    return "phenopacket" if _is_protobuf(head) else Unread(f"a binary file ({head[:8].hex(' ')})")


def _is_protobuf(head: bytes) -> bool:
    """Whether fields that phenopackets may have follow each other, to the end or to where the head ends."""
    at = 0
    while at < len(head):
        number, wire = head[at] >> 3, head[at] & 7
        if not 1 <= number <= _LAST_FIELD or wire not in (_VARINT, _BYTES):
            return False
        value, at = _varint(head, at + 1)
        at += value if wire == _BYTES else 0
    return at == len(head) or len(head) == _HEAD


def _varint(head: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at a byte, seven bits a byte, and where it ends."""
    value = shift = 0
    while at < len(head):
        value |= (head[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if head[at - 1] < 0x80:  # noqa: PLR2004  the last byte has no eighth bit
            break
    return value, at


def _json(start: _Start) -> str | Unread | None:
    return json_format(start.source, start.head) if start.text[0] in "{[" else None


#: Asked in this order; the first answer counts.
_LOOKS: tuple[Callable[[_Start], str | Unread | None], ...] = (
    _binary,
    _json,
    lambda start: xml_format(start.text),
    lambda start: rdf_format(start.text),
    lambda start: yaml_format(start.text),
    lambda start: table_format(start.text, start.source.name),
)
