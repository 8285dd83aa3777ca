"""There and back: what a format is given comes back as it was, or stands in the losses; nothing is added."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from casegraph.export.care_sm import write_care_sm
from casegraph.export.fhir import write_fhir
from casegraph.export.phenopacket import write_phenopackets
from casegraph.export.phenopacket.times import age_duration
from casegraph.export.reading import Labels, stored_case
from casegraph.export.stored import StoredCase
from casegraph.ingest import RejectedRecord, load_records
from casegraph.loaders import read_document
from casegraph.loaders.care_sm import read_care_sm_files
from casegraph.loaders.fhir import read_fhir
from casegraph.loaders.inputs import Input
from casegraph.loaders.phenopacket import read_phenopacket
from casegraph.loaders.records import Imported, Options, Outcome, RecordBuilder
from casegraph.loaders.times import BIRTH, CALENDAR, GESTATION, day_span
from casegraph.loaders.words import schedule_of, ucum_of
from casegraph.losses import Loss
from casegraph.model import (
    AdverseEvent,
    Case,
    CaseDocument,
    Claim,
    Diagnosis,
    DoseSegment,
    Finding,
    Response,
    TestResult,
    Treatment,
    iterate_claims,
)
from casegraph.namespaces import BASE, PREFIXES, compact, expand
from casegraph.resources import shipped
from casegraph.store import open_store
from casegraph.terms import shipped_terms
from casegraph.triples import asserted_quads, claim_names, subjects
from casegraph.triples.fields import FIELDS, Names, concept, part, text

Fields = dict[str, Any]
CASES = shipped("cases", "*.yaml")
_DATASET = "trip"
OPTIONS = Options(_DATASET)
_KINDS_OF_TIME = (BIRTH, CALENDAR, GESTATION)
#: Of a record, its one passage states all; those of a report are lost as a whole.
_NOT_TOLD = frozenset({"id", "doses", "stated_in", "restated_in"})
#: What is lost in one with another field.
_WITH = {"period_days": "times", "range_high": "range_low"}
_ENDS = ("at", "ends_at")
_NOWHERE = Names("", "", "")


@dataclass(frozen=True)
class Trip:
    """A format with both of its ways."""

    read: Callable[[Input, Options], Iterator[Outcome]]
    write: Callable[[Iterable[StoredCase], BinaryIO], Iterator[Loss]]

    def back(self, written: bytes, options: Options = OPTIONS) -> list[Imported]:
        outcomes = list(self.read(Input("trip", lambda: io.BytesIO(written)), options))
        assert all(isinstance(each, Imported) for each in outcomes), outcomes
        return [each for each in outcomes if isinstance(each, Imported)]


def _read_care_sm(source: Input, options: Options) -> Iterator[Outcome]:
    return read_care_sm_files([source], options)


PHENOPACKET = Trip(read_phenopacket, write_phenopackets)
FHIR = Trip(read_fhir, write_fhir)
CARE_SM = Trip(_read_care_sm, write_care_sm)


# --- through a store


def stored_of(document: CaseDocument) -> list[StoredCase]:
    """Return the cases of a document as a store gives them back."""
    with open_store(":memory:", writable=True) as store:
        store.replace([], asserted_quads(document) + _labels(document))
        labels = Labels(store, shipped_terms())
        found = [stored_case(store, iri, labels) for iri, _ in subjects(document)]
        return [each for each in found if each is not None]


def _labels(document: CaseDocument) -> str:
    """Return what the document calls its terms, in the graph where loading puts it."""
    told: dict[str, None] = {}
    for _, subject in subjects(document):
        codes = [each.stage for each in subject.occasions.values() if each.stage]
        for _, claim in iterate_claims(subject):
            for name in claim.__struct_fields__:
                codes += _many(getattr(claim, name)) if _render(claim, name) is concept else []
        for code in codes:
            curie, _, label = code.partition(" ")
            told[f"<{expand(curie)}> <{PREFIXES['rdfs']}label> {text(_NOWHERE, label or curie)}"] = None
    return "".join(f"{each} <{BASE}ontology/unresolved> .\n" for each in told)


def _many(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, tuple) else [value]


def _render(claim: Claim, name: str) -> Any:
    found = FIELDS.get(f"{type(claim).__name__}.{name}") or FIELDS.get(name)
    return found[1] if found else None


def there_and_back(trip: Trip, document: CaseDocument) -> list[tuple[StoredCase, list[Loss], Imported]]:
    """Return each case of a document as stored, what its export lost, and what was read of the export."""
    found = []
    for stored in stored_of(document):
        out = io.BytesIO()
        losses = list(trip.write([stored], out))
        back = trip.back(out.getvalue())
        assert len(back) <= 1
        found += [(stored, losses, each) for each in back]
    return found


# --- what a case tells, without the names of its parts


@dataclass(frozen=True)
class Told:
    """A claim with its place in the case: what it says, its times and other claims by what these are.

    :param around: the times of the doses of a treatment, or of the treatment of a dose.
    """

    path: str
    kind: str
    fields: Fields = field(hash=False)
    around: frozenset[Any] = frozenset()


def told_of(case: Case) -> list[Told]:
    """Return all claims of a case."""
    paths = {id(claim): path for path, claim in _paths(case)}
    names = claim_names(iterate_claims(case))
    by_name = {name: _about(kind, claim) for name, kind, claim in names}
    by_name |= {
        name: _about("DoseSegment", treatment)
        for treatment in case.treatments
        for name, _, claim in names
        if any(claim is each for each in treatment.doses)
    }
    owners = {id(dose): treatment.what for treatment in case.treatments for dose in treatment.doses}
    told = []
    for _, kind, claim in names:
        fields = {
            name: said
            for name in claim.__struct_fields__
            if name not in _NOT_TOLD
            and (said := _said(case, claim, name, by_name)) not in (None, frozenset())
        }
        _without_what_follows(fields)
        if id(claim) in owners:
            fields["of"] = owners[id(claim)].split(" ", 1)[0]
        told.append(Told(paths[id(claim)], kind, fields, _around(case, claim)))
    return told


def _around(case: Case, claim: Claim) -> frozenset[Any]:
    """Return the times that a format with one time for a treatment and its doses may give to either."""
    beside: list[Claim] = []
    for treatment in case.treatments:
        if claim is treatment:
            beside += treatment.doses
        elif any(claim is each for each in treatment.doses):
            beside.append(treatment)
    keys = (getattr(each, name) for each in beside for name in ("at", "ends_at"))
    return frozenset(_time(case, key) for key in keys if key)


def _without_what_follows(fields: Fields) -> None:
    """Take away the term for so many doses in so many days, and a number printed as it is."""
    if schedule_of(compact(fields.get("schedule", ""))) == (fields.get("times"), fields.get("period_days")):
        del fields["schedule"]
    if "unit_term" in fields and ucum_of(compact(fields["unit_term"])) == fields.get("unit"):
        del fields["unit_term"]
    value = fields.get("value")
    if value is not None and fields.get("printed") == repr(float(value)):
        del fields["printed"]


def _paths(case: Case) -> Iterator[tuple[str, Claim]]:
    for outer in ("findings", "diagnoses", "adverse_events"):
        lists = getattr(case, outer)
        for name in lists.__struct_fields__:
            yield from _numbered(f"{outer}/{name}", getattr(lists, name))
    for name in ("tests", "treatments", "responses", "course", "statements", "not_reported", "conflicts"):
        yield from _numbered(name, getattr(case, name))
    for number, treatment in enumerate(case.treatments):
        yield from _numbered(f"treatments/{number}/doses", treatment.doses)


def _numbered(path: str, claims: Sequence[Claim]) -> Iterator[tuple[str, Claim]]:
    yield from ((f"{path}/{number}", claim) for number, claim in enumerate(claims))


def _about(kind: str, claim: Claim) -> tuple[str, str]:
    about = getattr(claim, "what", None) or getattr(claim, "domain", None) or ""
    return kind, about.split(" ", 1)[0] if isinstance(about, str) else "+".join(about)


def _said(case: Case, claim: Claim, name: str, by_name: Mapping[str, tuple[str, str]]) -> Any:
    value, render = getattr(claim, name), _render(claim, name)
    if name == "kind" or value is None:
        return value
    if render is concept:
        said: list[Any] = [expand(each.split(" ", 1)[0]) for each in _many(value)]
    elif render is part:
        said = [
            _time(case, each) if each in case.occasions else by_name.get(each, each) for each in _many(value)
        ]
    else:
        said = _many(value)
    return frozenset(said) if isinstance(value, tuple) else said[0]


def _time(case: Case, key: str) -> Any:
    """Return what an occasion is: its age, date or stage; of any other one its key."""
    occasion = case.occasions[key]
    if occasion.stage is not None:
        return "stage", expand(occasion.stage.split(" ", 1)[0])
    if occasion.anchor == CALENDAR and occasion.printed:
        return tuple(_days(each) for each in occasion.printed.split("--"))
    if occasion.anchor in _KINDS_OF_TIME and occasion.printed:
        return occasion.anchor, re.sub(r"P(\d+)Y(\d+)M", _in_months, occasion.printed)
    if case.age is not None and case.age.at == key:
        return BIRTH, age_duration(case.age)[0]
    return "occasion", key


def _in_months(years: re.Match[str]) -> str:
    """Return years and months as FHIR has them, whose ages are of one unit."""
    return f"P{int(years[1]) * 12 + int(years[2])}M"


def _days(printed: str) -> tuple[date, date] | None:
    """Return the first and the last day that a date, or something between two, can mean."""
    first, last = day_span(printed.partition("/")[0]), day_span(printed.rpartition("/")[2])
    return first and last and (first[0], last[1])


# --- the comparison


def differences(before: Case, losses: Iterable[Loss], back: Imported) -> list[str]:
    """Return what came back otherwise than it went and is not named in the losses of either way.

    What the way out loses is known by its path, what the way in loses by its words.
    """
    (after,) = back.document.cases.values()
    lost = {each.path: each.reason for each in losses}
    unread = "\n".join(each.value for each in back.losses)
    whole = [each for each in told_of(before) if _is_whole(each.path, lost)]
    kept = [each for each in told_of(before) if not _is_whole(each.path, lost)]
    came = told_of(after)
    pairs = _paired(kept, came, lambda one, other: _agrees(one, other, lost, unread))
    gone = [each for at, each in enumerate(kept) if at not in pairs and not _is_emptied(each, lost, unread)]
    merged = [each for each in gone if any(_agrees(each, other, lost, unread) for other in came)]
    if len(merged) <= sum(each.reason == "duplicate" for each in back.losses):
        gone = [each for each in gone if each not in merged]
    added = [each for at, each in enumerate(came) if at not in set(pairs.values())]
    added = [each for each in added if not any(_is_part(each, went) for went in whole)]
    return [f"gone, and in no loss: {each}" for each in gone] + [f"added: {each}" for each in added]


def _is_whole(path: str, lost: Mapping[str, str]) -> bool:
    """Say whether a claim, or the treatment that a dose is of, is lost as a whole."""
    of = path.partition("/doses/")[0]
    return path in lost or ("/doses/" in path and (of in lost or f"{of}/doses" in lost))


def _is_part(came: Told, went: Told) -> bool:
    """Say whether what came is nothing but what is left of a claim that is lost as a whole."""
    return came.kind == went.kind and came.fields.items() <= went.fields.items()


def _is_emptied(each: Told, lost: Mapping[str, str], unread: str) -> bool:
    """Say whether all that a dose says is lost, field by field; when it began is left to the treatment."""
    told = each.fields.keys() - {"of", "basis", "at"}
    return "/doses/" in each.path and all(
        _reason(each.path, name, lost) or _is_unread(each.fields[name], unread) for name in told
    )


def _is_unread(went: object, unread: str) -> bool:
    return isinstance(went, str) and went in unread


def _reason(path: str, name: str, lost: Mapping[str, str]) -> str | None:
    return lost.get(f"{path}/{name}") or lost.get(f"{path}/{_WITH.get(name, name)}")


def _agrees(one: Told, other: Told, lost: Mapping[str, str], unread: str) -> bool:
    """Say whether a claim that came can be the one that went: it lacks no more than the losses name."""

    def fits(name: str) -> bool:
        went, came = one.fields.get(name), other.fields.get(name)
        if went == came or (went is None and name in _ENDS and came in one.around | other.around):
            return True
        reason = _reason(one.path, name, lost)
        if reason is None and not _is_unread(went, unread):
            return False
        return (
            came is None or reason == "not-exact" or _is_nearest(name, went, came, one.around | other.around)
        )

    return one.kind == other.kind and all(fits(name) for name in one.fields.keys() | other.fields.keys())


def _is_nearest(name: str, went: Any, came: Any, around: frozenset[Any]) -> bool:
    """Say whether what came in the place of something lost says nothing that was not said.

    The record that came back states all it tells; the time of a treatment is told by its doses.
    """
    if isinstance(went, frozenset) and isinstance(came, frozenset):
        return came < went
    return (name == "basis" and came == "stated") or (name in _ENDS and came in around)


def _paired(
    kept: Sequence[Told], came: Sequence[Told], agrees: Callable[[Told, Told], bool]
) -> dict[int, int]:
    """Return which claim came for which one, as many as there can be: augmenting paths."""
    edges = {at: [to for to, each in enumerate(came) if agrees(one, each)] for at, one in enumerate(kept)}
    owner: dict[int, int] = {}

    def place(at: int, seen: set[int]) -> bool:
        for to in edges[at]:
            if to not in seen:
                seen.add(to)
                if to not in owner or place(owner[to], seen):
                    owner[to] = at
                    return True
        return False

    for at in edges:
        place(at, set())
    return {at: to for to, at in owner.items()}


def _wrong(trip: Trip, document: CaseDocument) -> tuple[int, list[str]]:
    """Return how many cases of a document came back, and what is wrong with any of them."""
    trips = there_and_back(trip, document)
    wrong = [
        f"{stored.iri}: {each}"
        for stored, losses, back in trips
        for each in differences(stored.case, losses, back)
    ]
    return len(trips), wrong


def _imported(path: Path) -> Iterator[CaseDocument]:
    for outcome in read_phenopacket(Input.of(path), OPTIONS):
        assert isinstance(outcome, Imported), outcome
        yield outcome.document


# --- phenopackets


def _unnamed(document: CaseDocument) -> tuple[bool, list[str]]:
    """Return whether a packet comes back quad by quad, and what differs though no loss names it.

    A loss without a value is of something that nobody told: nothing of the case is missing for it.
    """
    ((stored, losses, back),) = there_and_back(PHENOPACKET, document)
    before, after = (set(asserted_quads(each).splitlines()) for each in (document, back.document))
    if before != after and not any(each.value for each in losses):
        return False, sorted(before ^ after)
    return before == after, differences(stored.case, losses, back)


def _packets(paths: Iterable[Path]) -> tuple[int, int]:
    """Return how many packets there are and how many of them come back as the very same quads."""
    whole, same = 0, 0
    for path in paths:
        for document in _imported(path):
            is_same, wrong = _unnamed(document)
            assert not wrong, (path.name, wrong)
            whole, same = whole + 1, same + is_same
    return whole, same


def test_published_packets_come_back_quad_by_quad(material: Path) -> None:
    paths = sorted((material / "data/phenopacket-store").rglob("*.json"))
    assert _packets(paths[::20]) == (13, 13)


@pytest.mark.slow
def test_all_published_packets_come_back_quad_by_quad(material: Path) -> None:
    paths = sorted((material / "data/phenopacket-store").rglob("*.json"))
    assert _packets(paths) == (247, 247)


def test_packets_with_actions_lose_no_more_than_is_named(material: Path) -> None:
    paths = sorted((material / "data/phenopackets-medical-actions").glob("*.json"))
    # the other three have regimens, which nothing tells from drugs, or a disease thought of
    assert _packets(paths) == (6, 3)


def test_the_three_ways_of_writing_packets_come_back(material: Path) -> None:
    paths = sorted((material / "data/phenopackets-formats").glob("v2-*"))
    # of each way a packet, and a family of three
    assert _packets(paths) == (12, 12)


# --- CARE-SM and FHIR


@pytest.mark.slow
def test_the_rows_of_care_sm_come_back(material: Path) -> None:
    files = [Input.of(each) for each in sorted((material / "data/care-sm/csv-obo").glob("*.csv"))]
    documents = [each.document for each in read_care_sm_files(files, OPTIONS) if isinstance(each, Imported)]
    counts, wrong = zip(*(_wrong(CARE_SM, each) for each in documents[::8]), strict=True)
    assert [each for found in wrong for each in found] == []
    assert sum(counts) == 13


@pytest.mark.slow
def test_all_rows_of_care_sm_come_back(material: Path) -> None:
    files = [Input.of(each) for each in sorted((material / "data/care-sm/csv-obo").glob("*.csv"))]
    documents = [each.document for each in read_care_sm_files(files, OPTIONS) if isinstance(each, Imported)]
    counts, wrong = zip(*(_wrong(CARE_SM, each) for each in documents), strict=True)
    assert [each for found in wrong for each in found] == []
    assert sum(counts) == 98


@pytest.mark.slow
def test_bundles_come_back(material: Path) -> None:
    folders = [material / "data" / name for name in ("fhir-r4-mcode", "fhir-r4-synthea")]
    paths = [path for folder in folders for path in sorted(folder.glob("*.json"))]
    came, claims = 0, 0
    for path in (each for each in paths if not each.name.startswith("hospital")):
        for outcome in read_fhir(Input.of(path), OPTIONS):
            assert isinstance(outcome, Imported), outcome
            count, wrong = _wrong(FHIR, outcome.document)
            assert not wrong, (path.name, wrong)
            came += count
            claims += sum(1 for _ in iterate_claims(outcome.document.cases["1"]))
    assert came == 6
    assert claims > 300


# --- the shipped cases


@pytest.mark.slow
@pytest.mark.parametrize(
    ("trip", "came"), [(PHENOPACKET, 26), (FHIR, 26), (CARE_SM, 19)], ids=["phenopacket", "fhir", "care-sm"]
)
def test_the_shipped_cases_lose_what_the_report_says_and_no_more(trip: Trip, came: int) -> None:
    counts, wrong = zip(*(_wrong(trip, read_document(path).document) for path in CASES), strict=True)
    assert [each for found in wrong for each in found] == []
    assert sum(counts) == came


@pytest.mark.slow
def test_a_finding_that_is_absent_never_comes_back_present() -> None:
    came = Counter[str]()
    for path in CASES:
        for name, trip in (("phenopacket", PHENOPACKET), ("fhir", FHIR), ("care-sm", CARE_SM)):
            for stored, _, back in there_and_back(trip, read_document(path).document):
                before, after = stored.case.findings, back.document.cases["1"].findings
                present = {_curie(each) for each in before.present}
                assert {_curie(each) for each in after.present} <= present
                assert {_curie(each) for each in after.absent} <= {_curie(each) for each in before.absent}
                came[name] += len(after.absent)
    assert came["phenopacket"] >= 4  # what cannot be told as narrowly is left out
    assert came["fhir"] == 0  # no time of these cases is a date
    assert came["care-sm"] == 0


def _curie(finding: Finding) -> str:
    return finding.what.split(" ", 1)[0]


@pytest.mark.slow
@pytest.mark.parametrize("trip", [PHENOPACKET, FHIR], ids=["phenopacket", "fhir"])
def test_the_exports_of_the_shipped_cases_can_be_loaded(trip: Trip) -> None:
    cases = [
        (stored.iri, back)
        for path in CASES
        for stored, _, back in there_and_back(trip, read_document(path).document)
    ]
    with open_store(":memory:", writable=True) as store:
        loaded = list(load_records(store, cases))
    assert len(loaded) == 26
    rejected = [each for each in loaded if isinstance(each, RejectedRecord)]
    assert rejected == []
    shapes = {problem.message.split(">", 2)[1] for each in rejected for problem in each.problems}
    assert all("TestResultShape-contradiction" in each for each in shapes), shapes


# --- cases that nobody wrote


@cache
def _terms_of(name: str) -> list[str]:
    """Return the terms that the shipped cases have in some lists, those of shipped vocabularies."""
    cases = [case for path in CASES for case in read_document(path).document.cases.values()]
    claims = [claim for case in cases for path, claim in _paths(case) if path.startswith(name)]
    codes = {code for each in claims if isinstance(code := getattr(each, "what", None), str)}
    return sorted(code for code in codes if shipped_terms().label(expand(code.split(" ", 1)[0])))


_WORDS = {
    "severity": ("mild", "moderate", "severe"),
    "laterality": ("left", "right", "bilateral"),
    "result": ("positive", "negative", "normal", "notRaised"),
    "change": ("raised", "lowered"),
    "route": ("oral", "subcutaneous", "intravenous"),
    "stop_reason": ("completed", "adverseEvent", "inefficacy"),
    "direction": ("improved", "resolved", "unchanged", "worse", "notEvaluable"),
    "domain": ("overall", "skin", "muscle"),
}


def _word(name: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(_WORDS[name])


@dataclass
class _Drawing:
    """A record while hypothesis makes it up."""

    draw: st.DrawFn
    builder: RecordBuilder

    def when(self, *, lasting: bool = True) -> str | None:
        """Return a time; not one that lasts for a dosing, which has a start and an end of its own."""
        times = self.builder.times
        makers: list[Callable[[], str | None]] = [
            lambda: None,
            lambda: times.age("P3Y2M"),
            lambda: times.age("P61Y"),
            lambda: times.age_range("P3Y", "P4Y"),
            lambda: times.date("2019-03-20"),
            lambda: times.date("2020-02"),
            lambda: times.between("2019-03-20", "2020-02-01"),
            lambda: times.stage("HP:0011463 Childhood onset"),
            lambda: times.gestational(23, 4),
            lambda: times.event("operation"),
            lambda: times.stretch("2019-03-20", "2020-02-01"),
        ]
        return self.draw(st.sampled_from(makers if lasting else makers[:-1]))()

    def finding(self) -> None:
        claims = self.draw(
            st.sampled_from((self.builder.present, self.builder.absent, self.builder.indeterminate))
        )
        modifier = self.draw(st.sampled_from(((), ("HP:0003676 Progressive",))))
        claims.append(
            self.builder.claim(
                Finding,
                what=self.draw(st.sampled_from(_terms_of("findings"))),
                at=self.when(),
                resolved_at=self.when(),
                severity=self.draw(_word("severity")),
                laterality=self.draw(_word("laterality")),
                modifier=modifier,
            )
        )

    def diagnosis(self) -> None:
        lists = (self.builder.final, self.builder.working, self.builder.considered, self.builder.excluded)
        self.draw(st.sampled_from(lists)).append(
            self.builder.claim(
                Diagnosis,
                what=self.draw(st.sampled_from(_terms_of("diagnoses"))),
                at=self.when(),
                onset_at=self.when(),
                resolved_at=self.when(),
                laterality=self.draw(_word("laterality")),
            )
        )

    def test(self) -> None:
        said: dict[str, Any] = self.draw(
            st.sampled_from(
                (
                    {"value": 12.5, "unit": "mg/L"},
                    {"value": 40, "unit": "U/L", "range_low": 5, "range_high": 35},
                    {"value": 3},
                    {"result": self.draw(st.sampled_from(_WORDS["result"]))},
                    {"direction": self.draw(st.sampled_from(_WORDS["change"]))},
                )
            )
        )
        self.builder.tests.append(
            self.builder.claim(
                TestResult, what=self.draw(st.sampled_from(_terms_of("tests"))), at=self.when(), **said
            )
        )

    def dose(self) -> DoseSegment:
        """Return a dosing that says more than when it was."""
        amount: dict[str, Any] = self.draw(
            st.sampled_from(({"dose": 10, "unit": "mg"}, {"dose": 0.5, "unit": "g"}, {}))
        )
        told = [None] if amount else []
        times, period = self.draw(st.sampled_from((*_SCHEDULES, *((each, each) for each in told))))
        return self.builder.claim(
            DoseSegment,
            at=self.when(lasting=False),
            ends_at=self.when(lasting=False),
            route=self.draw(_word("route")),
            times=times,
            period_days=period,
            **amount,
        )

    def treatment(self) -> None:
        builder, key = self.builder, f"treatment-{len(self.builder.treatments)}"
        builder.treatments.append(
            builder.claim(
                Treatment,
                id=key,
                what=self.draw(st.sampled_from(_terms_of("treatments"))),
                at=self.when(lasting=False),
                ends_at=self.when(lasting=False),
                stop_reason=self.draw(_word("stop_reason")),
                doses=tuple(self.dose() for _ in range(self.draw(st.integers(0, 2)))),
            )
        )
        if self.draw(st.booleans()):
            domain, direction = (self.draw(st.sampled_from(_WORDS[each])) for each in ("domain", "direction"))
            builder.responses.append(
                builder.claim(Response, to=(key,), domain=domain, direction=direction, at=self.when())
            )
        if self.draw(st.booleans()):
            what = self.draw(st.sampled_from(_terms_of("findings")))
            builder.adverse_events.append(builder.claim(AdverseEvent, what=what, during=(key,)))


_SCHEDULES = ((1, 1), (2, 1), (1, 7), (1, 5))


@st.composite
def records(draw: st.DrawFn) -> CaseDocument:
    """Return a record with findings, diagnoses, tests and treatments at all kinds of times."""
    drawing = _Drawing(draw, RecordBuilder(OPTIONS, "patient-1"))
    makers = (drawing.finding, drawing.diagnosis, drawing.test, drawing.treatment)
    for make in draw(st.lists(st.sampled_from(makers), min_size=1, max_size=6)):
        make()
    drawing.builder.sex = draw(st.sampled_from(("female", "male", "other", "unknown")))
    return drawing.builder.imported().document


def _hold(trip: Trip, document: CaseDocument) -> None:
    if trip is CARE_SM:  # a row without an amount is read as the drug alone
        assume(all(dose.dose for each in document.cases["1"].treatments for dose in each.doses))
    _, wrong = _wrong(trip, document)
    assert wrong == []


_TRIPS = pytest.mark.parametrize("trip", [PHENOPACKET, FHIR, CARE_SM], ids=["phenopacket", "fhir", "care-sm"])


def test_a_procedure_that_was_stopped_at_an_unknown_time_does_not_end_when_it_was_done() -> None:
    """Found by the made-up cases; as FHIR, what is stopped and of a moment ends then."""
    builder = RecordBuilder(OPTIONS, "patient-1")
    treatment = builder.claim(
        Treatment,
        what="MAXO:0000058 pharmacotherapy",
        at=builder.times.age("P3Y2M"),
        stop_reason="adverseEvent",
    )
    builder.treatments.append(treatment)
    _hold(FHIR, builder.imported().document)


@pytest.mark.slow
@_TRIPS
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(document=records())
def test_made_up_cases_lose_what_the_report_says_and_no_more(trip: Trip, document: CaseDocument) -> None:
    _hold(trip, document)


@pytest.mark.long
@_TRIPS
@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(document=records())
def test_many_made_up_cases_lose_what_the_report_says(trip: Trip, document: CaseDocument) -> None:
    _hold(trip, document)


@pytest.mark.parametrize("other", [{"dose": 20}, {"dose": 10, "route": "oral"}], ids=["amount", "route"])
def test_two_doses_of_a_day_come_back_as_those_of_one_treatment(other: dict[str, Any]) -> None:
    """Found by the made-up cases: each row of a drug made a treatment of its own, of the same name."""
    builder = RecordBuilder(OPTIONS, "patient-1")
    doses = [builder.claim(DoseSegment, unit="mg", **each) for each in ({"dose": 10}, other)]
    at = builder.times.date("2019-03-20")
    builder.treatments.append(
        builder.claim(Treatment, what="CHEBI:44185 methotrexate", at=at, doses=tuple(doses))
    )
    document = builder.imported().document
    assert _wrong(CARE_SM, document)[1] == []
    ((_, _, back),) = there_and_back(CARE_SM, document)
    (treatment,) = back.document.cases["1"].treatments
    assert [each.dose for each in treatment.doses] == [10, other["dose"]]


def test_two_treatments_that_rows_cannot_tell_apart_are_named_as_read_as_one() -> None:
    builder = RecordBuilder(OPTIONS, "patient-1")
    at = builder.times.date("2019-03-20")
    dose = builder.claim(DoseSegment, at=at, dose=10, unit="mg", times=1, period_days=1)
    for name, told in (("first", {"at": at}), ("second", {"doses": (dose,)})):
        builder.treatments.append(builder.claim(Treatment, id=name, what="CHEBI:44185 methotrexate", **told))
    document = builder.imported().document
    ((_, losses, back),) = there_and_back(CARE_SM, document)
    assert ("treatments/1", "not-exact") in {(each.path, each.reason) for each in losses}
    assert len(back.document.cases["1"].treatments) == 1
    assert _wrong(CARE_SM, document)[1] == []


@pytest.mark.parametrize("month", ["2020-02", None])
def test_a_procedure_without_a_day_names_its_end_as_lost(month: str | None) -> None:
    """As an interval, the one time of a procedure is read as when it was, not as when it ended too."""
    builder = RecordBuilder(OPTIONS, "patient-1")
    at = builder.times.date(month) if month else builder.times.event("operation")
    what = "MAXO:0000058 pharmacotherapy"
    builder.treatments.append(builder.claim(Treatment, what=what, at=at, ends_at=at))
    document = builder.imported().document
    ((_, losses, _),) = there_and_back(PHENOPACKET, document)
    assert ("treatments/0/ends_at", "not-exact") in {(each.path, each.reason) for each in losses}
    assert _wrong(PHENOPACKET, document)[1] == []


@pytest.mark.parametrize("ends", [(None, "2020-05-01"), ("2020-02-01", "2020-05-01")])
def test_treatments_of_one_drug_and_start_come_back_with_their_own_ends(ends: tuple[str | None, str]) -> None:
    builder = RecordBuilder(OPTIONS, "patient-1")
    at = builder.times.date("2020-01-01")
    for number, end in enumerate(ends):
        dose = builder.claim(DoseSegment, at=at, dose=10 * (number + 1), unit="mg")
        builder.treatments.append(
            builder.claim(
                Treatment,
                id=f"treatment-{number}",
                what="CHEBI:44185 methotrexate",
                at=at,
                ends_at=end and builder.times.date(end),
                doses=(dose,),
            )
        )
    ((_, _, back),) = there_and_back(CARE_SM, builder.imported().document)
    (again,) = stored_of(back.document)
    came = {each.ends_at: [dose.dose for dose in each.doses] for each in again.case.treatments}
    assert came == {end and f"date-{end}": [10 * number] for number, end in enumerate(ends, 1)}


@pytest.mark.parametrize("trip", [PHENOPACKET, FHIR], ids=["phenopacket", "fhir"])
def test_records_of_one_name_in_two_data_sets_are_two_on_the_way_back(trip: Trip) -> None:
    def record(dataset: str, name: str) -> StoredCase:
        builder = RecordBuilder(Options(dataset), name)
        builder.present.append(builder.claim(Finding, what="HP:0000989 Pruritus"))
        (stored,) = stored_of(builder.imported().document)
        return stored

    out = io.BytesIO()
    losses = list(trip.write([record("a", "p-1"), record("b", "p-1"), record("b", "p-2")], out))
    assert [(each.record[-5:], each.value) for each in losses if each.path == "report/record/id"] == [
        ("b/p-1", "p-1")
    ]
    records = [each.document.report.record for each in trip.back(out.getvalue())]
    names = [each.id for each in records if each]
    assert names[::2] == ["p-1", "p-2"]
    assert len(set(names)) == 3
