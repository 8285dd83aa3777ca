"""Each packet of a file as a case, with what its family or cohort says beside it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from typing import Any

from phenopackets.schema.v2.phenopackets_pb2 import Family

from casegraph.errors import Problem
from casegraph.loaders.inputs import Input
from casegraph.loaders.phenopacket.case import read_packet
from casegraph.loaders.phenopacket.doubts import doubts_of, misnamed
from casegraph.loaders.phenopacket.files import Part, parts_of
from casegraph.loaders.phenopacket.meta import read_meta
from casegraph.loaders.phenopacket.values import NotReadableError, Packet, said
from casegraph.loaders.records import Options, Outcome, RecordBuilder

__all__ = ["outcomes_of"]


def outcomes_of(source: Input, options: Options) -> Iterator[Outcome]:
    """Yield each packet of a file as a case, or why it is none.

    :raises DocumentError: if nothing of the file can be read.
    """
    seen: dict[str, tuple[str, bytes]] = {}
    around: Any = None
    for part in parts_of(source):
        if isinstance(part.packet, Problem):
            yield part.packet
            continue
        outcome = _case(source, options, part, seen, part.around if part.around is not around else None)
        if not isinstance(outcome, Problem):
            around = part.around
        yield outcome


def _case(
    source: Input, options: Options, part: Part, seen: dict[str, tuple[str, bytes]], around: Any
) -> Outcome:
    """Return the case of one packet.

    :param around: the family or cohort, where what it says itself is to be noted with this packet.
    """
    message: Any = part.packet
    here = part.pointer or (f"line {part.line}" if part.line else "the file")
    name = message.id or message.subject.id
    if not name:
        text = f"no id: neither the packet nor its subject has one, at {here}"
        return Problem(source.name, part.line, 0, "missing-key", text, "give the packet an id")
    if not message.HasField("subject"):
        text = f"the packet {name!r} at {here} has no subject: it tells of no patient"
        return Problem(source.name, part.line, 0, "no-patient", text, "give the packet a subject with an id")
    content = hashlib.sha256(message.SerializeToString(deterministic=True)).digest()
    if name in seen and seen[name][1] != content:
        text = f"the id {name!r} at {here} is that of {seen[name][0]} too, with other content"
        return Problem(source.name, part.line, 0, "same-case", text, "give each packet an id of its own")
    packet = Packet(RecordBuilder(options, name), part.pointer)
    outer = Packet(packet.builder, part.outer)
    try:
        if message.HasField("meta_data"):
            read_meta(packet, message.meta_data, "/metaData")
        elif part.around is not None:
            read_meta(outer, part.around.meta_data, "/metaData")
        read_packet(packet, message)
    except NotReadableError as error:
        return Problem(source.name, part.line, 0, *error.args)
    seen.setdefault(name, (here, content))
    _lose_times(packet, part)
    if around is not None:
        _lose_around(outer, message, around)
    imported = packet.builder.imported()
    case, place = imported.document.cases["1"], (source.name, part.line)
    doubts = (*doubts_of(case, *place), *misnamed(name, packet.misnamed, *place))
    return dataclasses.replace(imported, doubts=doubts)


def _lose_times(packet: Packet, part: Part) -> None:
    """Note each timestamp of which the day alone was kept, but for those within what is left behind."""
    left = {each.path for each in packet.builder.losses}
    for place, printed in part.days.items():
        steps = place.split("/")
        if not left & {"/".join(steps[:end]) for end in range(len(steps) + 1)}:
            packet.builder.lose(place, printed, "not-exact")


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
