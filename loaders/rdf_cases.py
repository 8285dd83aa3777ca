"""Reads a report or a record back out of RDF, and holds what it would be written as against what is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec
import pyoxigraph as ox

from casegraph.errors import DocumentError, InputError, Problem
from casegraph.losses import Loss, shortened
from casegraph.model import Case, CaseDocument, Group
from casegraph.namespaces import CG, PREFIXES, compact
from casegraph.triples import (
    Triples,
    asserted_statements,
    read_curation,
    read_passages,
    read_report,
    read_subject,
)
from casegraph.triples.asserted import SHARED_OF_REPORT
from casegraph.triples.read_triples import Labels
from casegraph.triples.written import Statement

__all__ = ["Graphs", "Read", "read_cases", "read_record"]

_TYPE = f"<{PREFIXES['rdf']}type>"
#: What is raised where statements make no part of the model: a value that no field takes, or none.
_UNREADABLE = (TypeError, ValueError, InputError, msgspec.MsgspecError)
_MOST_MESSAGES = 3


@dataclass(frozen=True, slots=True)
class Graphs:
    """The graphs of a file.

    :param file: its name.
    :param content: what they hold.
    :param labels: what the file, or the vocabulary, calls a concept.
    """

    file: str
    content: ox.Store
    labels: Labels

    def of(self, *names: str) -> list[ox.Quad]:
        """Return the quads of graphs."""
        return [
            each for name in names for each in self.content.quads_for_pattern(None, None, None, _node(name))
        ]

    def triples(self, quads: Iterable[ox.Quad]) -> Triples:
        """Return quads as something to read values from."""
        return Triples(quads, self.labels)

    def wrong(self, iri: str, *messages: str) -> DocumentError:
        """Return what to raise for a case or report that cannot be read back: one problem, whatever it is."""
        more = len(messages) - _MOST_MESSAGES
        told = f"{iri}: {'; '.join(messages[:_MOST_MESSAGES])}{f'; and {more} more' if more > 0 else ''}"
        todo = "make it whole, as casegraph export writes it"
        return DocumentError((Problem(self.file, 0, 0, "not-read-back", told, todo),))


@dataclass(frozen=True, slots=True)
class Read:
    """A document that was read back, and what there was no place for in it."""

    document: CaseDocument
    losses: tuple[Loss, ...] = ()


def read_cases(graphs: Graphs, report: str, cases: Iterable[str]) -> Read:
    """Read a report with its cases and groups.

    :param cases: their IRIs.
    :raises DocumentError: if it would not be written again as it stands.
    """
    subjects = sorted(cases)
    told = {report: graphs.of(report)}
    told |= {
        f"{iri}/{kind}": graphs.of(f"{iri}/{kind}") for iri in subjects for kind in ("asserted", "provenance")
    }
    if not told[report]:
        raise _no_report(graphs, report, subjects[0])
    try:
        of_report = graphs.triples(told[report])
        read = {iri: read_subject(iri, graphs.triples(told[f"{iri}/asserted"])) for iri in subjects}
        document = CaseDocument(
            casegraph=1,
            report=read_report(report, of_report),
            curation=read_curation(subjects[0], graphs.triples(told[f"{subjects[0]}/provenance"])),
            passages=read_passages(of_report),
            cases={_key(iri): each for iri, each in read.items() if isinstance(each, Case)},
            groups={_key(iri): each for iri, each in read.items() if isinstance(each, Group)},
        )
        made = asserted_statements(document)
    except _UNREADABLE as error:
        raise graphs.wrong(report, str(error)) from error
    return Read(document, _left(graphs, report, told, made))


def read_record(graphs: Graphs, case: str, report: str) -> Read:
    """Read the case of a record of a data set.

    :param report: the IRI of its publication, or of its data set.
    :raises DocumentError: if it would not be written again as it stands.
    """
    told = {f"{case}/{kind}": graphs.of(f"{case}/{kind}") for kind in ("asserted", "provenance")}
    shared = [each for each in graphs.of(report) if each.predicate.value in SHARED_OF_REPORT]
    if not shared:
        raise _no_report(graphs, report, case)
    try:
        asserted = graphs.triples(told[f"{case}/asserted"])
        source = graphs.triples([*shared, *told[f"{case}/asserted"]])
        subject = read_subject(case, asserted)
        if not isinstance(subject, Case):
            raise graphs.wrong(case, "the record of a data set tells of a group, not of a patient")
        document = CaseDocument(
            casegraph=1,
            report=read_report(report, source),
            curation=read_curation(case, graphs.triples(told[f"{case}/provenance"])),
            passages=read_passages(asserted),
            cases={"1": subject},
        )
        document = msgspec.convert(msgspec.to_builtins(document), CaseDocument)
        made = asserted_statements(document)
    except _UNREADABLE as error:
        raise graphs.wrong(case, str(error)) from error
    return Read(document, _left(graphs, case, told, made))


def _no_report(graphs: Graphs, report: str, case: str) -> DocumentError:
    return graphs.wrong(report, f"the file has no graph of this name, and {case} is reported in it")


def _key(iri: str) -> str:
    return iri.rpartition("/")[2]


def _left(
    graphs: Graphs, iri: str, told: Mapping[str, list[ox.Quad]], made: Mapping[str, list[Statement]]
) -> tuple[Loss, ...]:
    """Return what the graphs say that is not written again.

    :raises DocumentError: if something would be written that they do not say, or of several values one.
    """
    problems: list[str] = []
    losses: list[Loss] = []
    for graph, quads in told.items():
        if quads and graph not in made:
            problems.append(
                f"no graph {graph} would be written, as its report, or record, and its kind name it"
            )
            continue
        said, again = {_statement(each) for each in quads}, set(made.get(graph, ()))
        problems += _made_up(said, again)
        slots = {(subject, name) for subject, name, _ in again}
        for subject, name, value in sorted(said - again):
            if name == _TYPE and value.startswith(f"<{CG}"):
                problems.append(f"{subject} is a {_short(value)}, and nothing links it to the case or report")
            elif (subject, name) in slots and name != _TYPE:
                problems.append(f"{subject} has more of {_short(name)} than there is a place for: {value}")
            else:
                losses.append(Loss(iri, f"{_short(subject)} {_short(name)}", shortened(value), "no-place"))
    if problems:
        raise graphs.wrong(iri, *problems)
    return tuple(losses)


def _made_up(said: set[Statement], again: set[Statement]) -> Iterator[str]:
    """Yield what would be written and is not there."""
    for subject, name, value in sorted(again - said):
        yield f"{subject} has no {_short(name)} {value}"


def _statement(quad: ox.Quad) -> Statement:
    return str(quad.subject), str(quad.predicate), str(quad.object)


def _short(term: str) -> str:
    return compact(term.strip("<>"))


def _node(name: str) -> ox.NamedNode:
    return ox.NamedNode(name)
