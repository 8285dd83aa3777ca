"""What a plan says of a foreign document: where it is, what it would bring, and what it leaves behind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import pyoxigraph as ox

from casegraph.losses import REASONS
from casegraph.merge.incoming import Incoming
from casegraph.merge.plan import PlannedSource, Redistribution
from casegraph.namespaces import PREFIXES, compact
from casegraph.terms import shipped_terms

__all__ = ["planned_source", "redistribution_of"]

#: What a licence, or a note of rights, says that forbids to hand on what is made of a document, as a case is.
_FORBIDS = re.compile(
    r"all rights reserved|confidential"
    r"|\b(?:not|no|without)\b.{0,40}\b(?:redistribut|shar|copied|copying|publication)"
    r"|creativecommons\.org/licenses/by(?:-nc)?-nd/",
    re.IGNORECASE,
)
#: How the addresses of licences that allow it begin: Creative Commons, Open Data Commons, two of software.
_ALLOWS = re.compile(
    r"https?://(?:creativecommons\.org/(?:licenses|publicdomain)/|opendatacommons\.org/licenses/"
    r"|(?:www\.)?opensource\.org/licenses?/(?:MIT|Apache-2\.0)|(?:www\.)?apache\.org/licenses/)",
    re.IGNORECASE,
)
_LABEL = ox.NamedNode(f"{PREFIXES['rdfs']}label")
#: Where a word begins within a name, and a name of words: hasAssessment, First_visit.
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SPOKEN = re.compile(r"[A-Za-z]?[a-z]+(?:_?[A-Za-z][a-z]*)*")


def planned_source(path: str | Path, found: Incoming) -> PlannedSource:
    """Return what a plan says of a document."""
    licences = found.document.licences
    return PlannedSource(
        path=str(path),
        document=found.document.hash,
        dataset=found.dataset,
        model=" ".join(found.models),
        licence=licences,
        redistribution=redistribution_of(licences),
        statements=len(found.document.quads),
        claims=sum(each.claims for each in found.mapped),
        cases=found.cases,
        refused=tuple(_refusals(found)),
        left=tuple(_left(found)),
    )


def redistribution_of(licences: Iterable[str]) -> Redistribution:
    """Return whether licences allow to hand a document on: allowed, forbidden or unstated.

    >>> redistribution_of(["https://creativecommons.org/licenses/by/4.0/"]), redistribution_of([])
    ('allowed', 'unstated')
    >>> redistribution_of(["All rights reserved"])
    'forbidden'
    >>> redistribution_of(["https://creativecommons.org/licenses/by-nd/4.0/"])
    'forbidden'
    """
    told = tuple(licences)
    if any(_FORBIDS.search(each) for each in told):
        return "forbidden"
    return "allowed" if told and all(_ALLOWS.match(each) for each in told) else "unstated"


def _refusals(found: Incoming) -> Iterator[str]:
    for each in found.refused:
        who = each.source.rpartition("!")[2]
        for problem in each.problems:
            told = f"{problem.message}; {problem.todo}" if problem.code == "violation" else problem.message
            yield f"{who}: {problem.code}: {told}"


def _left(found: Incoming) -> Iterator[str]:
    labels = _labels(found.document.quads, {each.iri for each in found.unread})
    for one in found.unread:
        yield f"{one.times} x {one.kind} {_named(one.iri, labels)}"
    losses: Counter[str] = Counter()
    for each in found.losses:
        losses[each.reason] += each.times
    for reason, many in sorted(losses.items()):
        yield f"{many} x value, {reason}: {REASONS[reason]}"


def _labels(quads: Iterable[ox.Quad], wanted: Collection[str]) -> dict[str, str]:
    """Return what a document calls some of its classes and properties; of several labels the first."""
    found: dict[str, str] = {}
    for quad in quads:
        iri = str(getattr(quad.subject, "value", ""))
        if quad.predicate == _LABEL and iri in wanted and isinstance(quad.object, ox.Literal):
            found[iri] = min(found.get(iri, quad.object.value), quad.object.value)
    return found


def _named(iri: str, labels: Mapping[str, str]) -> str:
    """Return what a class or a property is called, in words where there are any, and its CURIE or IRI.

    What was added to the vocabulary is not asked: the words must be the same when the plan is applied.

    >>> _named("http://neurobagel.org/vocab/hasAssessment", {})
    'has assessment (http://neurobagel.org/vocab/hasAssessment)'
    >>> _named("http://semanticscience.org/resource/SIO_000115", {})
    'SIO:000115'
    """
    called = labels.get(iri) or shipped_terms().label(iri) or _words(re.split("[/#]", iri)[-1])
    return f"{called} ({compact(iri)})" if called else compact(iri)


def _words(name: str) -> str:
    """Return the words that a name is made of; empty for a number or a code."""
    return _CAMEL.sub(" ", name).replace("_", " ").lower() if _SPOKEN.fullmatch(name) else ""
