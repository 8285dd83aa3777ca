"""Tells what was derived of a case differently in two stores: verdicts and classes named, others counted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import pyoxigraph as ox

from casegraph.curate.diff import Change
from casegraph.namespaces import CG, PREFIXES, compact
from casegraph.terms import all_terms

__all__ = ["derived_changes"]

_TYPE = f"{PREFIXES['rdf']}type"
_VERDICT, _ABOUT, _DOMAIN = f"{CG}verdict", f"{CG}aboutConcept", f"{CG}domain"


class _Fact(NamedTuple):
    """A derived statement."""

    subject: str
    predicate: str
    value: str


def derived_changes(
    case: str, where: str, before: Iterable[ox.Quad], after: Iterable[ox.Quad]
) -> Iterator[Change]:
    """Yield how the inferred graphs of a case differ.

    What follows for the case itself (its diagnosis, its classes, what it improved on) is told one by one, and
    so are the verdicts on its drugs; all other statements are counted.

    :param case: its IRI.
    :param where: what it is called, such as *patient 1*.
    """
    old, new = _facts(before), _facts(after)
    gone, come = old - new, new - old
    verdicts = _verdicts(old), _verdicts(new)
    for thing in sorted(verdicts[0].keys() | verdicts[1].keys()):
        was, now = verdicts[0].get(thing, ""), verdicts[1].get(thing, "")
        if was and now and was != now:
            yield Change(where, "changed", thing, "", was, now)
        elif was != now:
            yield Change(where, "new" if now else "removed", thing, before=was, after=now)
    for each in sorted(each for each in gone if each.subject == case):
        yield Change(where, "removed", _thing(each), before=_label(each.value))
    for each in sorted(each for each in come if each.subject == case):
        yield Change(where, "new", _thing(each), after=_label(each.value))
    others = [sum(_is_counted(each, case) for each in facts) for facts in (gone, come)]
    if any(others):
        yield Change(where, "changed", "other statements", "", f"{others[0]:,} gone", f"{others[1]:,} new")


def _thing(fact: _Fact) -> str:
    return "class" if fact.predicate == _TYPE else _words(fact.predicate)


def _is_counted(fact: _Fact, case: str) -> bool:
    return fact.subject != case and fact.predicate != _VERDICT


def _facts(quads: Iterable[ox.Quad]) -> set[_Fact]:
    """Return the statements, but for the link from a case to a judgement: the judgement is told."""
    every = (_Fact(_text(each.subject), each.predicate.value, _text(each.object)) for each in quads)
    return {each for each in every if each.predicate != f"{CG}hasJudgement"}


def _verdicts(facts: Iterable[_Fact]) -> Mapping[str, str]:
    """Return *verdict on DRUG, DOMAIN* -> the verdict."""
    of: dict[str, dict[str, str]] = {}
    for subject, predicate, value in facts:
        of.setdefault(subject, {})[predicate] = value
    return {
        f"verdict on {_label(each.get(_ABOUT, ''))}, {_label(each.get(_DOMAIN, ''))}": _label(each[_VERDICT])
        for each in of.values()
        if _VERDICT in each
    }


def _label(iri: str) -> str:
    return all_terms().plain(iri) or compact(iri)


def _words(predicate: str) -> str:
    """Return the name of a property of casegraph's as words.

    >>> _words("https://w3id.org/casegraph/ontology#respondedTo")
    'responded to'
    """
    name = predicate.rpartition("#")[2]
    return re.sub("(?<=[a-z])[A-Z]", lambda found: f" {found[0].lower()}", name)


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
