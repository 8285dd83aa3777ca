"""Takes a foreign document through every stage before the store: read, lift, derive, validate."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from casegraph.errors import DocumentError, Problem
from casegraph.ingest.labels import OtherLabels
from casegraph.ingest.mapping import Mapped, Refused, map_documents, map_records
from casegraph.loaders.formats import CASE, dataset_of
from casegraph.loaders.inputs import Input
from casegraph.loaders.paths import inputs
from casegraph.loaders.rdf import rdf_members, read_rdf
from casegraph.loaders.records import Options, Outcome
from casegraph.losses import Loss
from casegraph.merge.adapters import Adapter, Unread, shipped_adapters
from casegraph.merge.foreign import ForeignDocument, read_foreign
from casegraph.merge.lift import lift
from casegraph.merge.quoting import standing
from casegraph.merge.stages import stage
from casegraph.namespaces import BASE, CG
from casegraph.terms import all_terms
from casegraph.validate import shipped_shapes

__all__ = ["CASEGRAPH", "Incoming", "incoming"]

#: The name of the model whose documents casegraph itself wrote.
CASEGRAPH = "casegraph"
_REPORTED_IN = ox.NamedNode(f"{CG}reportedIn")
_OURS = (f"{BASE}case/", f"{BASE}group/")
#: Of a casegraph: what its cases imply, and what it did. Not what it decided, which is left.
_MADE_ANEW = (f"{BASE}ontology", f"{BASE}ledger")


class _Cases(NamedTuple):
    """What was made of a document, or of a part of it."""

    models: tuple[str, ...] = ()
    mapped: tuple[Mapped, ...] = ()
    refused: tuple[Refused, ...] = ()
    losses: tuple[Loss, ...] = ()
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Incoming:
    """A foreign document that is ready for a store.

    :param dataset: the name of the data set that its cases are of.
    :param models: the adapters that lifted it; ``casegraph`` for a document that casegraph wrote.
    :param mapped: the cases that were lifted out of it, and the case documents in it.
    :param refused: what could not be made a case, and why.
    :param unread: its classes and properties that no adapter reads.
    :param text: how it stands in a store, as N-Quads.
    """

    document: ForeignDocument
    dataset: str
    models: tuple[str, ...]
    mapped: tuple[Mapped, ...] = field(repr=False)
    refused: tuple[Refused, ...] = field(repr=False)
    losses: tuple[Loss, ...] = field(repr=False)
    unread: tuple[Unread, ...] = field(repr=False)
    text: str = field(repr=False)

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases and groups that it brings, sorted."""
        return tuple(sorted(case for each in self.mapped for case in each.cases))


def incoming(
    path: Path, dataset: str | None = None, adapters: Sequence[Adapter] | None = None, mappings: str = ""
) -> Incoming:
    """Read what a path names as one foreign document, and lift the cases out of it.

    Cases that casegraph wrote, each in its graph, come in as they are; beside them cases are lifted out of
    what is in no graph of casegraph's. What else another casegraph has, such as its links, stays foreign.

    :param path: a file, or a folder or an archive whose files tell of the same together.
    :param dataset: the name of the data set; by default the last folder, or the file without its suffix.
    :param adapters: in place of the shipped ones.
    :param mappings: mapping sets as N-Quads, for adapters to ask.
    :raises DocumentError: if it is no RDF that can be taken in (:func:`read_foreign`), or says something of
        an IRI of casegraph's own.
    :raises InputError: if it cannot be read.
    """
    sources, problems = _sources(path)
    if problems:
        raise DocumentError(tuple(problems))
    document = read_foreign(str(path), sources)
    name = dataset or dataset_of(path)
    ours = _Cases()
    theirs = left = document.quads
    if any(map(_tells_a_case_of_ours, document.quads)):
        ours = _of_casegraph(sources, name)
        left = tuple(_left(document, ours.mapped))
        theirs = tuple(each for each in left if not _graph(each).startswith(BASE))
    else:
        _refuse_own_iris(document)
    using = shipped_adapters() if adapters is None else adapters
    lifted = _lifted(document.name, theirs, name, using, mappings)
    stage(f"placing {document.name}: {len(document.quads):,} statements")
    mapped = _distinct((*ours.mapped, *lifted.mapped))
    return Incoming(
        document,
        name,
        (*ours.models, *lifted.models),
        mapped,
        (*ours.refused, *lifted.refused),
        (*ours.losses, *lifted.losses),
        Adapter("", "", (), lifted.reads).unread(left),
        standing(document, left, {iri for each in mapped for iri in each.unresolved}),
    )


def _sources(path: Path) -> tuple[list[Input], list[Problem]]:
    every = list(inputs((path,)))
    problems = [each for each in every if isinstance(each, Problem)]
    sources = [each for each in every if isinstance(each, Input)]
    return sources, [*problems, *(_links_out(path, sources) if path.is_dir() else ())]


def _links_out(folder: Path, sources: Iterable[Input]) -> Iterator[Problem]:
    """Yield what is wrong with links in a folder: to files elsewhere, and to folders."""
    for each in sources:
        if each.file is not None and not each.file.resolve().is_relative_to(folder.resolve()):
            told = "a link out of the folder, and a document is what is within its folder"
            yield Problem(each.name, 0, 0, "not-a-file", told, "put a copy there, or take the link out")
    for here, names, _ in os.walk(folder):
        for link in (Path(here, name) for name in sorted(names) if Path(here, name).is_symlink()):
            told = "a link to a folder, which is not entered"
            yield Problem(str(link), 0, 0, "not-a-file", told, "put a copy there, or take the link out")


def _refuse_own_iris(document: ForeignDocument) -> None:
    """Refuse statements about IRIs of casegraph's own, and graphs that have such a name.

    :raises DocumentError: if there are any.
    """
    subjects = {getattr(each.subject, "value", "") for each in document.quads}
    graphs = {getattr(each.graph_name, "value", "") for each in document.quads}
    found = sorted(each for each in subjects | graphs if each.startswith(BASE) and document.hash not in each)
    if found:
        told = f"statements about {found[0]}{f' and {len(found) - 1} more' if len(found) > 1 else ''}"
        todo = f"name what is yours by IRIs of your own: {BASE} is casegraph's"
        raise DocumentError((Problem(document.name, 0, 0, "own-iri", told, todo),))


def _tells_a_case_of_ours(quad: ox.Quad) -> bool:
    """Say whether it is told of a case by casegraph's own name where it is reported.

    In which graph that has to stand is for the reader of such cases to say, who refuses others by name.
    """
    return quad.predicate == _REPORTED_IN and getattr(quad.subject, "value", "").startswith(_OURS)


def _lifted(
    file: str, quads: Iterable[ox.Quad], dataset: str, adapters: Sequence[Adapter], mappings: str
) -> _Cases:
    """Return the cases that adapters find in statements."""
    stage(f"lifting cases out of {file}")
    content = ox.Store()
    content.extend(quads)
    content.load(mappings.encode(), ox.RdfFormat.N_QUADS)
    made = {each: each.lifted(content) for each in adapters}
    using = [each for each, triples in made.items() if triples]
    triples = [triple for each in using for triple in made[each]]
    mapped, refused = _mapped(lift(file, triples, Options(dataset)))
    values = {each.object.value for each in triples if isinstance(each.object, ox.NamedNode)}
    reads = frozenset(values.union(*(each.reads for each in using)))
    return _Cases(tuple(each.name for each in using), mapped, refused, _losses(mapped, refused), reads)


def _of_casegraph(sources: Sequence[Input], dataset: str) -> _Cases:
    """Return the cases that casegraph wrote, under their own names."""
    members = [each for source in sources for each in _members(source)]
    problems = tuple(each for each in members if isinstance(each, Problem))
    if problems:
        raise DocumentError(problems)
    options = Options(dataset)
    documents = [each[1] for each in members if not isinstance(each, Problem) and each[0] == CASE]
    records = [each[1] for each in members if not isinstance(each, Problem) and each[0] != CASE]
    outcomes = [(each.name, outcome) for each in records for outcome in read_rdf(each, options)]
    mapped, refused = _mapped(outcomes)
    found = map_documents(documents, all_terms(), shipped_shapes())
    mapped = (*mapped, *(each for each in found if isinstance(each, Mapped)))
    refused = (*refused, *(each for each in found if isinstance(each, Refused)))
    return _Cases((CASEGRAPH,), mapped, refused, (*options.losses, *_losses(mapped, refused)))


def _members(source: Input) -> list[tuple[str, Input] | Problem]:
    """Return the cases of one file; none if it has none, since another file of the document has."""
    try:
        return list(rdf_members(source))
    except DocumentError as error:
        if {each.code for each in error.problems} != {"no-case"}:
            raise
        return []


def _losses(mapped: Iterable[Mapped], refused: Iterable[Refused]) -> tuple[Loss, ...]:
    return (
        *(loss for each in mapped for loss in each.losses),
        *(loss for each in refused for loss in each.losses),
    )


def _left(document: ForeignDocument, mapped: Iterable[Mapped]) -> Iterator[ox.Quad]:
    """Yield what a document that casegraph wrote says beyond its cases and beyond what is made anew."""
    carried = {line for each in mapped for line in each.text.split("\n")}
    derived = {f"{case}/inferred" for each in mapped for case in each.cases}
    for each in mapped:
        for graph, lines in each.shared.items():
            carried.update(f"{line.removesuffix(' .' + chr(10))} <{graph}> ." for line in lines)
    for quad in document.quads:
        graph = _graph(quad)
        anew = graph in derived or graph.startswith(_MADE_ANEW)
        if not anew and f"{quad} ." not in carried:
            yield quad


def _graph(quad: ox.Quad) -> str:
    return str(getattr(quad.graph_name, "value", ""))


def _mapped(outcomes: Iterable[tuple[str, Outcome]]) -> tuple[tuple[Mapped, ...], tuple[Refused, ...]]:
    terms = all_terms()
    every = map_records(outcomes, terms, shipped_shapes(), OtherLabels(terms))
    mapped = (each for each in every if isinstance(each, Mapped))
    return _distinct(mapped), tuple(each for each in every if isinstance(each, Refused))


def _distinct(every: Iterable[Mapped]) -> tuple[Mapped, ...]:
    """Return what was mapped, each once.

    :raises DocumentError: if two things have one name and are told differently.
    """
    found: dict[str, Mapped] = {}
    for each in every:
        if found.setdefault(each.iri, each).content != each.content:
            told, todo = f"two subjects are {each.iri}", "tell them apart by their labels"
            raise DocumentError((Problem(each.source, 0, 0, "two-subjects", told, todo),))
    return tuple(found.values())
