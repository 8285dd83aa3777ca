"""Makes the plan of a merge: reads foreign documents, and finds who in them may be who."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from casegraph.errors import DocumentError, Problem
from casegraph.merge.adapters import Adapter
from casegraph.merge.applying import refuse_other_content
from casegraph.merge.incoming import Incoming, incoming
from casegraph.merge.linking import planned_links
from casegraph.merge.mappings import mapping_lines
from casegraph.merge.merged import merged_documents
from casegraph.merge.plan import MergePlan, PlannedSource, Redistribution
from casegraph.namespaces import compact
from casegraph.store import Store

__all__ = ["make_plan", "redistribution_of"]

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


def make_plan(
    store: Store, paths: Iterable[Path], dataset: str | None = None, adapters: Sequence[Adapter] | None = None
) -> MergePlan:
    """Return what bringing foreign documents into a store would come to; the store stays as it is.

    A document that is there already, or comes twice, keeps the name that its data set has.

    :param paths: each a file, or a folder or an archive that is one document.
    :param dataset: the name of the data set of the cases; by default that of each document.
    :param adapters: in place of the shipped ones.
    :raises DocumentError: if a document cannot be taken in, or says other things of cases that are there; it
        carries the problems of all documents.
    :raises InputError: if a document cannot be read.
    :raises StoreError: if the store fails.
    """
    mappings = mapping_lines(store)
    names = {each.hash: each.datasets[0] for each in merged_documents(store)}
    found: list[tuple[Path, Incoming]] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            each = incoming(path, dataset, adapters, mappings)
            known = names.setdefault(each.document.hash, each.dataset)
            same = known == each.dataset
            found.append((path, each if same else incoming(path, known, adapters, mappings)))
        except DocumentError as error:
            problems += error.problems
    if problems:
        raise DocumentError(tuple(problems))
    refuse_other_content(store, (each for _, each in found))
    sources = tuple(_source(path, each) for path, each in found)
    links = planned_links(store, [each for _, each in found])
    return MergePlan(version=1, sources=sources, links=tuple(links))


def _source(path: Path, found: Incoming) -> PlannedSource:
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
