"""GA4GH Phenopackets v2 as cases: each packet of a file, family or cohort is a case of its own."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator

from casegraph.errors import MissingExtraError
from casegraph.loaders.inputs import Input
from casegraph.loaders.records import Options, Outcome

__all__ = ["looks_like_phenopacket", "read_phenopacket"]

_TEXT = re.compile(rb"\s*[{\[]|[\s-]*[\"'\w]+:")
_KEYS = re.compile(rb"[\"']?(?:phenopacketSchemaVersion|phenopacket_schema_version|proband)[\"']?\s*:")
_SUBJECT = re.compile(rb"[\"']?subject[\"']?\s*:\s*(?:\{|\n)")
#: field 1 of all messages is their id; field 2, the subject or proband, comes next.
_ID, _NEXT = 0x0A, b"\x12\x1a"
_ONE_BYTE = 0x80


def read_phenopacket(source: Input, options: Options) -> Iterator[Outcome]:
    """Yield each packet of a file as a case, or why it is none.

    JSON, lines of JSON, YAML and protobuf's binary form are told apart by what stands in them; packets in a
    list or in lines are read one by one, lines without holding the file in memory. A packet is named by its
    ``id``, else by that of its subject.

    :raises DocumentError: if nothing of the file can be read.
    :raises MissingExtraError: if the package of the schema is not installed.
    """
    try:
        from casegraph.loaders.phenopacket.records import outcomes_of
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "phenopackets is not installed", todo="pip install 'casegraph[formats]'"
        ) from error
    yield from outcomes_of(source, options)


def looks_like_phenopacket(head: object) -> bool:
    """Say whether data, or the first bytes of a file, are like Phenopackets of any version.

    >>> looks_like_phenopacket({"id": "1", "subject": {"id": "A"}, "phenotypicFeatures": []})
    True
    >>> looks_like_phenopacket({"resourceType": "Condition", "subject": {"reference": "Patient/1"}})
    False
    """
    if isinstance(head, bytes):
        return _bytes_look_like(head)
    if isinstance(head, list):
        return bool(head) and looks_like_phenopacket(head[0])
    if not isinstance(head, dict) or "resourceType" in head:
        return False
    meta = head.get("metaData", head.get("meta_data"))
    if isinstance(meta, dict) and (
        "phenopacketSchemaVersion" in meta or "phenopacket_schema_version" in meta
    ):
        return True
    members = head.get("members")
    if isinstance(members, list) and members and not isinstance(members[0], list):
        return looks_like_phenopacket(members[0])
    return isinstance(head.get("subject"), dict) or isinstance(head.get("proband"), dict)


def _bytes_look_like(head: bytes) -> bool:
    if _TEXT.match(head.removeprefix(BOM_UTF8)):
        told = _KEYS.search(head) or _SUBJECT.search(head)
        return told is not None and b"resourceType" not in head
    if not head or head[0] != _ID or len(head) < len("\n1x"):
        return head[:1] == b"\x12"
    return head[1] < _ONE_BYTE and head[2 + head[1] : 3 + head[1]] in (
        b"",
        *(bytes([each]) for each in _NEXT),
    )
