"""Whether each key points to a part that is there, each name is one part's, and none leads back to itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from casegraph.check.walk import each_of, structs
from casegraph.errors import Problem
from casegraph.loaders.located import Place, Source
from casegraph.model import CaseDocument, DoseSegment, Occasion, Subject, Treatment, Value, iterate_claims
from casegraph.triples import claim_names

__all__ = [
    "CLAIM_KEYS",
    "Scope",
    "circle_problems",
    "key_problems",
    "name_problems",
    "report_keys",
    "subject_keys",
]

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

    def target(self, owner: Value, field: str) -> str | None:
        """Return the kind of thing that a field of a struct points to, or None."""
        if field == "during":
            return "occasion" if isinstance(owner, Occasion) else "treatment"
        return _TARGETS.get(field)


def report_keys(document: CaseDocument) -> dict[str, frozenset[str]]:
    """Return the keys of the parts that a whole document shares."""
    return {
        "passage": frozenset(document.passages),
        "definition": frozenset(each.id for each in document.report.literature if each.id is not None),
        "reference": frozenset(document.report.references),
        "group": frozenset(document.groups),
        "claim": frozenset(),
        "treatment": frozenset(),
        "occasion": frozenset(),
    }


def subject_keys(subject: Subject) -> dict[str, frozenset[str]]:
    """Return the keys of the claims and occasions of a case or group."""
    claims = {fragment: claim for fragment, _, claim in claim_names(iterate_claims(subject))}
    given = (name for name, claim in claims.items() if isinstance(claim, Treatment | DoseSegment))
    return {
        "claim": frozenset(claims),
        "treatment": frozenset(given),
        "occasion": frozenset(subject.occasions),
    }


def key_problems(
    key: str, target: str | None, place: Place, scope: Scope, source: Source
) -> Iterator[Problem]:
    """Yield a problem if a key points to nothing."""
    if target is None or key in scope.known[target]:
        return
    read = target == "treatment" and key in scope.known["claim"]
    if key in scope.faulty and not read:
        return
    known = sorted(scope.known[target])
    if len(known) > _FEW:
        from rapidfuzz import process

        known = [each for each, _, _ in process.extract(key, known, limit=_FEW)]
    todo = f"{'near' if len(scope.known[target]) > _FEW else 'known'}: {', '.join(known) or 'none'}"
    yield source.problem(place, f"unknown-{target}", f"no {target} is called {key!r}", todo=todo)


def name_problems(subject: Subject, place: Place, source: Source) -> Iterator[Problem]:
    """Yield a problem for each name that another part has or that is kept for derived parts."""
    places = {id(struct): where for where, struct in structs(subject, place)}
    named = [(key, (*place, "occasions", key)) for key in subject.occasions]
    claims = claim_names(iterate_claims(subject))
    named += [(fragment, places[id(claim)]) for fragment, _, claim in claims]
    taken = {"curation"}
    for name, where in named:
        if name in taken or name.startswith("regimen-"):
            todo = "give each claim an 'id' and each occasion a key of its own"
            yield source.problem(where, "name-clash", f"the name {name!r} is taken", todo=todo)
        taken.add(name)


def circle_problems(subject: Subject, place: Place, source: Source) -> Iterator[Problem]:
    """Yield a problem for each chain of claims that leads back to its beginning."""
    places = {id(struct): where for where, struct in structs(subject, place)}
    claims = {fragment: claim for fragment, _, claim in claim_names(iterate_claims(subject))}
    for name in _CHAINS:
        leads = {
            fragment: [str(key) for _, key in each_of(getattr(claim, name, None), ())]
            for fragment, claim in claims.items()
        }
        if not any(leads.values()):
            continue
        try:
            TopologicalSorter(leads).prepare()
        except CycleError as error:
            circle = error.args[1]
            message = f"{name!r} leads in a circle: {', '.join(circle)}"
            here = (*places[id(claims[circle[0]])], name)
            yield source.problem(here, "circle", message, todo="point to an earlier claim")
