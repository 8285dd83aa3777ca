"""Makes cases of what an adapter gives: the way of a record of any other data set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

import msgspec
import pyoxigraph as ox

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.codes import coded_iri
from casegraph.loaders.records import PASSAGE, Imported, Options, Outcome, RecordBuilder
from casegraph.loaders.words import schedule_of, ucum_of, word_of
from casegraph.model import Age, Course, Diagnosis, DoseSegment, Finding, Passage, TestResult, Treatment
from casegraph.namespaces import CG, PREFIXES, compact

__all__ = ["lift"]

_TYPE = f"{PREFIXES['rdf']}type"
_DISORDERS: Mapping[str, str] = MappingProxyType(
    {
        "FinalDiagnosis": "final",
        "WorkingDiagnosis": "working",
        "ConsideredDiagnosis": "considered",
        "ExcludedDiagnosis": "excluded",
    }
)
_FINDINGS: Mapping[str, str] = MappingProxyType(
    {"PresentFinding": "present", "AbsentFinding": "absent", "IndeterminateFinding": "indeterminate"}
)


def lift(file: str, triples: Iterable[ox.Triple], options: Options) -> list[tuple[str, Outcome]]:
    """Return the cases that statements tell of, in the order of their record identifiers.

    :param file: the document, for messages.
    :param triples: what an adapter made of it.
    """
    said = _Said(triples)
    found: dict[str, list[str]] = {}
    for node in said.of_kind("Case"):
        found.setdefault(said.text(node, "recordId") or "", []).append(node)
    outcomes: list[tuple[str, Outcome]] = []
    for record, nodes in sorted(found.items()):
        name = f"{file}!{record or nodes[0]}"
        if not record or len(nodes) > 1:
            told = f"{len(nodes)} subjects called {record!r}" if record else f"{nodes[0]} has no identifier"
            todo = "give each subject of the document a label or an identifier of its own"
            outcomes.append((name, Problem(file, 0, 0, "missing-key", told, todo)))
        else:
            outcomes.append((name, _Subject(file, said, nodes[0], options).outcome()))
    return outcomes


class _Said:
    """Statements by subject and property of casegraph's vocabulary."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._of: dict[str, dict[str, list[str]]] = {}
        for each in triples:
            values = self._of.setdefault(_text(each.subject), {})
            values.setdefault(each.predicate.value.removeprefix(CG), []).append(_text(each.object))

    def of_kind(self, kind: str) -> list[str]:
        return sorted(node for node, told in self._of.items() if f"{CG}{kind}" in told.get(_TYPE, ()))

    def kind(self, node: str) -> str:
        return next((each.removeprefix(CG) for each in self.texts(node, _TYPE) if each.startswith(CG)), "")

    def texts(self, node: str, name: str) -> list[str]:
        return sorted(set(self._of.get(node, {}).get(name, ())))

    def text(self, node: str, name: str) -> str | None:
        return next(iter(self.texts(node, name)), None)

    def parts(self, node: str) -> list[str]:
        """Return the claims of a case: what it is linked to by a property that begins with a verb."""
        linked = {each for name in self._of.get(node, {}) for each in self.texts(node, name)}
        return sorted(each for each in linked if self.kind(each))


@dataclass(slots=True)
class _Subject:
    """One subject of a foreign document while it becomes a case."""

    file: str
    said: _Said
    node: str
    options: Options

    def outcome(self) -> Outcome:
        record = self.said.text(self.node, "recordId") or ""
        builder = RecordBuilder(self.options, record, label=self.said.text(self.node, "patientLabel"))
        try:
            for birth in self.said.texts(self.node, "birthDate"):
                builder.times.birth_date(birth, keep=self.options.keep_identifiers)
                builder.lose("birthDate", "", "identifier")
            self._person(builder)
            for claim in self.said.parts(self.node):
                _KINDS[self.said.kind(claim)](self, builder, claim)
        except DocumentError as error:
            return error.problems[0]
        return _with(builder.imported(), {PASSAGE: Passage(pointer=self.node)})

    def _person(self, builder: RecordBuilder) -> None:
        sexes = {word_of("sex", compact(each)) or "" for each in self.said.texts(self.node, "sexConcept")}
        if len(sexes) > 1:
            raise self._wrong("sex", f"more than one sex: {', '.join(sorted(sexes))}")
        if sexes:
            word = sexes.pop()
            builder.sex = word or builder.sex
            if not word:
                builder.lose("sex", ", ".join(self.said.texts(self.node, "sexConcept")), "unmapped-code")
        ages = sorted(filter(None, (_years(each) for each in self.said.texts(self.node, "agePrinted"))))
        if ages:
            builder.age = Age(years=ages[0], at=builder.times.age(f"P{ages[0]}Y"))

    def finding(self, builder: RecordBuilder, claim: str) -> None:
        what = self._what(builder, claim)
        if what is not None:
            kept = getattr(builder, _FINDINGS[self.said.kind(claim)])
            kept.append(builder.claim(Finding, what=what, at=self._at(builder, claim)))

    def diagnosis(self, builder: RecordBuilder, claim: str) -> None:
        what = self._what(builder, claim)
        if what is not None:
            kept = getattr(builder, _DISORDERS[self.said.kind(claim)])
            kept.append(builder.claim(Diagnosis, what=what, at=self._at(builder, claim)))

    def test(self, builder: RecordBuilder, claim: str) -> None:
        what, value = self._what(builder, claim), self._number(claim, "value")
        result = self._code(claim, "resultConcept")
        if what is None or (value is None and result is None):
            if what is not None:
                builder.lose(claim, what, "required-missing")
            return
        word = word_of("result", result) if result else None
        told: dict[str, Any] = {"result": word} if word else {"result_term": result} if result else {}
        if value is not None:
            told = {"value": value, **self._unit(claim)}
        specimen, method = self._code(claim, "specimen"), self._code(claim, "method")
        made = builder.claim(
            TestResult, what=what, at=self._at(builder, claim), specimen=specimen, method=method, **told
        )
        builder.tests.append(made)

    def treatment(self, builder: RecordBuilder, claim: str) -> None:
        what = self._what(builder, claim)
        if what is None:
            return
        start, end = self.said.text(claim, "onDate"), self.said.text(claim, "untilDate")
        at = self._moment(builder, claim, start) if start else self._at(builder, claim)
        ends_at = self._moment(builder, claim, end) if end and end != start else None
        dose = self._number(claim, "dose")
        doses = (self._dosing(builder, claim, dose, at),) if dose is not None else ()
        builder.treatments.append(builder.claim(Treatment, what=what, at=at, ends_at=ends_at, doses=doses))

    def _dosing(self, builder: RecordBuilder, claim: str, dose: float, at: str | None) -> DoseSegment:
        route, often = self._code(claim, "routeConcept"), self._code(claim, "frequencyConcept")
        count, known = self._number(claim, "frequencyCount"), schedule_of(often) if often else None
        times, period = (known[0] * count, known[1]) if known and count else (None, None)
        for name, code, word in (
            ("routeConcept", route, route and word_of("route", route)),
            ("frequencyConcept", often, known),
        ):
            if code and not word:
                builder.lose(f"{claim} {name}", code, "unmapped-code")
        made: DoseSegment = builder.claim(
            DoseSegment,
            at=at,
            dose=dose,
            times=times,
            period_days=period,
            route=word_of("route", route) if route else None,
            **(self._unit(claim) or {"unit_missing": "notStated"}),
        )
        return made

    def death(self, builder: RecordBuilder, claim: str) -> None:
        cause = self._code(claim, "aboutConcept")
        made = Course(stated_in=PASSAGE, kind="death", at=self._at(builder, claim), cause=cause)
        builder.course.append(made)

    def _what(self, builder: RecordBuilder, claim: str) -> str | None:
        what = self._code(claim, "aboutConcept")
        if what is None:
            builder.lose(claim, self.said.text(claim, "conceptLabel") or "", "no-code")
        return what

    def _code(self, claim: str, name: str) -> str | None:
        iri = self.said.text(claim, name)
        label = self.said.text(claim, "conceptLabel") if name == "aboutConcept" else None
        return None if iri is None else coded_iri(iri, label or "")

    def _unit(self, claim: str) -> dict[str, str]:
        if printed := self.said.text(claim, "unit"):
            return {"unit": printed}
        term = self._code(claim, "unitConcept")
        ucum = term and ucum_of(term)
        return {"unit": ucum} if ucum else {"unit_term": term} if term else {}

    def _number(self, claim: str, name: str) -> float | int | None:
        text = self.said.text(claim, name)
        if text is None:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation as error:
            raise self._wrong(claim, f"{text!r} is no number") from error
        return int(number) if number == number.to_integral_value() else float(number)

    def _at(self, builder: RecordBuilder, claim: str) -> str | None:
        start, end = self.said.text(claim, "onDate"), self.said.text(claim, "untilDate")
        if start and end and end != start:
            return builder.times.stretch(start, end)
        if start:
            return self._moment(builder, claim, start)
        printed = self.said.text(claim, "agePrinted")
        if printed is None:
            return None
        years = _years(printed)
        at = builder.times.age(printed if years is None else f"P{years}Y")
        if at is None:
            builder.lose(f"{claim} agePrinted", printed, "no-time")
        elif years is not None and Decimal(printed) != years:
            builder.lose(f"{claim} agePrinted", printed, "not-exact")
        return at

    def _moment(self, builder: RecordBuilder, claim: str, printed: str) -> str | None:
        at = builder.times.date(printed)
        if at is None:
            builder.lose(f"{claim} onDate", printed, "no-time")
        return at

    def _wrong(self, place: str, told: str) -> DocumentError:
        said = f"{self.node}: {place}: {told}"
        return DocumentError((Problem(self.file, 0, 0, "wrong-value", said, "correct it at its source"),))


_KINDS: Mapping[str, Callable[[_Subject, RecordBuilder, str], None]] = MappingProxyType(
    {
        **dict.fromkeys(_FINDINGS, _Subject.finding),
        **dict.fromkeys(_DISORDERS, _Subject.diagnosis),
        "TestResult": _Subject.test,
        "TreatmentEpisode": _Subject.treatment,
        "Death": _Subject.death,
    }
)


def _with(imported: Imported, passages: dict[str, Passage]) -> Imported:
    """Return what was imported with a passage that points to the node of the subject."""
    document = msgspec.structs.replace(imported.document, passages=passages)
    return Imported(document, imported.losses, imported.doubts, imported.places, imported.other_names)


def _years(printed: str) -> int | None:
    """Return the completed years of an age in years; None where it is none."""
    try:
        return int(Decimal(printed))
    except InvalidOperation:
        return None


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
