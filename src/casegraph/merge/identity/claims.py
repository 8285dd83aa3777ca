"""What is told of the findings, tests, treatments, responses and turns of each patient of a store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from casegraph.namespaces import CG
from casegraph.rows import Rows
from casegraph.store import Store

__all__ = ["Draft", "Given", "Outcome", "Response", "asked", "read_claims", "values_clause"]

_OUTCOMES = ("result", "direction", "resultConcept", "value", "unit")
#: property of a case -> the field of what it leads to.
_CLAIMS = {
    f"{CG}hasFinding": "present",
    f"{CG}excludesFinding": "absent",
    f"{CG}hasDiagnosis": "diagnoses",
    f"{CG}excludesDiagnosis": "excluded_diagnoses",
}
_RESPONSES = "|".join(f"<{CG}{name}>" for name in ("hasResponse", "lacksResponse", "questionsResponse"))


class Given(NamedTuple):
    """A drug or procedure that was given, and its first dose as ``4 mg``; empty where none is told."""

    drug: str
    dose: str = ""


class Outcome(NamedTuple):
    """A test and what came out: ``positive``, ``raised``, the IRI of a term, or a value with its unit."""

    analyte: str
    outcome: str


class Response(NamedTuple):
    """How a part of the disease did, ``skin`` and ``improved``, and on what; empty where no drug is named."""

    domain: str
    direction: str
    drug: str = ""


@dataclass(slots=True)
class Draft:
    """What was read of one subject so far."""

    values: dict[str, Any] = field(default_factory=dict)
    sets: dict[str, set[Any]] = field(default_factory=dict)
    given: dict[str, Episode] = field(default_factory=dict)

    def add(self, name: str, value: object) -> None:
        """Add a value to a field of which there are many."""
        self.sets.setdefault(name, set()).add(value)


@dataclass(slots=True)
class Episode:
    """A treatment while it is read: the occasion of its start, and its doses."""

    drug: str
    at: str = ""
    doses: list[str] = field(default_factory=list)


def read_claims(store: Store, only: str, drafts: dict[str, Draft]) -> None:
    """Add to drafts what is claimed of their subjects; nothing that was derived is read.

    :param only: a VALUES clause that binds ``?s`` to those that are wanted; empty for all.
    :raises StoreError: if the store fails.
    """
    for read in (_claims, _tests, _treatments, _responses, _events):
        read(store, only, drafts)


def asked(store: Store, columns: str, pattern: str) -> Iterable[tuple[str, ...]]:
    """Yield the values of the rows of one graph as text, empty where there is none.

    :raises StoreError: if the store fails.
    """
    found = Rows.read(store.query(f"SELECT {columns} {{ GRAPH ?g {{ {pattern} }} }}", union=False))
    for row in found.rows:
        yield tuple("" if each is None else each.value for each in row)


def values_clause(name: str, iris: Iterable[str]) -> str:
    """Return a clause that binds a variable to IRIs."""
    return f"VALUES {name} {{ {' '.join(f'<{each}>' for each in iris)} }}"


def _claims(store: Store, only: str, drafts: dict[str, Draft]) -> None:
    pattern = f"{only} {values_clause('?p', _CLAIMS)} ?s ?p ?claim . ?claim <{CG}aboutConcept> ?what"
    for subject, link, what in asked(store, "?s ?p ?what", pattern):
        if subject in drafts:
            drafts[subject].add(_CLAIMS[link], what)


def _tests(store: Store, only: str, drafts: dict[str, Draft]) -> None:
    told = values_clause("?p", (f"{CG}{name}" for name in _OUTCOMES))
    pattern = f"{only} ?s <{CG}hasTestResult> ?c . ?c <{CG}aboutConcept> ?what ; ?p ?o . {told}"
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for subject, claim, what, name, value in asked(store, "?s ?c ?what ?p ?o", pattern):
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


def _treatments(store: Store, only: str, drafts: dict[str, Draft]) -> None:
    given = f"{only} ?s <{CG}hasTreatment> ?c . "
    about = f"{given} ?c <{CG}aboutConcept> ?drug OPTIONAL {{ ?c <{CG}at> ?at }}"
    for subject, claim, drug, at in asked(store, "?s ?c ?drug ?at", about):
        if subject in drafts:
            drafts[subject].given.setdefault(claim, Episode(drug, at))
    dosed = (
        f"{given} ?c <{CG}hasSegment> ?d . ?d <{CG}dose> ?dose OPTIONAL {{ ?d <{CG}doseUnit> ?unit }} "
        f"FILTER NOT EXISTS {{ ?d <{CG}follows> ?before }}"
    )
    for subject, claim, dose, unit in asked(store, "?s ?c ?dose ?unit", dosed):
        if subject in drafts and claim in drafts[subject].given:
            drafts[subject].given[claim].doses.append(_amount(dose, unit))


def _responses(store: Store, only: str, drafts: dict[str, Draft]) -> None:
    pattern = (
        f"{only} ?s {_RESPONSES} ?c . ?c <{CG}domain> ?domain ; <{CG}direction> ?direction "
        f"OPTIONAL {{ ?c <{CG}responseTo>/(^<{CG}hasSegment>)?/<{CG}aboutConcept> ?drug }}"
    )
    for subject, domain, direction, drug in asked(store, "?s ?domain ?direction ?drug", pattern):
        if subject in drafts:
            way = direction.rpartition("#")[2]
            drafts[subject].add("responses", Response(domain.rpartition("#")[2], way, drug))


def _events(store: Store, only: str, drafts: dict[str, Draft]) -> None:
    for subject, kind in asked(store, "?s ?kind", f"{only} ?s <{CG}hasCourse> ?c . ?c a ?kind"):
        if subject in drafts:
            drafts[subject].add("events", kind.removeprefix(CG))
