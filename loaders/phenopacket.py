"""GA4GH Phenopackets v2 as cases: each packet of a file, family or cohort is a case of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from phenopackets.schema.v2.phenopackets_pb2 import Family

from casegraph.errors import Problem
from casegraph.loaders.inputs import Input
from casegraph.loaders.phenopacket_case import read_packet
from casegraph.loaders.phenopacket_files import Part, parts_of
from casegraph.loaders.phenopacket_meta import read_meta
from casegraph.loaders.phenopacket_values import NotReadableError, Packet, said
from casegraph.loaders.records import Options, Outcome, RecordBuilder

__all__ = ["looks_like_phenopacket", "read_phenopacket"]

_TEXT = re.compile(rb"\s*[{\[]|[\s-]*[\"'\w]+:")
_KEYS = re.compile(rb"[\"']?(?:phenopacketSchemaVersion|phenopacket_schema_version|proband)[\"']?\s*:")
_SUBJECT = re.compile(rb"[\"']?subject[\"']?\s*:\s*(?:\{|\n)")
#: field 1 of all messages is their id; field 2, the subject or proband, comes next.
_ID, _NEXT = 0x0A, b"\x12\x1a"
_ONE_BYTE = 0x80


def read_phenopacket(source: Input, options: Options) -> Iterator[Outcome]:
    """Yield each packet of a file as a case, or why it is none.

    JSON, YAML and protobuf's binary form are told apart by what stands in them; a list of packets is read one
    by one. A packet is named by its ``id``, else by that of its subject.

    :raises DocumentError: if nothing of the file can be read.
    """
    seen: dict[str, str] = {}
    around: Any = None
    for part in parts_of(source):
        if isinstance(part.packet, Problem):
            yield part.packet
            continue
        outcome = _case(source, options, part, seen, part.around if part.around is not around else None)
        if not isinstance(outcome, Problem):
            around = part.around
        yield outcome


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
    if _TEXT.match(head.removeprefix(b"\xef\xbb\xbf")):
        told = _KEYS.search(head) or _SUBJECT.search(head)
        return told is not None and b"resourceType" not in head
    if not head or head[0] != _ID or len(head) < len("\n1x"):
        return head[:1] == b"\x12"
    return head[1] < _ONE_BYTE and head[2 + head[1] : 3 + head[1]] in (
        b"",
        *(bytes([each]) for each in _NEXT),
    )


def _case(source: Input, options: Options, part: Part, seen: dict[str, str], around: Any) -> Outcome:
    """Return the case of one packet.

    :param around: the family or cohort, where what it says itself is to be noted with this packet.
    """
    message: Any = part.packet
    here = part.pointer or "the file"
    name = message.id or message.subject.id
    if not name:
        text = f"no id: neither the packet nor its subject has one, at {here}"
        return Problem(source.name, 0, 0, "missing-key", text, "give the packet an id")
    if name in seen:
        text = f"the id {name!r} at {here} is that of {seen[name]} too"
        return Problem(source.name, 0, 0, "same-case", text, "give each packet an id of its own")
    packet = Packet(RecordBuilder(options, name), part.pointer)
    outer = Packet(packet.builder, part.outer)
    try:
        if message.HasField("meta_data"):
            read_meta(packet, message.meta_data, "/metaData")
        elif part.around is not None:
            read_meta(outer, part.around.meta_data, "/metaData")
        read_packet(packet, message)
    except NotReadableError as error:
        return Problem(source.name, 0, 0, *error.args)
    seen[name] = here
    if around is not None:
        _lose_around(outer, message, around)
    return packet.builder.imported()


def _lose_around(outer: Packet, packet: Any, around: Any) -> None:
    """Note what a family or a cohort says beside its packets."""
    outer.lose_text("/id", around.id)
    if isinstance(around, Family):
        if around.consanguinous_parents:
            outer.lose("/consanguinousParents", "true", "no-place")
        for number, each in enumerate(around.pedigree.persons):
            reason = "no-place" if each.individual_id == packet.subject.id else "not-a-case"
            outer.lose(f"/pedigree/persons/{number}", said(each), reason)
    else:
        outer.lose_text("/description", around.description)
    outer.lose_each("/files", around.files, "not-a-case")
    if around.HasField("meta_data") and packet.HasField("meta_data"):
        same = around.meta_data == packet.meta_data
        outer.lose("/metaData", said(around.meta_data), "duplicate" if same else "no-place")
