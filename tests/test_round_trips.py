"""There and back: what a format is given comes back as it was, or stands in the losses; nothing is added."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from casegraph.export.care_sm import write_care_sm
from casegraph.export.fhir import write_fhir
from casegraph.export.phenopacket import write_phenopackets
from casegraph.export.phenopacket.times import age_duration
from casegraph.export.reading import Labels, stored_case
from casegraph.export.stored import StoredCase
from casegraph.loaders import read_document
from casegraph.loaders.care_sm import read_care_sm_files
from casegraph.loaders.fhir import read_fhir
from casegraph.loaders.inputs import Input
from casegraph.loaders.phenopacket import read_phenopacket
from casegraph.loaders.records import Imported, Options, Outcome
from casegraph.loaders.times import BIRTH, CALENDAR, GESTATION
from casegraph.loaders.words import schedule_of
from casegraph.losses import Loss
from casegraph.model import Case, CaseDocument, Claim, Finding, iterate_claims
from casegraph.namespaces import BASE, PREFIXES, compact, expand
from casegraph.resources import shipped
from casegraph.store import open_store
from casegraph.terms import shipped_terms
from casegraph.triples import asserted_quads, claim_names, subjects
from casegraph.triples.fields import FIELDS, Names, concept, part, text

Fields = dict[str, Any]
_DATASET = "trip"
OPTIONS = Options(_DATASET)
_KINDS_OF_TIME = (BIRTH, CALENDAR, GESTATION)
#: Of a record, its one passage states all; those of a report are lost as a whole.
_NOT_TOLD = frozenset({"id", "doses", "stated_in", "restated_in"})
#: What is lost in one with another field.
_WITH = {"period_days": "times", "range_high": "range_low"}
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
    """A claim with its place in the case: what it says, its times and other claims by what these are."""

    path: str
    kind: str
    fields: Fields = field(hash=False)


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
        told.append(Told(paths[id(claim)], kind, fields))
    return told


def _without_what_follows(fields: Fields) -> None:
    """Take away the term for so many doses in so many days, and a number printed as it is."""
    if schedule_of(compact(fields.get("schedule", ""))) == (fields.get("times"), fields.get("period_days")):
        del fields["schedule"]
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
    if occasion.anchor in _KINDS_OF_TIME and occasion.printed:
        return occasion.anchor, occasion.printed
    if case.age is not None and case.age.at == key:
        return BIRTH, age_duration(case.age)[0]
    return "occasion", key


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
    return path in lost or ("/doses/" in path and path.partition("/doses/")[0] in lost)


def _is_part(came: Told, went: Told) -> bool:
    """Say whether what came is nothing but what is left of a claim that is lost as a whole."""
    return came.kind == went.kind and came.fields.items() <= went.fields.items()


def _is_emptied(each: Told, lost: Mapping[str, str], unread: str) -> bool:
    """Say whether all that a dose says is lost, field by field."""
    told = each.fields.keys() - {"of", "basis"}
    return "/doses/" in each.path and all(
        _reason(each.path, name, lost) or _is_unread(each.fields[name], unread) for name in told
    )


def _is_unread(went: object, unread: str) -> bool:
    return isinstance(went, str) and went in unread


def _reason(path: str, name: str, lost: Mapping[str, str]) -> str | None:
    return lost.get(f"{path}/{name}") or lost.get(f"{path}/{_WITH.get(name, name)}")


def _agrees(one: Told, other: Told, lost: Mapping[str, str], unread: str) -> bool:
    """Say whether a claim that came can be the one that went: it lacks no more than the losses name."""
    if one.kind != other.kind:
        return False
    for name in one.fields.keys() | other.fields.keys():
        went, came = one.fields.get(name), other.fields.get(name)
        if went == came:
            continue
        reason = _reason(one.path, name, lost)
        if reason is None and not _is_unread(went, unread):
            return False
        if name == "basis" and came == "stated":
            continue  # the record that came back states it
        less = came is None or (isinstance(went, frozenset) and isinstance(came, frozenset) and came < went)
        if not less and reason != "not-exact":
            return False
    return True


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
    # the other four have regimens and procedures that nothing tells from drugs, or a disease thought of
    assert _packets(paths) == (6, 2)


def test_the_three_ways_of_writing_packets_come_back(material: Path) -> None:
    paths = sorted((material / "data/phenopackets-formats").glob("v2-*"))
    # of each way a packet, and a family of three
    assert _packets(paths) == (12, 12)


# --- CARE-SM and FHIR


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


@pytest.mark.parametrize(
    ("trip", "came"), [(PHENOPACKET, 26), (FHIR, 26), (CARE_SM, 19)], ids=["phenopacket", "fhir", "care-sm"]
)
def test_the_shipped_cases_lose_what_the_report_says_and_no_more(trip: Trip, came: int) -> None:
    counts, wrong = zip(
        *(_wrong(trip, read_document(path).document) for path in shipped("cases", "*.yaml")), strict=True
    )
    assert [each for found in wrong for each in found] == []
    assert sum(counts) == came


@pytest.mark.slow
def test_a_finding_that_is_absent_never_comes_back_present() -> None:
    came = Counter[str]()
    for path in shipped("cases", "*.yaml"):
        for name, trip in (("phenopacket", PHENOPACKET), ("fhir", FHIR), ("care-sm", CARE_SM)):
            for stored, _, back in there_and_back(trip, read_document(path).document):
                before, after = stored.case.findings, back.document.cases["1"].findings
                present = {_curie(each) for each in before.present}
                assert {_curie(each) for each in after.present} <= present
                assert {_curie(each) for each in after.absent} <= {_curie(each) for each in before.absent}
                came[name] += len(after.absent)
    assert came["phenopacket"] >= 7  # those of the first case
    assert came["fhir"] >= 7
    assert came["care-sm"] == 0


def _curie(finding: Finding) -> str:
    return finding.what.split(" ", 1)[0]
