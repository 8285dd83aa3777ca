"""Whether each key points to a part that is there, each name is one part's, and none leads back to itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from casegraph.check.walk import each_of, structs
from casegraph.errors import Problem
from casegraph.loaders.located import Place, Source
from casegraph.model import CaseDocument, Claim, DoseSegment, Occasion, Subject, Treatment, Value
from casegraph.triples import named_claims

__all__ = [
    "CLAIM_KEYS",
    "Scope",
    "circle_problems",
    "key_problems",
    "name_problems",
    "report_keys",
    "subject_keys",
    "target_of",
]

#: (fragment, class, claim) of all claims of a subject.
Named = Sequence[tuple[str, str, Claim]]

_OCCASIONS = (
    "at",
    "onset_at",
    "resolved_at",
    "ongoing_at",
    "ends_at",
    "zero_point",
    "anchor",
    "after",
    "same_time_as",
)
#: fields that point to claims of the same case.
CLAIM_KEYS = (
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
#: Those of them that point to what a patient was given.
_TREATMENTS = ("to", "after_stopping")
#: Fields that must not lead from a claim back to itself.
_CHAINS = ("derived_from", "follows", "continues", "supported_by", "change_reason", "trigger")
_PASSAGES = ("stated_in", "restated_in")
#: field -> the kind of thing that it points to, whatever has it; of two kinds, the last is meant.
_TARGETS = {
    "by_definition": "definition",
    "cites": "reference",
    "member_of": "group",
    **dict.fromkeys(_PASSAGES, "passage"),
    **dict.fromkeys(CLAIM_KEYS, "claim"),
    **dict.fromkeys(_OCCASIONS, "occasion"),
    **dict.fromkeys(_TREATMENTS, "treatment"),
}
_FEW = 8


@dataclass(frozen=True, slots=True)
class Scope:
    """What the keys of one part of a document may point to: kind of thing -> its known keys.

    ``faulty`` are keys of parts that are there but cannot be read; nobody is told that they are missing.
    """

    known: dict[str, frozenset[str]]
    faulty: frozenset[str] = frozenset()


def target_of(owner: type[Value], field: str) -> str | None:
    """Return the kind of thing that a field of a kind of struct points to, or None."""
    if field == "affects":
        return "affected"
    if field == "during":
        return "occasion" if issubclass(owner, Occasion) else "treatment"
    return _TARGETS.get(field)


def report_keys(document: CaseDocument) -> dict[str, frozenset[str]]:
    """Return the keys of the parts that a whole document shares."""
    return {
        "passage": frozenset(document.passages),
        "definition": frozenset(each.id for each in document.report.literature if each.id is not None),
        "reference": frozenset(document.report.references),
        "group": frozenset(document.groups),
        "affected": frozenset(_affected(document)),
        "claim": frozenset(),
        "treatment": frozenset(),
        "occasion": frozenset(),
    }


def _affected(document: CaseDocument) -> Iterator[str]:
    """Yield what a notice can be about: a case or group, a claim of one, a claim of the report."""
    of_report = (("", each) for each in (*document.report.literature, *document.report.publication))
    yield from (f"#{claim.id}" for _, claim in of_report if claim.id is not None)
    for key, subject in (*document.cases.items(), *document.groups.items()):
        yield key
        yield from (f"{key}#{name}" for name, _, _ in named_claims(subject))


def subject_keys(subject: Subject, claims: Named) -> dict[str, frozenset[str]]:
    """Return the keys of the claims and occasions of a case or group."""
    given = (name for name, _, claim in claims if isinstance(claim, Treatment | DoseSegment))
    return {
        "claim": frozenset(name for name, _, _ in claims),
        "treatment": frozenset(given),
        "occasion": frozenset(subject.occasions),
    }


def key_problems(key: str, target: str, place: Place, scope: Scope, source: Source) -> Iterator[Problem]:
    """Yield a problem if a key points to nothing."""
    if key in scope.known[target]:
        return
    read = target == "treatment" and key in scope.known["claim"]
    if key.rpartition("#")[2] in scope.faulty and not read:
        return
    known = sorted(scope.known[target])
    if len(known) > _FEW:
        from rapidfuzz import process

        known = [each for each, _, _ in process.extract(key, known, limit=_FEW)]
    todo = f"{'near' if len(scope.known[target]) > _FEW else 'known'}: {', '.join(known) or 'none'}"
    yield source.problem(place, f"unknown-{target}", f"no {target} is called {key!r}", todo=todo)


def name_problems(subject: Subject, claims: Named, place: Place, source: Source) -> Iterator[Problem]:
    """Yield a problem for each name that another part has or that is kept for derived parts."""
    names = [*subject.occasions, *(name for name, _, _ in claims)]
    taken = {"curation"}
    for at, name in enumerate(names):
        if name in taken or name.startswith("regimen-"):
            todo = "give each claim an 'id' and each occasion a key of its own"
            claim = at - len(subject.occasions)
            here = (*place, "occasions", name) if claim < 0 else _place_of(claims[claim][2], subject, place)
            yield source.problem(here, "name-clash", f"the name {name!r} is taken", todo=todo)
        taken.add(name)


def _place_of(claim: Claim, subject: Subject, place: Place) -> Place:
    return next(where for where, struct in structs(subject, place) if struct is claim)


def circle_problems(subject: Subject, claims: Named, place: Place, source: Source) -> Iterator[Problem]:
    """Yield a problem for each chain of claims that leads back to its beginning."""
    named = {fragment: claim for fragment, _, claim in claims}
    for name in _CHAINS:
        if not any(getattr(claim, name, None) for claim in named.values()):
            continue
        leads = {
            fragment: [str(key) for _, key in each_of(getattr(claim, name, None), ())]
            for fragment, claim in named.items()
        }
        try:
            TopologicalSorter(leads).prepare()
        except CycleError as error:
            circle = error.args[1]
            message = f"{name!r} leads in a circle: {', '.join(circle)}"
            here = (*_place_of(named[circle[0]], subject, place), name)
            yield source.problem(here, "circle", message, todo="point to an earlier claim")
