"""Whether a document holds together: its parts fit, and what its values say can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import TypeVar

from pyoxigraph import NamedNode

from casegraph.check.claims import claim_problems, passage_problems
from casegraph.check.doses import dose_problems
from casegraph.check.findings import finding_problems
from casegraph.check.numbers import number_problems
from casegraph.check.references import (
    Scope,
    circle_problems,
    key_problems,
    name_problems,
    report_keys,
    subject_keys,
    target_of,
)
from casegraph.check.terms import term_problems
from casegraph.check.times import time_problems
from casegraph.check.walk import Mappings, each_of, entries, mappings, structs
from casegraph.check.writing import writing_problems
from casegraph.errors import InputError, Problem
from casegraph.loaders.located import Draft, Place, Source
from casegraph.model import CaseDocument, Claim, Value
from casegraph.terms import Terms
from casegraph.triples import named_claims, report_iri

__all__ = ["check"]

_ADDRESSES = ("licence", "possibly_same_patient_as")
_DATES = ("issued", "date")
_FIRST_DAY = "yyyy-01-01"
#: structural faults that a look at the value itself tells better.
_COARSE = ("wrong-value",)

_V = TypeVar("_V")


def check(draft: Draft, terms: Terms) -> tuple[Problem, ...]:
    """Return every problem of what a file holds, in reading order; warnings among them.

    The structure, the terms, doses, numbers, findings and the writing are looked at wherever they stand, also
    in a file that is no document yet; how its parts fit together, in all of it that can be read.
    """
    source, data = draft.source, draft.data
    told = mappings(data)
    by_value = [
        *term_problems(told, source, terms),
        *dose_problems(data, source, terms),
        *finding_problems(data, source, terms),
        *number_problems(data, told, source),
        *writing_problems(told, source),
    ]
    places = {(each.line, each.column) for each in by_value}
    structural = [
        each for each in draft.problems if each.code not in _COARSE or (each.line, each.column) not in places
    ]
    fitting: list[Problem] = []
    if draft.located is not None:
        part = draft.located
        faulty = frozenset[str]() if not draft.problems else frozenset(_keys(told))
        found = _document_problems(part.document, part.source, faulty)
        fitting += (each for each in found if each.code not in _only_unread(data))
    return tuple(sorted({*by_value, *structural, *fitting}))


def _only_unread(data: object) -> set[str]:
    """Return the codes of what is there in the file, and may only be in a part that cannot be read."""
    top = data if isinstance(data, dict) else {}
    report = top.get("report")
    named = isinstance(report, dict) and bool({"doi", "pmid", "key"} & report.keys())
    told = bool(top.get("cases") or top.get("groups"))
    return {code for code, there in (("no-identifier", named), ("no-case", told)) if there}


def _keys(told: Mappings) -> Iterator[str]:
    """Yield all that may be the key of a part, read or not."""
    for place, key, value in entries(told):
        yield key
        if place[-1] == "id" and isinstance(value, str):
            yield value


def _document_problems(document: CaseDocument, source: Source, faulty: frozenset[str]) -> Iterator[Problem]:
    try:
        report_iri(document.report)
    except InputError as error:
        todo = f"expected {error.expected}"
        yield source.problem(("report",), "no-identifier", error.what, todo=todo)
    if not document.cases and not document.groups:
        message = "the document tells of no case and of no group"
        yield source.problem((), "no-case", message, todo="add a patient under 'cases'")
    for place, passage in _named(document.passages, ("passages",)):
        yield from passage_problems(passage, place, document, source)
    scope = Scope(report_keys(document), faulty)
    yield from _part_problems(document.report, ("report",), scope, source)
    if document.curation is not None:
        yield from _part_problems(document.curation, ("curation",), scope, source)
    for place, subject in (*_named(document.cases, ("cases",)), *_named(document.groups, ("groups",))):
        claims = named_claims(subject)
        own = Scope(scope.known | subject_keys(subject, claims), faulty)
        yield from _part_problems(subject, place, own, source)
        yield from name_problems(subject, claims, place, source)
        yield from circle_problems(subject, claims, place, source)
        yield from time_problems(subject, place, source)


def _named(values: Mapping[str, _V], place: Place) -> Iterator[tuple[Place, _V]]:
    for key, value in values.items():
        yield (*place, key), value


def _part_problems(part: Value, place: Place, scope: Scope, source: Source) -> Iterator[Problem]:
    for where, struct in structs(part, place):
        for name, target in _checked_fields(type(struct)):
            for here, value in each_of(getattr(struct, name), (*where, name)):
                if target is not None:
                    yield from key_problems(str(value), target, here, scope, source)
                elif name in _ADDRESSES:
                    yield from _address_problems(str(value), here, source)
                else:
                    yield from _date_problems(str(value), here, source)
        if isinstance(struct, Claim):
            yield from claim_problems(struct, where, source)


@cache
def _checked_fields(kind: type[Value]) -> tuple[tuple[str, str | None], ...]:
    """Return the fields of a struct that are an address or a date, or point to something, and to what."""
    targets = ((name, target_of(kind, name)) for name in kind.__struct_fields__)
    return tuple((name, to) for name, to in targets if to is not None or name in (*_ADDRESSES, *_DATES))


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
