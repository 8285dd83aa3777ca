"""What is told of each patient and group of a store, as far as it helps to know them again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from casegraph.merge.identity.claims import Draft, Given, Outcome, Response, asked, read_claims, values_clause
from casegraph.namespaces import CG, PREFIXES
from casegraph.store import Store
from casegraph.store.syntax import named

__all__ = ["Features", "features"]

_DCTERMS = PREFIXES["dcterms"]
_DATASET = f"{PREFIXES['void']}inDataset"
#: How many subjects a query names; of more, all that the store has is read.
_MOST_NAMED = 500
_WHO = ("reportedIn", "patientLabel", "sex", "ageYears", "patientCount", "possiblySamePatientAs")
_BIBLIOGRAPHY = {
    f"{_DCTERMS}title": "title",
    f"{_DCTERMS}issued": "issued",
    f"{CG}doi": "doi",
    f"{CG}pmid": "pmid",
    f"{CG}authors": "authors",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What is told of one case or group; what is not told is None or empty, and means nothing.

    ``report`` is the IRI of the publication or, for a record that names none, of the data set. ``year`` is
    that of the publication, ``age`` is in completed years. Findings, diagnoses, tests and treatments are
    IRIs of terms; ``treatments`` stand in the order of their start where ``ordered`` says that it is told.
    ``responses`` are how the parts of the disease did on each drug. ``events`` are the kinds of turns of the
    disease, such as ``Death``; ``possibly_same`` are the IRIs of subjects that the source itself holds for
    possibly the same patient.
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
    responses: frozenset[Response] = frozenset()
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
    _records(store, only, drafts)
    read_claims(store, only, drafts)
    days = _days(store, drafts)
    reports = _reports(store)
    for iri in sorted(drafts):
        yield _features(iri, drafts[iri], reports, days)


def _who(store: Store, only: str, wanted: frozenset[str] | None) -> dict[str, Draft]:
    drafts: dict[str, Draft] = {}
    told = values_clause("?p", [*(f"{CG}{name}" for name in _WHO), f"{PREFIXES['rdf']}type"])
    for subject, name, value in asked(
        store, "?s ?p ?o", f"{only} ?s <{CG}reportedIn> ?report ; ?p ?o . {told}"
    ):
        if wanted is None or subject in wanted:
            draft = drafts.setdefault(subject, Draft())
            short = name.rpartition("#")[2]
            if short == "possiblySamePatientAs":
                draft.add("possibly_same", value)
            else:
                draft.values[short] = value
    return drafts


def _records(store: Store, only: str, drafts: dict[str, Draft]) -> None:
    pattern = f"{only} ?s <{CG}recordedIn> ?r . ?r <{CG}recordId> ?id ; <{_DATASET}> ?dataset"
    for subject, record, dataset in asked(store, "?s ?id ?dataset", pattern):
        if subject in drafts:
            drafts[subject].values |= {"record_id": record, "dataset": dataset}


def _days(store: Store, drafts: dict[str, Draft]) -> dict[str, int]:
    """Return the day of each occasion on which a treatment began, counted from the zero point of its case."""
    starts = {each.at for draft in drafts.values() for each in draft.given.values() if each.at}
    if not starts:
        return {}
    pattern = f"?o <{CG}anchor> ?anchor ; <{CG}startMinDays> ?days"
    after = {each: (anchor, int(days)) for each, anchor, days in asked(store, "?o ?anchor ?days", pattern)}
    zero = {each for (each,) in asked(store, "?o", f"?s <{CG}zeroPoint> ?o")}
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
    pattern = f"?r a <{CG}CaseReport> ; ?p ?o . {values_clause('?p', _BIBLIOGRAPHY)}"
    for report, name, value in asked(store, "?r ?p ?o", pattern):
        found.setdefault(report, {})[_BIBLIOGRAPHY[name]] = value
    return found


def _features(iri: str, draft: Draft, reports: dict[str, dict[str, str]], days: dict[str, int]) -> Features:
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


def _with_treatments(bare: Features, draft: Draft, days: dict[str, int]) -> Features:
    """Return it with its treatments, those of which no day is told last."""
    episodes = sorted(
        draft.given.values(),
        key=lambda each: (each.at not in days, days.get(each.at, 0), each.drug, sorted(each.doses)),
    )
    given = tuple(dict.fromkeys(Given(each.drug, min(each.doses, default="")) for each in episodes))
    return replace(bare, treatments=given, ordered=all(each.at in days for each in episodes))
