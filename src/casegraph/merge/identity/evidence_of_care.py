"""What tests, treatments, responses and turns of the disease say for and against one patient, in bits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import factorial, log2

from casegraph.merge.identity.claims import Given, Outcome, Response
from casegraph.merge.identity.pieces import Evidence, Pair, faded, listed
from casegraph.namespaces import CG

__all__ = ["course_evidence", "drug_evidence", "response_evidence", "result_evidence"]

#: m of a test, of a drug, of its first dose, of a response, of a turn of the disease: one telling leaves out
#: what the other finds worth telling, and doses are rounded.
_TEST, _DRUG, _NEAR_DRUG, _DOSE, _RESPONSE, _EVENT, _ORDER = 0.7, 0.8, 0.3, 0.6, 0.7, 0.7, 0.9
#: Results change from test to test, and responses with time, so that a contradiction is weak.
_OPPOSED = -1.5
_OPPOSITES = (
    frozenset({"positive", "negative"}),
    frozenset({"raised", "notRaised"}),
    frozenset({"raised", "lowered"}),
    frozenset({"normal", "abnormal"}),
)
_BETTER, _NOT_BETTER = frozenset({"improved", "resolved"}), frozenset({"unchanged", "worse"})
#: An order of so many drugs says no more.
_MOST_ORDERED = 5


def result_evidence(pair: Pair) -> Iterator[Evidence]:
    """Yield what the tests say: the same result, or the opposite one of the same test."""
    same = sorted(pair.one.tests & pair.other.tests)
    if same:
        bits = sum(faded(pair.bits(("test", *each), _TEST) for each in same))
        yield Evidence(bits, f"tests: the same in both: {listed(_said(pair, each) for each in same)}")
    opposed = [
        pair.named(one.analyte)
        for one in sorted(pair.one.tests - pair.other.tests)
        for other in sorted(pair.other.tests - pair.one.tests)
        if one.analyte == other.analyte and frozenset({one.outcome, other.outcome}) in _OPPOSITES
    ]
    if opposed:
        bits = sum(faded(_OPPOSED for _ in opposed))
        yield Evidence(bits, f"tests: opposite results: {listed(opposed)}", differs=True)


def _said(pair: Pair, test: Outcome) -> str:
    outcome = pair.named(test.outcome) if "://" in test.outcome else test.outcome
    return f"{pair.named(test.analyte)} {outcome}"


def drug_evidence(pair: Pair) -> Iterator[Evidence]:
    """Yield what the treatments say: drugs, kinds of them, first doses and their order."""
    ones, others = _drugs(pair.one.treatments), _drugs(pair.other.treatments)
    both = [each for each in ones if each in others]
    weights = [pair.bits(("drug", each), _DRUG) for each in both]
    names = [pair.named(each) for each in both]
    rest = [each for each in ones if each not in both], [each for each in others if each not in both]
    for one, other, general in pair.background.kin.nearest(*rest):
        weights.append(pair.bits(("drug", general), _NEAR_DRUG))
        names.append(f"{pair.named(one)} or {pair.named(other)}")
    if names:
        yield Evidence(sum(faded(weights)), f"treatments: in both: {listed(names)}")
    doses = sorted(each for each in set(pair.one.treatments) & set(pair.other.treatments) if each.dose)
    if doses:
        bits = sum(faded(pair.bits(("dose", *each), _DOSE) for each in doses)) / 2
        yield Evidence(bits, f"doses: the same: {listed(f'{pair.named(d.drug)} {d.dose}' for d in doses)}")
    yield from _order(pair, both, [each for each in others if each in both])


def _drugs(treatments: tuple[Given, ...]) -> list[str]:
    return list(dict.fromkeys(each.drug for each in treatments))


def _order(pair: Pair, ones: list[str], others: list[str]) -> Iterator[Evidence]:
    """Yield what the order of the drugs that both had says, where both tell it."""
    if not (pair.one.ordered and pair.other.ordered) or len(ones) < len(("first", "second")):
        return
    chance = 1 / factorial(min(len(ones), _MOST_ORDERED))
    if ones == others:
        yield Evidence(log2(_ORDER / chance), "treatments: in the same order")
    elif any((others.index(a) > others.index(b)) for a, b in combinations(ones, 2)):
        yield Evidence(log2((1 - _ORDER) / (1 - chance)), "treatments: in another order", differs=True)


def response_evidence(pair: Pair) -> Iterator[Evidence]:
    """Yield what the responses say: the same one of a part of the disease to a drug, or the opposite one."""
    same = sorted(pair.one.responses & pair.other.responses)
    if same:
        bits = sum(faded(_bits_of_response(pair, each) for each in same))
        yield Evidence(bits, f"responses: the same in both: {listed(_response(pair, each) for each in same)}")
    ones, others = _ways(pair.one.responses), _ways(pair.other.responses)
    opposed = [
        " on ".join(filter(None, (domain, drug and pair.named(drug))))
        for domain, drug in sorted(ones.keys() & others.keys())
        if any(
            ones[domain, drug] <= one and others[domain, drug] <= other
            for one, other in ((_BETTER, _NOT_BETTER), (_NOT_BETTER, _BETTER))
        )
    ]
    if opposed:
        bits = sum(faded(_OPPOSED for _ in opposed))
        yield Evidence(bits, f"responses: opposite: {listed(opposed)}", differs=True)


def _bits_of_response(pair: Pair, each: Response) -> float:
    """Return what a response says beside the drug, which was counted: log2(m / u) among those who had it."""
    bits = pair.background.bits(pair.circle, ("response", *each), _RESPONSE)
    if each.drug:
        bits -= pair.background.bits(pair.circle, ("drug", each.drug), 1.0)
    return max(bits, 0.0)


def _response(pair: Pair, each: Response) -> str:
    on = f" on {pair.named(each.drug)}" if each.drug else ""
    return f"{each.domain} {each.direction}{on}"


def _ways(responses: frozenset[Response]) -> dict[tuple[str, str], set[str]]:
    """Return the part of the disease and the drug -> all ways it went."""
    found: dict[tuple[str, str], set[str]] = {}
    for each in responses:
        found.setdefault((each.domain, each.drug), set()).add(each.direction)
    return found


def course_evidence(pair: Pair) -> Iterator[Evidence]:
    """Yield what the turns of the disease say that both tell of, such as death."""
    both = sorted(pair.one.events & pair.other.events)
    if both:
        bits = sum(faded(pair.bits(("event", each), _EVENT) for each in both))
        yield Evidence(bits, f"course: in both: {listed(pair.named(CG + each) for each in both)}")
