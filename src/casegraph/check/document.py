"""Curation check: whether a document holds together, its terms exist, and each claim is placed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

from pyoxigraph import NamedNode
from rapidfuzz import process

from casegraph.errors import InputError, Problem
from casegraph.loaders.located import Located, Place, Source
from casegraph.model import (
    CaseDocument,
    Claim,
    Conflict,
    NotReported,
    Occasion,
    Passage,
    Subject,
    TestResult,
    Value,
    iterate_claims,
)
from casegraph.namespaces import compact, expand
from casegraph.terms import Terms
from casegraph.timeline import TimelineError, solve_subject
from casegraph.triples import claim_names, report_iri

__all__ = ["check"]

_CODES = ("what", "about", "disease", "site", "method", "specimen", "indication")
_OCCASIONS = ("at", "ongoing_at", "ends_at", "zero_point", "anchor", "after", "same_time_as")
_CLAIMS = (
    "derived_from",
    "continues",
    "supported_by",
    "to",
    "after_stopping",
    "attributed_to",
    "concerns",
    "trigger",
    "follows",
    "change_reason",
    "between",
)
#: Fields that must not lead from a claim back to itself.
_CHAINS = ("derived_from", "follows", "continues", "supported_by", "change_reason", "trigger")
_PASSAGES = ("stated_in", "restated_in")
_ADDRESSES = ("licence", "possibly_same_patient_as")
_DATES = ("issued", "date")
_FIRST_DAY = "yyyy-01-01"
_FEW = 8

_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class _Scope:
    """What the keys of one part of a document may point to: kind of thing -> its known keys."""

    known: dict[str, frozenset[str]]

    def target(self, owner: Value, field: str) -> str | None:
        """Return the kind of thing that a field of a struct points to, or None."""
        if field == "during":
            return "occasion" if isinstance(owner, Occasion) else "claim"
        kinds = {"occasion": _OCCASIONS, "claim": _CLAIMS, "passage": _PASSAGES}
        kinds |= {"definition": ("by_definition",), "reference": ("cites",), "group": ("member_of",)}
        return next((kind for kind, fields in kinds.items() if field in fields), None)


def check(located: Located, terms: Terms) -> tuple[Problem, ...]:
    """Return every problem of a document that its structure alone does not show, in reading order.

    Checked are: the report's identifier; addresses, dates; that each term is known and its label fits; that
    each key points to an occasion, claim, passage, definition or reference that is there; that no two parts
    have one name and none leads back to itself; that each claim says where it stands; that a test has one
    outcome; ranges of passages; and the order in time.
    """
    document, source = located.document, located.source
    problems: list[Problem] = []
    try:
        report_iri(document.report)
    except InputError as error:
        problems.append(
            source.problem(("report",), "no-identifier", error.what, todo=f"expected {error.expected}")
        )
    if not document.cases and not document.groups:
        message = "the document tells of no case and of no group"
        problems.append(source.problem((), "no-case", message, todo="add a patient under 'cases'"))
    for place, passage in _named(document.passages, ("passages",)):
        problems += _passage_problems(passage, place, document, source)
    report_scope = _Scope(_report_keys(document))
    problems += _part_problems(document.report, ("report",), report_scope, terms, source)
    if document.curation is not None:
        problems += _part_problems(document.curation, ("curation",), report_scope, terms, source)
    for place, subject in (*_named(document.cases, ("cases",)), *_named(document.groups, ("groups",))):
        scope = _Scope(report_scope.known | _subject_keys(subject))
        problems += _part_problems(subject, place, scope, terms, source)
        problems += _name_problems(subject, place, source)
        problems += _circle_problems(subject, place, source)
        problems += _time_problems(subject, place, source)
    return tuple(sorted(set(problems)))


def _named(values: Mapping[str, _V], place: Place) -> Iterator[tuple[Place, _V]]:
    for key, value in values.items():
        yield (*place, key), value


def _report_keys(document: CaseDocument) -> dict[str, frozenset[str]]:
    return {
        "passage": frozenset(document.passages),
        "definition": frozenset(each.id for each in document.report.literature if each.id is not None),
        "reference": frozenset(document.report.references),
        "group": frozenset(document.groups),
        "claim": frozenset(),
        "occasion": frozenset(),
    }


def _subject_keys(subject: Subject) -> dict[str, frozenset[str]]:
    names = (fragment for fragment, _, _ in claim_names(iterate_claims(subject)))
    return {"claim": frozenset(names), "occasion": frozenset(subject.occasions)}


def _structs(value: object, place: Place) -> Iterator[tuple[Place, Value]]:
    """Yield every struct at or below a value with its place."""
    if isinstance(value, Value):
        yield place, value
        for name in value.__struct_fields__:
            yield from _structs(getattr(value, name), (*place, name))
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _structs(each, (*place, key))
    elif isinstance(value, tuple):
        for position, each in enumerate(value):
            yield from _structs(each, (*place, position))


def _part_problems(
    part: Value, place: Place, scope: _Scope, terms: Terms, source: Source
) -> Iterator[Problem]:
    for where, struct in _structs(part, place):
        for name in struct.__struct_fields__:
            for here, value in _each(getattr(struct, name), (*where, name)):
                if name in _CODES:
                    yield from _code_problems(str(value), here, terms, source)
                if name in _ADDRESSES:
                    yield from _address_problems(str(value), here, source)
                if name in _DATES:
                    yield from _date_problems(str(value), here, source)
                yield from _key_problems(str(value), scope.target(struct, name), here, scope, source)
        if isinstance(struct, Claim):
            yield from _claim_problems(struct, where, source)


def _each(values: object, place: Place) -> Iterator[tuple[Place, object]]:
    """Yield a value, or each of several, with its place; nothing for None."""
    if isinstance(values, tuple):
        yield from (((*place, position), each) for position, each in enumerate(values))
    elif values is not None:
        yield place, values


def _address_problems(address: str, place: Place, source: Source) -> Iterator[Problem]:
    try:
        NamedNode(address)
    except ValueError:
        todo = "write a whole address such as https://doi.org/10.1007/s13555-020-00421-8"
        yield source.problem(place, "bad-address", f"{address!r} is no IRI", todo=todo)


def _date_problems(text: str, place: Place, source: Source) -> Iterator[Problem]:
    try:
        date.fromisoformat(text + _FIRST_DAY[len(text) :])
    except ValueError:
        yield source.problem(place, "bad-date", f"{text!r} is no date", todo="write year-month-day")


def _code_problems(code: str, place: Place, terms: Terms, source: Source) -> Iterator[Problem]:
    curie, _, label = code.partition(" ")
    try:
        iri = expand(curie)
    except InputError as error:
        yield source.problem(place, "unknown-prefix", error.what, todo=f"expected {error.expected}")
        return
    if iri not in terms:
        nearest = "; ".join(terms.nearest(label))
        todo = f"near: {nearest}" if nearest else "casegraph term looks a term up"
        yield source.problem(place, "unknown-term", f"unknown term {curie} {label!r}", todo=todo)
        return
    names = (terms.label(iri) or "", *terms.synonyms.get(iri, ()))
    if label.casefold() not in (name.casefold() for name in names):
        message = f"{compact(iri)} is {names[0]!r}, not {label!r}"
        nearest = "; ".join(terms.nearest(label, limit=2))
        yield source.problem(
            place, "label-mismatch", message, todo=f"correct the id or the label; near: {nearest}"
        )


def _key_problems(
    key: str, target: str | None, place: Place, scope: _Scope, source: Source
) -> Iterator[Problem]:
    if target is None or key in scope.known[target]:
        return
    known = sorted(scope.known[target])
    if len(known) > _FEW:
        known = [each for each, _, _ in process.extract(key, known, limit=_FEW)]
    todo = f"{'near' if len(scope.known[target]) > _FEW else 'known'}: {', '.join(known) or 'none'}"
    yield source.problem(place, f"unknown-{target}", f"no {target} is called {key!r}", todo=todo)


def _claim_problems(claim: Claim, place: Place, source: Source) -> Iterator[Problem]:
    placed = claim.stated_in or claim.derived_from or isinstance(claim, Conflict | NotReported)
    if not placed:
        todo = "give 'stated_in' a passage, or 'derived_from' the claims it was computed from"
        yield source.problem(place, "no-evidence", "the claim does not say where it stands", todo=todo)
    if isinstance(claim, TestResult):
        forms = [claim.result, claim.value, claim.direction]
        if sum(form is not None for form in forms) != 1:
            todo = "give exactly one of 'result', 'value' and 'direction'"
            yield source.problem(place, "test-outcome", "a test has one outcome", todo=todo)


def _passage_problems(
    passage: Passage, place: Place, document: CaseDocument, source: Source
) -> Iterator[Problem]:
    if passage.section is None and passage.pointer is None:
        yield source.problem(place, "no-place", "a passage needs a place", todo="give 'section' or 'pointer'")
    if (passage.chars is None) != (passage.sha256 is None):
        todo = "give both, or neither where the text was not at hand"
        yield source.problem(place, "range-and-hash", "'chars' and 'sha256' go together", todo=todo)
    text = document.report.text
    if passage.chars is not None and not (
        0 <= passage.chars[0] < passage.chars[1] and text is not None and passage.chars[1] <= text.characters
    ):
        within = f"the {text.characters} of report.text" if text else "report.text, which is missing"
        todo = f"count code points from 0, end excluded, within {within}"
        yield source.problem((*place, "chars"), "bad-range", f"impossible range {passage.chars}", todo=todo)


def _name_problems(subject: Subject, place: Place, source: Source) -> Iterator[Problem]:
    """Yield a problem for each name that another part has or that is kept for derived parts."""
    places = {id(struct): where for where, struct in _structs(subject, place)}
    named = [(key, (*place, "occasions", key)) for key in subject.occasions]
    claims = claim_names(iterate_claims(subject))
    named += [(fragment, places[id(claim)]) for fragment, _, claim in claims]
    taken = {"curation"}
    for name, where in named:
        if name in taken or name.startswith("regimen-"):
            todo = "give each claim an 'id' and each occasion a key of its own"
            yield source.problem(where, "name-clash", f"the name {name!r} is taken", todo=todo)
        taken.add(name)


def _circle_problems(subject: Subject, place: Place, source: Source) -> Iterator[Problem]:
    places = {id(struct): where for where, struct in _structs(subject, place)}
    claims = {fragment: claim for fragment, _, claim in claim_names(iterate_claims(subject))}
    for name in _CHAINS:
        leads = {
            fragment: [str(key) for _, key in _each(getattr(claim, name, None), ())]
            for fragment, claim in claims.items()
        }
        try:
            TopologicalSorter(leads).prepare()
        except CycleError as error:
            circle = error.args[1]
            message = f"{name!r} leads in a circle: {', '.join(circle)}"
            here = (*places[id(claims[circle[0]])], name)
            yield source.problem(here, "circle", message, todo="point to an earlier claim")


def _time_problems(subject: Subject, place: Place, source: Source) -> Iterator[Problem]:
    swapped = list(_bounds_problems(subject, place, source))
    yield from swapped
    for key, occasion in subject.occasions.items():
        if (occasion.start or occasion.end) and occasion.anchor is None:
            message = "bounds in days need an anchor to count from"
            yield source.problem((*place, "occasions", key), "no-anchor", message, todo="add 'anchor'")
    if not swapped:
        try:
            solve_subject(subject)
        except TimelineError as error:
            here = (*place, "occasions", error.occasion)
            yield source.problem(here, "impossible-time", error.what, todo=error.todo)


def _bounds_problems(subject: Subject, place: Place, source: Source) -> Iterator[Problem]:
    for key, occasion in subject.occasions.items():
        for name in ("start", "end"):
            low, high = getattr(occasion, name) or (None, None)
            if low is not None and high is not None and low > high:
                message = f"the earliest day {low} is later than the latest day {high}"
                here = (*place, "occasions", key, name)
                yield source.problem(here, "bad-bounds", message, todo="write the smaller number first")
