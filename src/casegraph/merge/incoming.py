"""Takes a foreign document through every stage before the store: read, lift, derive, validate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

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
_MADE_ANEW = (f"{BASE}ontology", f"{BASE}ledger", f"{BASE}link/", f"{BASE}merged/", f"{BASE}patients")


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
    if any(each.predicate == _REPORTED_IN for each in document.quads):
        return _of_casegraph(document, sources, name)
    _refuse_own_iris(document)
    return _lifted(document, name, shipped_adapters() if adapters is None else adapters, mappings)


def _sources(path: Path) -> tuple[list[Input], list[Problem]]:
    every = list(inputs((path,)))
    problems = [each for each in every if isinstance(each, Problem)]
    sources = [each for each in every if isinstance(each, Input)]
    return sources, [*problems, *(_links_out(path, sources) if path.is_dir() else ())]


def _links_out(folder: Path, sources: Iterable[Input]) -> Iterator[Problem]:
    """Yield what is wrong with files of a folder that are links to files elsewhere."""
    for each in sources:
        if each.file is not None and not each.file.resolve().is_relative_to(folder.resolve()):
            told = "a link out of the folder, and a document is what is within its folder"
            yield Problem(each.name, 0, 0, "not-a-file", told, "put a copy there, or take the link out")


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


def _lifted(document: ForeignDocument, dataset: str, adapters: Sequence[Adapter], mappings: str) -> Incoming:
    stage(f"lifting cases out of {document.name}")
    content = ox.Store()
    content.extend(document.quads)
    content.load(mappings.encode(), ox.RdfFormat.N_QUADS)
    made = {each: each.lifted(content) for each in adapters}
    using = [each for each, triples in made.items() if triples]
    triples = [triple for each in using for triple in made[each]]
    outcomes = lift(document.name, triples, Options(dataset))
    mapped, refused = _mapped(outcomes)
    stage(f"placing {document.name}: {len(document.quads):,} statements")
    values = {each.object.value for each in triples if isinstance(each.object, ox.NamedNode)}
    reads = values.union(*(each.reads for each in using))
    concepts = {iri for each in mapped for iri in each.unresolved}
    return Incoming(
        document,
        dataset,
        tuple(each.name for each in using),
        mapped,
        refused,
        _losses(mapped, refused),
        Adapter("", "", (), frozenset(reads)).unread(document.quads),
        standing(document, document.quads, concepts),
    )


def _of_casegraph(document: ForeignDocument, sources: Sequence[Input], dataset: str) -> Incoming:
    """Return what casegraph wrote: its cases under their own names; what they leave behind stays foreign."""
    members = [each for source in sources for each in rdf_members(source)]
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
    losses = (*options.losses, *_losses(mapped, refused))
    left = list(_left(document, mapped))
    text = standing(document, left)
    return Incoming(document, dataset, (CASEGRAPH,), mapped, refused, losses, (), text)


def _losses(mapped: Iterable[Mapped], refused: Iterable[Refused]) -> tuple[Loss, ...]:
    return (
        *(loss for each in mapped for loss in each.losses),
        *(loss for each in refused for loss in each.losses),
    )


def _left(document: ForeignDocument, mapped: Iterable[Mapped]) -> Iterator[ox.Quad]:
    """Yield what a document that casegraph wrote says beyond its cases and beyond what is made anew."""
    carried = {line for each in mapped for line in each.text.split("\n")}
    for each in mapped:
        for graph, lines in each.shared.items():
            carried.update(f"{line.removesuffix(' .' + chr(10))} <{graph}> ." for line in lines)
    for quad in document.quads:
        graph = getattr(quad.graph_name, "value", "")
        if (
            f"{quad} ." not in carried
            and not graph.startswith(_MADE_ANEW)
            and not graph.endswith("/inferred")
        ):
            yield quad


def _mapped(outcomes: Iterable[tuple[str, Outcome]]) -> tuple[tuple[Mapped, ...], tuple[Refused, ...]]:
    terms = all_terms()
    every = map_records(outcomes, terms, shipped_shapes(), OtherLabels(terms))
    seen: dict[str, str] = {}
    for each in every:
        if isinstance(each, Mapped) and seen.setdefault(each.iri, each.content) != each.content:
            told, todo = f"two subjects are {each.iri}", "tell them apart by their labels"
            raise DocumentError((Problem(each.source, 0, 0, "two-subjects", told, todo),))
    mapped = {each.iri: each for each in every if isinstance(each, Mapped)}
    return tuple(mapped.values()), tuple(each for each in every if isinstance(each, Refused))
