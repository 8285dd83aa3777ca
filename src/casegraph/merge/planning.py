"""Makes the plan of a merge: reads foreign documents, and finds who in them may be who."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from casegraph.errors import DocumentError, Problem
from casegraph.merge.adapters import Adapter
from casegraph.merge.applying import refuse_other_content
from casegraph.merge.incoming import Incoming, incoming
from casegraph.merge.linking import planned_links
from casegraph.merge.mappings import mapping_lines
from casegraph.merge.merged import merged_documents
from casegraph.merge.plan import MergePlan
from casegraph.merge.sources import planned_source
from casegraph.store import Store

__all__ = ["make_plan"]


def make_plan(
    store: Store,
    paths: Iterable[Path],
    dataset: str | None = None,
    adapters: Sequence[Adapter] | None = None,
    *,
    everything: bool = False,
) -> MergePlan:
    """Return what bringing foreign documents into a store would come to; the store stays as it is.

    A document that is there already, or comes twice, keeps the name that its data set has.

    :param paths: each a file, or a folder or an archive that is one document.
    :param dataset: the name of the data set of the cases; by default that of each document.
    :param adapters: in place of the shipped ones.
    :param everything: propose also the look-alikes that a better pair has settled, which are only counted.
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
    sources = tuple(planned_source(path, each) for path, each in found)
    proposed = planned_links(store, [each for _, each in found], everything=everything)
    return MergePlan(version=1, left_out=proposed.left_out, sources=sources, links=proposed.links)
