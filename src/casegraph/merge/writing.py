"""What is written of a merge: the description of a document, the graph of a link, decisions in the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pyoxigraph as ox

from casegraph.merge.common import Need
from casegraph.merge.incoming import Incoming
from casegraph.merge.merged import LINK_CLASSES, MERGED, Decided, Link, MergedDocument
from casegraph.merge.plan import PlannedLink, PlannedSource
from casegraph.merge.quoting import graph_names, quoted
from casegraph.namespaces import CG, PREFIXES
from casegraph.store import LEDGER

__all__ = ["Files", "decision_lines", "description", "link_text"]

_RDF, _DCTERMS, _PROV, _XSD = (PREFIXES[name] for name in ("rdf", "dcterms", "prov", "xsd"))
_TYPE = f"{_RDF}type"


@dataclass(frozen=True, slots=True)
class Files:
    """The files that a merged document came in.

    :param names: of the files and folders in which it came; *digests*, the SHA-256 of each file.
    """

    names: frozenset[str]
    digests: frozenset[str]

    @classmethod
    def of(cls, found: Iterable[Incoming], known: MergedDocument | None) -> Files:
        """Return it for a document that comes, perhaps in several files, and that may be there already."""
        every = list(found)
        names = {each.document.name.rstrip("/").rpartition("/")[2] for each in every}
        digests = {origin.digest for each in every for origin in each.document.origins}
        return cls(
            frozenset(names.union(known.names if known else ())),
            frozenset(digests.union(known.digests if known else ())),
        )


def description(
    found: Incoming, source: PlannedSource, brings: Iterable[str], needs: Iterable[Need], said: Files
) -> str:
    """Return what is said of a document that is merged, as N-Quads.

    :param brings: the units that are there because of it.
    :param needs: the statements in shared graphs that are there because of it.
    """
    document = found.document
    me, graph = document.iri, f"{MERGED}{document.hash}"
    redistribution = f"<{CG}redistribution{source.redistribution.capitalize()}>"
    facts: list[tuple[str, str, str]] = [
        (me, _TYPE, f"<{CG}ForeignDocument>"),
        (me, f"{CG}dataset", _text(found.dataset)),
        (me, f"{CG}redistribution", redistribution),
        *((me, f"{CG}liftedBy", _text(each)) for each in found.models),
        *((me, f"{_DCTERMS}license", _text(each)) for each in source.licence),
        *((me, f"{CG}brings", f"<{each}>") for each in brings),
        *((me, f"{_DCTERMS}title", _text(each)) for each in said.names),
        *((me, f"{CG}sourceDigest", _text(each)) for each in said.digests),
        *((here, f"{CG}nameThere", _text(there)) for there, here in graph_names(document).items() if there),
    ]
    for need in sorted(needs):
        facts += _needed(need, me)
    lines = {f"<{subject}> <{name}> {value} <{graph}> .\n" for subject, name, value in facts}
    return "".join(sorted(lines))


def _needed(need: Need, document: str) -> Iterator[tuple[str, str, str]]:
    line = f"{need.subject} {need.predicate} {need.value} ."
    (triple,) = (each.triple for each in ox.parse(line.encode(), format=ox.RdfFormat.N_TRIPLES))
    for each in quoted(triple, document):
        yield str(each.subject)[1:-1], each.predicate.value, str(each.object)
    said = str(each.subject)[1:-1]
    yield said, f"{CG}inGraph", f"<{need.graph}>"
    yield document, f"{CG}bringsStatement", f"<{said}>"


def link_text(link: PlannedLink) -> str:
    """Return the graph of a link that is decided, as N-Quads."""
    kind, between = LINK_CLASSES[link.decision]
    one, other = sorted(link.between)
    me = link.iri
    facts = [
        (me, _TYPE, f"<{kind}>"),
        (me, f"{CG}links", f"<{one}>"),
        (me, f"{CG}links", f"<{other}>"),
        (one, between, f"<{other}>"),
        (other, between, f"<{one}>"),
        *((me, f"{CG}speaksFor", _text(each)) for each in link.speaks_for),
        *((me, f"{CG}speaksAgainst", _text(each)) for each in link.speaks_against),
    ]
    if link.documents:
        facts.append((me, f"{CG}speaksAgainst", _text(f"documents: {link.documents}")))
    if link.score is not None:
        score = f"{round(link.score, 1) + 0.0:.1f}".removesuffix(".0")  # as a store writes it, without -0
        facts.append((me, f"{CG}linkScore", f'"{score}"^^<{_XSD}decimal>'))
    lines = {f"<{subject}> <{name}> {value} <{me}> .\n" for subject, name, value in facts}
    return "".join(sorted(lines))


def decision_lines(link: PlannedLink, there: Link | None, generation: int) -> str:
    """Return what the ledger is to tell of a decision, as N-Quads; nothing if it tells just that already.

    :param there: the link as it stands in the store.
    :param generation: the number of the change that it comes with.
    """
    last = there.decisions[-1] if there is not None and there.decisions else None
    if last is not None and (last.decision, last.by, last.why) == (link.decision, link.by, link.why):
        return ""
    now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    decided = Decided(link.decision, link.by, link.why, now)
    before = len(there.decisions) if there is not None else 0
    name = hashlib.sha256(f"{link.iri}\n{generation}\n{before}".encode()).hexdigest()[:16]
    me = f"{LEDGER}#decision-{name}"
    facts = (
        (_TYPE, f"<{CG}MergeDecision>"),
        (f"{CG}decides", f"<{link.iri}>"),
        (f"{CG}decided", _text(decided.decision)),
        (f"{_DCTERMS}creator", _text(decided.by)),
        (f"{_DCTERMS}description", _text(decided.why)),
        (f"{_PROV}endedAtTime", f'"{decided.at}"^^<{_XSD}dateTime>'),
    )
    return "".join(f"<{me}> <{name}> {value} <{LEDGER}> .\n" for name, value in facts)


def _text(value: str) -> str:
    return str(ox.Literal(value))
