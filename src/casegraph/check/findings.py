"""Whether findings of one occasion say a thing twice, or say that it was there and was not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from casegraph.check.walk import curie_of, subjects_of
from casegraph.errors import InputError, Problem
from casegraph.loaders.located import Place, Source
from casegraph.namespaces import compact, expand
from casegraph.terms import Terms

__all__ = ["finding_problems"]


@dataclass(frozen=True, slots=True)
class _Finding:
    place: Place
    key: str
    iri: str
    at: object
    sites: frozenset[str]
    side: object


def finding_problems(data: object, source: Source, terms: Terms) -> Iterator[Problem]:
    """Yield findings that repeat a more special one, and those that are present and absent at one time."""
    for place, subject in subjects_of(data):
        found = subject.get("findings")
        listed = found if isinstance(found, dict) else {}
        present, absent = (
            list(_findings(listed, kind, (*place, "findings", kind), terms)) for kind in ("present", "absent")
        )
        told = _contradictions(subject)
        yield from _redundant(present, source, terms)
        yield from _redundant(absent, source, terms, of_absent=True)
        yield from _both(present, absent, told, source, terms)


def _findings(listed: Mapping[str, object], kind: str, place: Place, terms: Terms) -> Iterator[_Finding]:
    entries = listed.get(kind)
    for at, each in enumerate(entries if isinstance(entries, list) else ()):
        if not isinstance(each, dict):
            continue
        try:
            iri = expand(curie_of(each.get("what")))
        except InputError:
            continue
        if iri in terms:
            sites = each.get("site")
            named = frozenset(map(curie_of, sites if isinstance(sites, list) else ()))
            yield _Finding(
                (*place, at), str(each.get("id", "")), iri, each.get("at"), named, each.get("laterality")
            )


def _contradictions(subject: Mapping[str, object]) -> set[str]:
    """Return the keys that a conflict note of the case speaks of."""
    notes = subject.get("conflicts")
    return {
        key
        for note in (notes if isinstance(notes, list) else ())
        if isinstance(note, dict) and isinstance(note.get("between"), list)
        for key in note["between"]
        if isinstance(key, str)
    }


def _redundant(
    found: list[_Finding], source: Source, terms: Terms, *, of_absent: bool = False
) -> Iterator[Problem]:
    """Present: the more general one says nothing more. Absent: the more special one follows from it."""
    for number, one in enumerate(found):
        for other in found[:number]:
            if (one.iri, one.at, one.sites, one.side) == (other.iri, other.at, other.sites, other.side):
                message = f"{_named(one, terms)} stands there twice"
                todo = "take one away, or say what sets it apart: another time, site or side"
                yield source.warning((*one.place, "what"), "redundant-term", message, todo=todo)
    for general in found:
        for special in found:
            if general is special or general.at != special.at or general.iri == special.iri:
                continue
            if general.iri not in terms.above(special.iri) or _elsewhere(general, special):
                continue
            extra, other = (special, general) if of_absent else (general, special)
            message = f"{_named(extra, terms)} says no more than {_named(other, terms)} beside it"
            todo = "take it away, or say what sets it apart: another time or site"
            yield source.warning((*extra.place, "what"), "redundant-term", message, todo=todo)


def _both(
    present: list[_Finding], absent: list[_Finding], told: set[str], source: Source, terms: Terms
) -> Iterator[Problem]:
    for there in present:
        for not_there in absent:
            if there.at != not_there.at or {there.key, not_there.key} <= told:
                continue
            if not_there.iri in terms.above(there.iri) and not _elsewhere(not_there, there):
                message = f"{_named(there, terms)} is there while {_named(not_there, terms)} is not"
                todo = "correct one, give them the times they belong to, or join both in 'conflicts'"
                yield source.problem((*not_there.place, "what"), "present-and-absent", message, todo=todo)


def _elsewhere(general: _Finding, special: _Finding) -> bool:
    """Say whether the general finding is tied to sites that are not those of the special one."""
    return bool(general.sites) and general.sites != special.sites


def _named(finding: _Finding, terms: Terms) -> str:
    return f"{compact(finding.iri)} {terms.label(finding.iri)}"
