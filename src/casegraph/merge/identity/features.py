"""What is told of each patient and group of a store, as far as it helps to know them again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, NamedTuple

from casegraph.namespaces import CG, PREFIXES
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.store.syntax import named

__all__ = ["Features", "Given", "Outcome", "features"]

_DCTERMS = PREFIXES["dcterms"]
_DATASET = f"{PREFIXES['void']}inDataset"
#: How many subjects a query names; of more, all that the store has is read.
_MOST_NAMED = 500
_WHO = ("reportedIn", "patientLabel", "sex", "ageYears", "patientCount", "possiblySamePatientAs")
_OUTCOMES = ("result", "direction", "resultConcept", "value", "unit")
_BIBLIOGRAPHY = {
    f"{_DCTERMS}title": "title",
    f"{_DCTERMS}issued": "issued",
    f"{CG}doi": "doi",
    f"{CG}pmid": "pmid",
    f"{CG}authors": "authors",
}
#: property of a case -> the field of what it leads to.
_CLAIMS = {
    f"{CG}hasFinding": "present",
    f"{CG}excludesFinding": "absent",
    f"{CG}hasDiagnosis": "diagnoses",
    f"{CG}excludesDiagnosis": "excluded_diagnoses",
}


class Given(NamedTuple):
    """A drug or procedure that was given, and its first dose as ``4 mg``; empty where none is told."""

    drug: str
    dose: str = ""


class Outcome(NamedTuple):
    """A test and what came out: ``positive``, ``raised``, the IRI of a term, or a value with its unit."""

    analyte: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What is told of one case or group; what is not told is None or empty, and means nothing.

    ``report`` is the IRI of the publication or, for a record that names none, of the data set. ``year`` is
    that of the publication, ``age`` is in completed years. Findings, diagnoses, tests and treatments are
    IRIs of terms; ``treatments`` stand in the order of their start where ``ordered`` says that it is told.
    ``events`` are the kinds of turns of the disease, such as ``Death``; ``possibly_same`` are the IRIs of
    subjects that the source itself holds for possibly the same patient.
    """

    iri: str
    report: str
    is_group: bool = False
    patient_count: int | None = None
    doi: str | None = None
    pmid: str | None = None
    title: str | None = None
    year: int | None = None
    authors: tuple[str, ...] = ()
    dataset: str | None = None
    record_id: str | None = None
    label: str | None = None
    sex: str | None = None
    age: float | None = None
    diagnoses: frozenset[str] = frozenset()
    excluded_diagnoses: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    tests: frozenset[Outcome] = frozenset()
    treatments: tuple[Given, ...] = ()
    ordered: bool = False
    events: frozenset[str] = frozenset()
    possibly_same: frozenset[str] = frozenset()

    @property
    def published(self) -> bool:
        """Whether it is told of a publication, and not of a data set alone."""
        return self.report != self.dataset

    @property
    def source(self) -> tuple[str, str]:
        """Who tells it, where: the data set, else nobody, and the report; each tells of a patient once."""
        return self.dataset or "", self.report


@dataclass(slots=True)
class _Draft:
    """What was read of one subject so far."""

    values: dict[str, Any] = field(default_factory=dict)
    sets: dict[str, set[Any]] = field(default_factory=dict)
    given: dict[str, _Episode] = field(default_factory=dict)

    def add(self, name: str, value: object) -> None:
        self.sets.setdefault(name, set()).add(value)


@dataclass(slots=True)
class _Episode:
    """A treatment while it is read: the occasion of its start, and its doses."""

    drug: str
    at: str = ""
    doses: list[str] = field(default_factory=list)


def features(store: Store, subjects: Collection[str] | None = None) -> Iterator[Features]:
    """Yield what is told of each case and group, by IRI; nothing that was derived is read.

    It takes a fixed number of queries, however many cases there are.

    :param subjects: the IRIs of those that are wanted; None is all that the store has.
    :raises InputError: if one of them is no IRI.
    :raises StoreError: if the store fails.
    """
    wanted = None if subjects is None else frozenset(subjects)
    only = ""
    if wanted is not None and len(wanted) <= _MOST_NAMED:
        only = f"VALUES ?s {{ {' '.join(str(named(each)) for each in sorted(wanted))} }}"
    drafts = _who(store, only, wanted)
    for read in (_records, _claims, _tests, _treatments, _events):
        read(store, only, drafts)
    days = _days(store, drafts)
    reports = _reports(store)
    for iri in sorted(drafts):
        yield _features(iri, drafts[iri], reports, days)


def _asked(store: Store, columns: str, pattern: str) -> Iterable[tuple[str, ...]]:
    """Yield the values of the rows as text, empty where there is none."""
    found = Rows.read(store.query(f"SELECT {columns} {{ GRAPH ?g {{ {pattern} }} }}", union=False))
    for row in found.rows:
        yield tuple("" if each is None else each.value for each in row)


def _values(name: str, iris: Iterable[str]) -> str:
    return f"VALUES {name} {{ {' '.join(f'<{each}>' for each in iris)} }}"


def _who(store: Store, only: str, wanted: frozenset[str] | None) -> dict[str, _Draft]:
    drafts: dict[str, _Draft] = {}
    told = _values("?p", [*(f"{CG}{name}" for name in _WHO), f"{PREFIXES['rdf']}type"])
    for subject, name, value in _asked(
        store, "?s ?p ?o", f"{only} ?s <{CG}reportedIn> ?report ; ?p ?o . {told}"
    ):
        if wanted is None or subject in wanted:
            draft = drafts.setdefault(subject, _Draft())
            short = name.rpartition("#")[2]
            if short == "possiblySamePatientAs":
                draft.add("possibly_same", value)
            else:
                draft.values[short] = value
    return drafts


def _records(store: Store, only: str, drafts: dict[str, _Draft]) -> None:
    pattern = f"{only} ?s <{CG}recordedIn> ?r . ?r <{CG}recordId> ?id ; <{_DATASET}> ?dataset"
    for subject, record, dataset in _asked(store, "?s ?id ?dataset", pattern):
        if subject in drafts:
            drafts[subject].values |= {"record_id": record, "dataset": dataset}


def _claims(store: Store, only: str, drafts: dict[str, _Draft]) -> None:
    pattern = f"{only} {_values('?p', _CLAIMS)} ?s ?p ?claim . ?claim <{CG}aboutConcept> ?what"
    for subject, link, what in _asked(store, "?s ?p ?what", pattern):
        if subject in drafts:
            drafts[subject].add(_CLAIMS[link], what)


def _tests(store: Store, only: str, drafts: dict[str, _Draft]) -> None:
    told = _values("?p", (f"{CG}{name}" for name in _OUTCOMES))
    pattern = f"{only} ?s <{CG}hasTestResult> ?c . ?c <{CG}aboutConcept> ?what ; ?p ?o . {told}"
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for subject, claim, what, name, value in _asked(store, "?s ?c ?what ?p ?o", pattern):
        found.setdefault((subject, claim, what), {})[name.removeprefix(CG)] = value
    for (subject, _, what), said in found.items():
        if subject in drafts and (outcome := _outcome(said)):
            drafts[subject].add("tests", Outcome(what, outcome))


def _outcome(said: dict[str, str]) -> str:
    """Return what came out of a test.

    >>> _outcome({"value": "12.50", "unit": "g/dL"}), _outcome({"result": "https://example.org/x#positive"})
    ('12.5 g/dL', 'positive')
    """
    if "value" in said:
        return _amount(said["value"], said.get("unit", ""))
    word = said.get("result") or said.get("direction")
    return word.rpartition("#")[2] if word else said.get("resultConcept", "")


def _amount(number: str, unit: str) -> str:
    return f"{format(Decimal(number).normalize(), 'f')} {unit}".strip()


def _treatments(store: Store, only: str, drafts: dict[str, _Draft]) -> None:
    given = f"{only} ?s <{CG}hasTreatment> ?c . "
    about = f"{given} ?c <{CG}aboutConcept> ?drug OPTIONAL {{ ?c <{CG}at> ?at }}"
    for subject, claim, drug, at in _asked(store, "?s ?c ?drug ?at", about):
        if subject in drafts:
            drafts[subject].given.setdefault(claim, _Episode(drug, at))
    dosed = (
        f"{given} ?c <{CG}hasSegment> ?d . ?d <{CG}dose> ?dose OPTIONAL {{ ?d <{CG}doseUnit> ?unit }} "
        f"FILTER NOT EXISTS {{ ?d <{CG}follows> ?before }}"
    )
    for subject, claim, dose, unit in _asked(store, "?s ?c ?dose ?unit", dosed):
        if subject in drafts and claim in drafts[subject].given:
            drafts[subject].given[claim].doses.append(_amount(dose, unit))


def _events(store: Store, only: str, drafts: dict[str, _Draft]) -> None:
    for subject, kind in _asked(store, "?s ?kind", f"{only} ?s <{CG}hasCourse> ?c . ?c a ?kind"):
        if subject in drafts:
            drafts[subject].add("events", kind.removeprefix(CG))


def _days(store: Store, drafts: dict[str, _Draft]) -> dict[str, int]:
    """Return the day of each occasion on which a treatment began, counted from the zero point of its case."""
    starts = {each.at for draft in drafts.values() for each in draft.given.values() if each.at}
    if not starts:
        return {}
    pattern = f"?o <{CG}anchor> ?anchor ; <{CG}startMinDays> ?days"
    after = {each: (anchor, int(days)) for each, anchor, days in _asked(store, "?o ?anchor ?days", pattern)}
    zero = {each for (each,) in _asked(store, "?o", f"?s <{CG}zeroPoint> ?o")}
    found: dict[str, int] = {}
    for start in starts:
        at, days, seen = start, 0, set[str]()
        while at not in zero and at in after and at not in seen:
            seen.add(at)
            at, more = after[at]
            days += more
        if at in zero:
            found[start] = days
    return found


def _reports(store: Store) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    pattern = f"?r a <{CG}CaseReport> ; ?p ?o . {_values('?p', _BIBLIOGRAPHY)}"
    for report, name, value in _asked(store, "?r ?p ?o", pattern):
        found.setdefault(report, {})[_BIBLIOGRAPHY[name]] = value
    return found


def _features(iri: str, draft: _Draft, reports: dict[str, dict[str, str]], days: dict[str, int]) -> Features:
    values = draft.values
    sets: dict[str, Any] = {name: frozenset(found) for name, found in draft.sets.items()}
    told = reports.get(values["reportedIn"], {})
    sex = values.get("sex", "").rpartition("#")[2]
    count = values.get("patientCount")
    age = values.get("ageYears")
    bare = Features(
        iri=iri,
        report=values["reportedIn"],
        is_group=values.get("type") == f"{CG}Group",
        patient_count=int(count) if count else None,
        doi=told.get("doi", "").lower() or None,
        pmid=told.get("pmid"),
        title=told.get("title"),
        year=int(told["issued"][:4]) if "issued" in told else None,
        authors=tuple(each for each in told.get("authors", "").split("; ") if each),
        dataset=values.get("dataset"),
        record_id=values.get("record_id"),
        label=values.get("patientLabel"),
        sex=sex if sex not in ("", "unknown") else None,
        age=float(age) if age else None,
        **sets,
    )
    return _with_treatments(bare, draft, days) if draft.given else bare


def _with_treatments(bare: Features, draft: _Draft, days: dict[str, int]) -> Features:
    """Return it with its treatments, those of which no day is told last."""
    episodes = sorted(
        draft.given.values(),
        key=lambda each: (each.at not in days, days.get(each.at, 0), each.drug, sorted(each.doses)),
    )
    given = tuple(dict.fromkeys(Given(each.drug, min(each.doses, default="")) for each in episodes))
    return replace(bare, treatments=given, ordered=all(each.at in days for each in episodes))
