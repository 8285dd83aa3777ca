"""What a plan says of a foreign document: where it is, what it would bring, and what it leaves behind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from casegraph.merge.incoming import Incoming
from casegraph.merge.plan import PlannedSource, Redistribution
from casegraph.namespaces import compact

__all__ = ["planned_source", "redistribution_of"]

#: What a licence, or a note of rights, says that forbids to hand a document on.
_FORBIDS = re.compile(
    r"all rights reserved|confidential"
    r"|\b(?:not|no|without)\b.{0,40}\b(?:redistribut|shar|copied|copying|publication)",
    re.IGNORECASE,
)
#: How the addresses of licences that allow it begin: Creative Commons, Open Data Commons, two of software.
_ALLOWS = re.compile(
    r"https?://(?:creativecommons\.org/(?:licenses|publicdomain)/|opendatacommons\.org/licenses/"
    r"|(?:www\.)?opensource\.org/licenses?/(?:MIT|Apache-2\.0)|(?:www\.)?apache\.org/licenses/)",
    re.IGNORECASE,
)


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
        unread=tuple(_left(found)),
    )


def redistribution_of(licences: Iterable[str]) -> Redistribution:
    """Return whether licences allow to hand a document on: allowed, forbidden or unstated.

    >>> redistribution_of(["https://creativecommons.org/licenses/by/4.0/"]), redistribution_of([])
    ('allowed', 'unstated')
    >>> redistribution_of(["All rights reserved"])
    'forbidden'
    """
    told = tuple(licences)
    if any(_FORBIDS.search(each) for each in told):
        return "forbidden"
    return "allowed" if told and all(_ALLOWS.match(each) for each in told) else "unstated"


def _refusals(found: Incoming) -> Iterator[str]:
    for each in found.refused:
        yield from (f"{each.source.rpartition('!')[2]}: {problem.code}" for problem in each.problems)


def _left(found: Incoming) -> Iterator[str]:
    yield from (f"{each.kind} {compact(each.iri)}: {each.times}" for each in found.unread)
    losses: Counter[str] = Counter()
    for each in found.losses:
        losses[each.reason] += each.times
    yield from (f"not carried, {reason}: {many}" for reason, many in sorted(losses.items()))
