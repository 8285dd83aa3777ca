"""What a phenopacket says of itself: who wrote it and when, its vocabularies, what it cites."""

from __future__ import annotations

import re
from typing import Any

from casegraph.loaders.codes import coded_iri
from casegraph.loaders.phenopacket.values import Packet, said, term_of, timestamp
from casegraph.model import Curation
from casegraph.namespaces import expand, known_prefixes

__all__ = ["lose_evidence", "publication_of", "read_meta"]

_PMID = re.compile(
    r"(?:(?:PMID|PUBMED):|https?://(?:pubmed\.ncbi\.nlm\.nih\.gov|www\.ncbi\.nlm\.nih\.gov/pubmed)/)(\d+)/?",
    re.I,
)
_DOI = re.compile(r"(?:DOI:|https?://(?:dx\.)?doi\.org/)(10\.\d{4,9}/[^\s\x00-\x1f\x7f]+)", re.I)
_DAY = len("2020-02-02")


def read_meta(packet: Packet, meta: Any, path: str) -> None:
    """Carry who wrote a packet, its resources and its references; the rest is lost.

    :param path: where the meta data stand: those of a family stand outside of its packets.
    """
    _curation(packet, meta, path)
    packet.lose_text(f"{path}/submittedBy", meta.submitted_by)
    packet.lose_each(f"{path}/updates", meta.updates, "no-place")
    packet.lose_text(f"{path}/phenopacketSchemaVersion", meta.phenopacket_schema_version)
    for number, each in enumerate(meta.resources):
        _resource(packet, each, f"{path}/resources/{number}")
    for number, each in enumerate(meta.external_references):
        _reference(packet, each, f"{path}/externalReferences/{number}")


def publication_of(identifier: str) -> tuple[str, str] | None:
    """Return the kind and number of a publication's identifier; None where it is none.

    >>> publication_of("PMID:30808312"), publication_of("https://doi.org/10.1002/ccr3.6303")
    (('pmid', '30808312'), ('doi', '10.1002/ccr3.6303'))
    """
    for kind, pattern in (("pmid", _PMID), ("doi", _DOI)):
        if found := pattern.fullmatch(identifier.strip()):
            return kind, found[1]
    return None


def _curation(packet: Packet, meta: Any, path: str) -> None:
    printed = timestamp(meta.created) if meta.HasField("created") else ""
    if printed and meta.created_by:
        packet.builder.curation = Curation(by=meta.created_by, date=printed[:_DAY])
        if len(printed) > _DAY:
            packet.lose(f"{path}/created", printed, "not-exact")
        return
    packet.lose_text(f"{path}/createdBy", meta.created_by, "required-missing")
    if meta.HasField("created"):
        packet.lose(f"{path}/created", printed, "required-missing")


def _resource(packet: Packet, resource: Any, path: str) -> None:
    """Carry prefix and version; name and address say no more where the prefix is a known one."""
    rest = [resource.id, resource.name, resource.url, resource.iri_prefix]
    carried = bool(resource.namespace_prefix and resource.version)
    if carried:
        packet.builder.resources.append(f"{resource.namespace_prefix} {resource.version}")
    else:
        rest += [resource.namespace_prefix, resource.version]
    implied = carried and resource.namespace_prefix in known_prefixes()
    packet.lose_text(path, " ".join(filter(None, rest)), "implied" if implied else "no-place")


def _reference(packet: Packet, reference: Any, path: str) -> None:
    """Carry a publication as that of the record where it has none of that kind yet, else as one it cites."""
    builder, title = packet.builder, reference.description.strip()
    own = False
    for name in ("id", "reference"):
        text = getattr(reference, name).strip()
        found = publication_of(text)
        if found and getattr(builder, found[0]) in (None, found[1]):
            setattr(builder, found[0], found[1])
            own = True
        elif text:
            _cited(packet, text, f"{path}/{name}", implied=own and not found)
    if own and title and builder.title in (None, title):
        builder.title = title
    else:
        packet.lose_text(f"{path}/description", title)


def _cited(packet: Packet, text: str, path: str, *, implied: bool) -> None:
    found = publication_of(text)
    if found:
        packet.builder.references.append(expand(f"{'pubmed' if found[0] == 'pmid' else 'doi'}:{found[1]}"))
    elif coded_iri(text):
        packet.builder.references.append(text)
    elif term := term_of(text, ""):
        packet.builder.references.append(expand(term.split(" ", 1)[0]))
    else:
        packet.lose(path, text, "implied" if implied else "no-code")


def lose_evidence(packet: Packet, evidence: Any, path: str) -> None:
    """Note what a finding rests on; that it is from the record's own publication is said by the record."""
    code, reference = evidence.evidence_code, evidence.reference
    packet.lose_text(f"{path}/evidenceCode", f"{code.id} {code.label}".strip())
    if reference.ByteSize():
        found = publication_of(reference.id)
        own = found is not None and getattr(packet.builder, found[0]) == found[1]
        packet.lose(f"{path}/reference", said(reference), "implied" if own else "no-place")
