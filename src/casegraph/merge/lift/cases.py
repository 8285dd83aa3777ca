"""Makes cases of what an adapter gives: the way of a record of any other data set."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import pyoxigraph as ox

from casegraph.errors import DocumentError, InputError, Problem
from casegraph.loaders.care_sm.measures import as_courses
from casegraph.loaders.records import PASSAGE, Imported, Options, Outcome, RecordBuilder
from casegraph.loaders.words import word_of
from casegraph.merge.lift.kinds import KINDS
from casegraph.merge.lift.said import Said
from casegraph.merge.lift.subject import ForeignSubject
from casegraph.model import Age, Passage

__all__ = ["lift"]


def lift(file: str, triples: Iterable[ox.Triple], options: Options) -> list[tuple[str, Outcome]]:
    """Return the cases that statements tell of, in the order of their record identifiers.

    What a case or a claim says and no field takes is among the losses of the case.

    :param file: the document, for messages.
    :param triples: what an adapter made of it.
    :raises InputError: if the adapter gives a kind of thing that no case has.
    """
    said = Said(triples)
    found: dict[str, list[str]] = {}
    for node in said.of_kinds(("Case",)):
        found.setdefault(said.take(node, "recordId") or "", []).append(node)
    outcomes: list[tuple[str, Outcome]] = []
    for record, nodes in sorted(found.items()):
        name = f"{file}!{record or nodes[0]}"
        if not record or len(nodes) > 1:
            told = f"{len(nodes)} subjects called {record!r}" if record else f"{nodes[0]} has no identifier"
            todo = "give each subject of the document a label or an identifier of its own"
            outcomes.append((name, Problem(file, 0, 0, "missing-key", told, todo)))
        else:
            outcomes.append((name, _outcome(file, said.anew(), nodes[0], RecordBuilder(options, record))))
    held = {part for nodes in found.values() for node in nodes for part in said.parts(node)}
    for node in said.of_kinds(KINDS):
        if node not in held:
            told, todo = f"{node} belongs to no patient", "say in the document whose it is"
            outcomes.append((f"{file}!{node}", Problem(file, 0, 0, "no-patient", told, todo)))
    return outcomes


def _outcome(file: str, said: Said, node: str, builder: RecordBuilder) -> Outcome:
    said.take(node, "recordId")
    builder.label = said.take(node, "patientLabel")
    subject = ForeignSubject(file, said, node, builder)
    try:
        _birth(subject)
        _sex(subject)
        _age(subject)
        for part in said.parts(node):
            _part(subject, part)
    except DocumentError as error:
        return error.problems[0]
    as_courses(builder)
    _leave(subject)
    return _with(builder.imported(), {PASSAGE: Passage(pointer=node)})


def _birth(subject: ForeignSubject) -> None:
    """Take the birth date for ages; it is not kept, and no message repeats it."""
    keep = subject.builder.options.keep_identifiers
    births = subject.said.take_all(subject.node, "birthDate")
    if len(births) > 1:
        raise subject.wrong("birthDate", "more than one birth date")
    for birth in births:
        if not subject.builder.times.birth_date(birth, keep=keep):
            raise subject.wrong("birthDate", "what stands there is no date")
        if not keep:
            subject.builder.lose(f"{subject.node} birthDate", "", "identifier")


def _sex(subject: ForeignSubject) -> None:
    codes = subject.codes(subject.node, "sexConcept")
    words = {word_of("sex", each) or "" for each in codes}
    if len(words) > 1:
        raise subject.wrong("sexConcept", f"more than one sex: {', '.join(codes)}")
    for word in words:
        subject.builder.sex = word or subject.builder.sex
        if not word:
            subject.builder.lose(f"{subject.node} sexConcept", ", ".join(codes), "unmapped-code")


def _age(subject: ForeignSubject) -> None:
    """Take the least of the ages: how old the patient was when first seen. Claims have ages of their own."""
    node = subject.node
    ages = [(subject.years(node, each), each) for each in subject.said.take_all(node, "agePrinted")]
    known = sorted((years, each) for years, each in ages if years is not None)
    for years, printed in known[:1]:
        subject.builder.age = Age(years=years, at=subject.at_age(node, printed))
    for _, printed in known[1:]:
        subject.builder.lose(f"{node} agePrinted", printed, "no-place")


def _part(subject: ForeignSubject, part: str) -> None:
    kinds = subject.said.kinds(part)
    if len(kinds) > 1:
        raise subject.wrong(part, f"it is of more than one kind: {', '.join(kinds)}")
    for kind in kinds:
        if kind not in KINDS:
            expected = f"one of {', '.join(sorted(KINDS))}"
            raise InputError(f"an adapter gives a cg:{kind}", where=part, expected=expected)
        KINDS[kind](subject, part)


def _leave(subject: ForeignSubject) -> None:
    """Leave behind what was not taken."""
    for node in (subject.node, *subject.said.parts(subject.node)):
        reason = "required-missing" if node in subject.dropped else "no-place"
        for name, value in subject.said.left(node):
            if name == "withheld":
                subject.builder.lose(node, "", "identifier")
            else:
                subject.builder.lose(node if name == "leftBehind" else f"{node} {name}", value, reason)


def _with(imported: Imported, passages: dict[str, Passage]) -> Imported:
    """Return what was imported with a passage that points to the node of the subject."""
    document = msgspec.structs.replace(imported.document, passages=passages)
    return Imported(document, imported.losses, imported.doubts, imported.places, imported.other_names)
