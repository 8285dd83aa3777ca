"""Records of other people's data sets on their way to a case: what every format's reader builds with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from casegraph.errors import CasegraphError, DocumentError, Problem
from casegraph.loaders.codes import words_of
from casegraph.loaders.nameless import CODED, nameless
from casegraph.loaders.situations import why_no_event
from casegraph.loaders.times import RecordTimes
from casegraph.losses import Loss, said, shortened
from casegraph.model import (
    AdverseEvent,
    AdverseEvents,
    Age,
    Case,
    CaseDocument,
    Claim,
    Code,
    Course,
    Curation,
    Diagnoses,
    Diagnosis,
    DoseSegment,
    Finding,
    Findings,
    Passage,
    Record,
    Report,
    Response,
    TestResult,
    Treatment,
    iterate_claims,
)

__all__ = ["PASSAGE", "Imported", "Options", "Outcome", "RecordBuilder", "told"]

C = TypeVar("C", bound=Claim)
#: the fields of a claim that name an occasion.
_TIMES = ("at", "onset_at", "resolved_at", "ongoing_at", "ends_at")

#: The key of the one passage of a record; all that it claims is stated there.
PASSAGE = "record"


@dataclass(frozen=True, slots=True)
class Options:
    """How data of other formats are read.

    :param dataset: the name of the data set; cases are named by it and the identifier of their record.
    :param fhir_version: R4, R4B or R5, where a bundle does not say.
    :param keep_identifiers: carry in what identifies a person: names, record numbers, the exact birth date.
    :param mapping: the file that tells what the columns of a table mean.
    :param formats: takes the formats of files that were met; *losses*, what these leave behind of no record.
    """

    dataset: str
    fhir_version: str | None = None
    keep_identifiers: bool = False
    mapping: Path | None = None
    formats: set[str] = field(default_factory=set, compare=False)
    losses: list[Loss] = field(default_factory=list, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Imported:
    """One record as a case document; *other_names* is what others call its unknown terms, by IRI."""

    document: CaseDocument
    losses: tuple[Loss, ...] = ()
    doubts: tuple[Problem, ...] = ()
    places: Mapping[str, Collection[tuple[str, int]]] = field(default_factory=dict)
    other_names: tuple[tuple[str, str], ...] = ()


#: What a reader yields for each record: the case, or why there is none. The others go on.
Outcome = Imported | Problem


def told(name: str, read: Callable[[], Iterator[Outcome]]) -> Iterator[tuple[str, Outcome]]:
    """Yield what a reader gives, each with the name of its input; an input that cannot be read is told.

    :param name: of the input that is read.
    :raises CasegraphError: what the reader raises of something other than its input.
    """
    try:
        for outcome in read():
            yield (outcome.file if isinstance(outcome, Problem) else name), outcome
    except DocumentError as error:
        yield from ((each.file, each) for each in error.problems)
    except CasegraphError as error:
        if error.where != name:
            raise
        yield name, Problem(name, 0, 0, "unreadable", error.what, error.todo)


@dataclass(slots=True)
class RecordBuilder:
    """Collects what a record tells. Every claim is made with :meth:`claim`, so that it has its evidence.

    >>> builder = RecordBuilder(Options("demo"), "patient-1")
    >>> builder.present.append(builder.claim(Finding, what="HP:0001945 Fever", at=builder.times.age("P3Y")))
    >>> builder.lose("/files/0", {"uri": "x.vcf"}, "not-a-case")
    >>> imported = builder.imported()
    >>> imported.document.cases["1"].findings.present[0].at, imported.losses[0].path
    ('age-p3y', '/files/0')
    """

    options: Options
    record_id: str
    times: RecordTimes = field(default_factory=RecordTimes)
    losses: list[Loss] = field(default_factory=list)
    label: str | None = None
    sex: str = "unknown"
    age: Age | None = None
    present: list[Finding] = field(default_factory=list)
    absent: list[Finding] = field(default_factory=list)
    indeterminate: list[Finding] = field(default_factory=list)
    final: list[Diagnosis] = field(default_factory=list)
    working: list[Diagnosis] = field(default_factory=list)
    considered: list[Diagnosis] = field(default_factory=list)
    excluded: list[Diagnosis] = field(default_factory=list)
    tests: list[TestResult] = field(default_factory=list)
    treatments: list[Treatment] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    adverse_events: list[AdverseEvent] = field(default_factory=list)
    course: list[Course] = field(default_factory=list)
    title: str | None = None
    doi: str | None = None
    pmid: str | None = None
    references: list[str] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)
    curation: Curation | None = None
    identifying: re.Pattern[str] | None = None

    def lose(self, path: str, value: object, reason: str) -> None:
        """Note what is left behind; of what identifies a person, not its value."""
        self.losses.append(self.loss(path, value, reason))

    def loss(self, path: str, value: object, reason: str) -> Loss:
        """Return the loss of a value, which is not told where it identifies a person or somebody is named."""
        told = value if isinstance(value, str) else shortened(value, None)
        secret = reason == "identifier" or self.identifies(told)
        return Loss(self.record_id, path, "" if secret else shortened(told), reason)

    def identifies(self, text: str) -> bool:
        """Tell whether a part of the patient's names, a number or the birth date stands in a text."""
        named = self.identifying is not None and self.identifying.search(text) is not None
        birth = self.times.exact_birth
        return named or (birth is not None and birth in text)

    @staticmethod
    def claim(kind: type[C], /, **values: Any) -> C:
        """Return a claim that the record states."""
        return kind(stated_in=PASSAGE, **values)

    def fragment(self, kind: str, *parts: str | None) -> str:
        """Return a key for a claim that others point to: its kind, concept, occasion, what tells it apart.

        >>> RecordBuilder(Options("demo"), "1").fragment("treatment", "HP:0001945 Fever", "age-p3y")
        'treatment-hp-0001945-age-p3y'
        """
        words = [kind, *(part.split(" ", 1)[0] for part in parts if part)]
        return re.sub(r"[^a-z0-9]+", "-", "-".join(words).lower()).strip("-")

    def imported(self) -> Imported:
        """Return the record as a case document with one case, and the losses in the order they were met."""
        report = Report(
            title=self.title or self.options.dataset,
            doi=self.doi,
            pmid=self.pmid,
            extent="dataRecord",
            time_convention="completedUnits",
            record=Record(
                dataset=self.options.dataset,
                id=self.record_id,
                references=tuple(dict.fromkeys(self.references)),
                resources=tuple(dict.fromkeys(self.resources)),
            ),
        )
        passages = {PASSAGE: Passage(pointer="/")}
        case = self._case()
        if self.identifying is not None or self.times.exact_birth:
            case = nameless(case, self.identifies, lambda at: self.lose(at, "", "identifier"))
        document = CaseDocument(
            casegraph=1, report=report, curation=self.curation, passages=passages, cases={"1": case}
        )
        return Imported(document, tuple(self.losses), places=self.times.places)

    def _case(self) -> Case:
        alone, disorders = self._told_apart, self._disorders
        case = Case(
            label=words_of(self.label) if self.label else None,
            sex=self.sex,  # type: ignore[arg-type]
            age=self.age,
            findings=Findings(
                present=alone(self.present, "present-finding"),
                absent=alone(self.absent, "absent-finding"),
                indeterminate=alone(self.indeterminate, "indeterminate-finding"),
            ),
            diagnoses=Diagnoses(
                final=disorders(self.final, "final-diagnosis"),
                working=disorders(self.working, "working-diagnosis"),
                considered=disorders(self.considered, "considered-diagnosis"),
                excluded=disorders(self.excluded, "excluded-diagnosis"),
            ),
            tests=alone(self.tests, "test-result"),
            treatments=tuple(self._with_named_doses(each) for each in self.treatments),
            responses=alone(self.responses, "response"),
            adverse_events=AdverseEvents(observed=alone(self.adverse_events, "adverse-event")),
            course=alone(self.course, "course"),
        )
        times = [self.age, *(claim for _, claim in iterate_claims(case))]
        used = {key for each in times for name in _TIMES if (key := getattr(each, name, None))}
        return msgspec.structs.replace(
            case, zero_point=self.times.zero_point(used), occasions=self.times.occasions(used)
        )

    def _disorders(self, claims: list[Diagnosis], kind: str) -> tuple[Diagnosis, ...]:
        """Return the diagnoses, each once, without those of a code that is no disorder of the patient."""
        whys = [why_no_event(each.what) for each in claims]
        for claim, why in zip(claims, whys, strict=True):
            if why:
                self.lose(f"/{kind}", claim.what, why)
        return self._told_apart([each for each, why in zip(claims, whys, strict=True) if not why], kind)

    def _with_named_doses(self, treatment: Treatment) -> Treatment:
        """Return a treatment whose doses have names of their own, made of its name and what they say."""
        stem = treatment.id or self.fragment("treatment", treatment.what, treatment.at)
        doses = [
            each
            if each.id
            else msgspec.structs.replace(each, id=_with_hash(f"{stem}-{each.at or 'dose'}", each))
            for each in treatment.doses
        ]
        alone: list[DoseSegment] = []
        for dose in doses:
            if dose in alone:
                self.lose(f"/treatments/{stem}/doses", said(dose), "duplicate")
            else:
                alone.append(dose)
        return msgspec.structs.replace(treatment, doses=tuple(alone))

    def _told_apart(self, claims: list[C], kind: str) -> tuple[C, ...]:
        """Return the claims, the same one once; those of one name that differ get a name of their own."""
        by_name: dict[tuple[object, ...], list[C]] = {}
        for claim in claims:
            same = by_name.setdefault(_name(claim), [])
            if claim in same:
                self.lose(f"/{kind}", said(claim), "duplicate")
            else:
                same.append(claim)
        told = {
            id(each): each if len(same) == 1 else _named(each, kind)
            for same in by_name.values()
            for each in same
        }
        return tuple(told[id(each)] for each in claims if id(each) in told)


def _name(claim: Claim) -> tuple[object, ...]:
    if claim.id is not None:
        return (claim.id,)
    about = getattr(claim, "what", None) or getattr(claim, "domain", None) or ""
    return getattr(claim, "kind", ""), about.split(" ")[0] if isinstance(about, str) else about, claim.at


def _named(claim: C, kind: str) -> C:
    """Return a claim with a name made of what it says, so that the same record gives the same name."""
    about = str(getattr(claim, "what", None) or getattr(claim, "domain", "") or "").split(" ", 1)[0]
    return msgspec.structs.replace(
        claim, id=_with_hash(f"{claim.id or kind}-{about}-{claim.at or ''}", claim)
    )


def _with_hash(words: str, claim: Claim) -> str:
    said = hashlib.sha256(msgspec.json.encode(_as_in_triples(claim))).hexdigest()[:8]
    return re.sub(r"[^a-z0-9]+", "-", f"{words}-{said}".lower()).strip("-")


def _as_in_triples(claim: Claim) -> dict[str, object]:
    """Return what a claim says with terms alone and numbers by value, whatever a term is called."""
    return {each.name: _bare(getattr(claim, each.name), each.type) for each in msgspec.structs.fields(claim)}


def _bare(value: Any, kind: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if kind not in CODED or not value:
        return value
    return value.split(" ", 1)[0] if isinstance(value, str) else [_bare(each, Code) for each in value]
