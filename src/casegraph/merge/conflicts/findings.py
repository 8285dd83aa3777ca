"""Findings, tests, harms: what was there in one telling and was not in the other.

What is denied is denied with all its kinds: *no rash* does not fit *a malar rash*, but *no malar rash* fits
*a rash*.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from casegraph.merge.conflicts.items import Item, Topic, Verdict
from casegraph.merge.conflicts.kinds import Kinds, iri_of
from casegraph.merge.conflicts.telling import Telling
from casegraph.merge.conflicts.times import Times, When
from casegraph.model import AdverseEvent, Finding, NoAdverseEvent, TestResult

__all__ = ["FINDINGS", "HARMS", "NO_HARM", "TESTS", "one_method"]

_THERE = frozenset({"positive", "abnormal", "raised"})
_SEVERE = frozenset({"severe", "profound", "fatal"})
_INSIGNIFICANT = "NoSignificantAdverseEvent"
_NOT_THERE = frozenset({"negative", "normal", "unremarkable", "notRaised"})


def _findings(telling: Telling) -> Iterator[Item]:
    for name, (kind, claim) in telling.claims.items():
        if isinstance(claim, Finding) and kind != "IndeterminateFinding":
            yield Item(telling, name, kind, claim, (iri_of(claim.what),), claim.at)


def _of_finding(one: Item, other: Item, kinds: Kinds) -> Verdict:
    if one.kind == other.kind:
        return "agree" if _one_place(one, other, kinds) else None
    present, absent = (one, other) if one.kind == "PresentFinding" else (other, one)
    denied = kinds.is_kind(present.about[0], absent.about[0]) and _within(present, absent, kinds)
    return "finding" if denied else None


def _one_place(one: Item, other: Item, kinds: Kinds) -> bool:
    first, second = cast(Finding, one.claim), cast(Finding, other.claim)
    sides = {first.laterality, second.laterality}
    return kinds.compatible(_iris(first.site), _iris(second.site)) and sides != {"left", "right"}


def _within(present: Item, absent: Item, kinds: Kinds) -> bool:
    """Say whether what was there is certainly of the place, side and degree that the denial speaks of."""
    there, denied = cast(Finding, present.claim), cast(Finding, absent.claim)
    narrowed = denied.modifier or denied.severity or denied.direction
    if narrowed and (there.modifier, there.severity, there.direction) != (
        denied.modifier,
        denied.severity,
        denied.direction,
    ):
        return False
    if denied.laterality and there.laterality not in (denied.laterality, "bilateral"):
        return False
    return not denied.site or any(
        kinds.is_kind(iri_of(site), iri_of(wide)) for site in there.site for wide in denied.site
    )


def _tests(telling: Telling) -> Iterator[Item]:
    for name, (kind, claim) in telling.claims.items():
        if isinstance(claim, TestResult):
            yield Item(telling, name, kind, claim, (iri_of(claim.what),), claim.at)


def _of_test(one: Item, other: Item, kinds: Kinds) -> Verdict:
    first, second = cast(TestResult, one.claim), cast(TestResult, other.claim)
    numbers = first.value is not None and second.value is not None
    if numbers or not one_method(first, second, kinds):
        return None
    if {first.direction, second.direction} == {"raised", "lowered"}:
        return "test" if one.about == other.about else None
    outcomes = (_outcome(first), _outcome(second))
    if None in outcomes:
        said = {(each.result, each.direction) for each in (first, second)}
        return "agree" if len(said) == 1 and said != {(None, None)} else None
    if outcomes[0] == outcomes[1]:
        return "agree"
    positive, negative = (one, other) if outcomes[0] else (other, one)
    return "test" if kinds.is_kind(positive.about[0], negative.about[0]) else None


def one_method(first: TestResult, second: TestResult, kinds: Kinds) -> bool:
    """Say whether two tests may be of one method, specimen and place; what is not told may be any."""
    parts = (
        ((first.method,), (second.method,)),
        ((first.specimen,), (second.specimen,)),
        (first.site, second.site),
    )
    told = ((_iris(some), _iris(others)) for some, others in parts)
    return all(kinds.compatible(some, others) for some, others in told)


def _iris(codes: tuple[str | None, ...]) -> list[str]:
    return [iri_of(each) for each in codes if each is not None]


def _outcome(test: TestResult) -> bool | None:
    """Return whether what was looked for was there; None where that is not told."""
    said = test.result or test.direction
    return True if said in _THERE else False if said in _NOT_THERE else None


def _harms(telling: Telling) -> Iterator[Item]:
    for name, (kind, claim) in telling.claims.items():
        if isinstance(claim, AdverseEvent):
            yield Item(telling, name, kind, claim, (iri_of(claim.what),), claim.at)


def _of_harm(one: Item, other: Item, kinds: Kinds) -> Verdict:
    return "agree"


def _harm_or_none(telling: Telling) -> Iterator[Item]:
    """Yield what was seen and that nothing was, by the drugs that it is told of."""
    for name, (kind, claim) in telling.claims.items():
        if isinstance(claim, AdverseEvent | NoAdverseEvent):
            during = claim.during
            drugs = tuple(
                iri_of(telling.exposures[each].what) for each in during if each in telling.exposures
            )
            yield Item(telling, name, kind, claim, drugs or ("",), claim.at)


def _of_no_harm(one: Item, other: Item, kinds: Kinds) -> Verdict:
    if one.kind == other.kind:
        return "agree" if isinstance(one.claim, NoAdverseEvent) else None
    harm = next((each.claim for each in (one, other) if isinstance(each.claim, AdverseEvent)), None)
    if harm is None or (_INSIGNIFICANT in (one.kind, other.kind) and harm.severity not in _SEVERE):
        return None
    return "adverseEvent"


def _no_harm_at_all(one: Item, other: Item, when: When, times: Times) -> When:
    """Say how sure a harm against none is: what is significant is for each report to say."""
    return "open" if when == "same" and _INSIGNIFICANT in (one.kind, other.kind) else when


#: Findings present and absent.
FINDINGS = Topic(_findings, _of_finding, whole=True)
#: Results; without a time each may be of another, so that nothing is certain.
TESTS = Topic(_tests, _of_test)
#: Harms that were seen.
HARMS = Topic(_harms, _of_harm, whole=True)
#: Harms, and that there were none, on the same drug or where no drug is named.
NO_HARM = Topic(_harm_or_none, _of_no_harm, whole=True, weigh=_no_harm_at_all)
