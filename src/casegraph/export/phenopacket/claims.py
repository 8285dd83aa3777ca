"""Findings, diagnoses and tests of a case as phenotypic features, diseases and measurements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import groupby

from casegraph.export.claims import is_broadened, is_general
from casegraph.export.phenopacket.packing import Json, Packing, given
from casegraph.loaders.words import word_of
from casegraph.model import Claim, Code, Course, Diagnosis, Finding, TestResult
from casegraph.namespaces import expand
from casegraph.terms import shipped_terms
from casegraph.terms.branches import kind_of

__all__ = ["diseases", "measurements", "phenotypic_features", "vital_status", "withheld"]

#: A claim on one of these bases is nothing that was seen in the patient, and a packet cannot say so.
_UNSEEN = frozenset({"interpretation", "authorClaim", "literature"})
_POLARITIES = ("positive", "negative")
_Numbered = Sequence[tuple[str, TestResult]]


def withheld(packing: Packing, claim: Claim, path: str) -> bool:
    """Say whether a claim is left behind whole, because it is an interpretation or somebody's opinion."""
    if claim.basis in _UNSEEN:
        packing.lose(path, claim, "no-place")
    return claim.basis in _UNSEEN


def phenotypic_features(packing: Packing) -> Iterator[Json]:
    """Yield the present and the absent findings; an indeterminate one would be read as present.

    A denial is left behind where it says too much, or where the same is told as present without a time.
    """
    findings = packing.stored.case.findings
    undated: set[Code] = set()
    for polarity, claims in (("present", findings.present), ("absent", findings.absent)):
        for number, finding in enumerate(claims):
            path = f"findings/{polarity}/{number}"
            if withheld(packing, finding, path):
                continue
            before = len(packing.losses)
            feature = _feature(packing, finding, path)
            if polarity == "present":
                undated |= set() if "onset" in feature else {finding.what}
                yield feature
            elif not _is_too_broad(packing, finding, path, before, undated):
                yield feature | {"excluded": True}
    for number, finding in enumerate(findings.indeterminate):
        packing.lose(f"findings/indeterminate/{number}", finding, "no-place")


def _is_too_broad(
    packing: Packing, claim: Finding | Diagnosis, path: str, before: int, undated: Set[Code] = frozenset()
) -> bool:
    """Say whether a denial would say more than the report does, and is left behind whole for it."""
    left, at = packing.losses[before:], isinstance(claim, Finding)
    too_broad = claim.what in undated or is_general(claim) or is_broadened(left, path, at=at)
    if too_broad:
        del packing.losses[before:]
        packing.lose(path, claim, "no-place")
    return too_broad


def _feature(packing: Packing, finding: Finding, path: str) -> Json:
    """Return a feature. The time of a finding that goes on, or that changed, is no onset."""
    carried = {"what", "gist", "severity", "modifier", "laterality", "resolved_at"}
    onset = None
    if finding.continues is None and finding.direction is None:
        carried.add("at")
        onset = packing.time(finding.at, f"{path}/at")
    side = packing.word("laterality", finding.laterality, f"{path}/laterality")
    packing.lose_rest(finding, path, carried)
    return given(
        description=finding.gist,
        type=packing.term(finding.what),
        severity=packing.word("severity", finding.severity, f"{path}/severity"),
        modifiers=packing.terms(finding.modifier) + ([side] if side else []),
        onset=onset,
        resolution=packing.time(finding.resolved_at, f"{path}/resolved_at"),
    )


def diseases(packing: Packing) -> Iterator[Json]:
    """Yield the final and the excluded diagnoses; one that was only thought of would be read as had."""
    diagnoses = packing.stored.case.diagnoses
    for standing, claims in (("final", diagnoses.final), ("excluded", diagnoses.excluded)):
        for number, diagnosis in enumerate(claims):
            path = f"diagnoses/{standing}/{number}"
            if withheld(packing, diagnosis, path):
                continue
            before = len(packing.losses)
            disease = _disease(packing, diagnosis, path)
            if standing == "final":
                yield disease
            elif not _is_too_broad(packing, diagnosis, path, before):
                yield disease | {"excluded": True}
    for standing, claims in (("working", diagnoses.working), ("considered", diagnoses.considered)):
        for number, diagnosis in enumerate(claims):
            packing.lose(f"diagnoses/{standing}/{number}", diagnosis, "no-place")


def _disease(packing: Packing, diagnosis: Diagnosis, path: str) -> Json:
    carried = {"what", "onset_at", "resolved_at", "stage", "site", "laterality"}
    packing.lose_rest(diagnosis, path, carried)
    return given(
        term=packing.term(diagnosis.what),
        onset=packing.time(diagnosis.onset_at, f"{path}/onset_at"),
        resolution=packing.time(diagnosis.resolved_at, f"{path}/resolved_at"),
        diseaseStage=packing.terms(diagnosis.stage),
        primarySite=packing.one_term(diagnosis.site, f"{path}/site"),
        laterality=packing.word("laterality", diagnosis.laterality, f"{path}/laterality"),
    )


def measurements(packing: Packing) -> Iterator[Json]:
    """Yield the tests that have a value; the values of one panel at one time are one measurement."""
    numbered = [(f"tests/{number}", test) for number, test in enumerate(packing.stored.case.tests)]
    seen = [(path, test) for path, test in numbered if not _is_left(packing, test, path)]
    for (panel, _), together in groupby(seen, key=_panel):
        if panel is None:
            yield from filter(None, (_measurement(packing, test, path) for path, test in together))
        else:
            yield from _panel_measurement(packing, panel, list(together))


def _is_left(packing: Packing, test: TestResult, path: str) -> bool:
    """Say whether a test is left behind whole, as what sums up members that are not listed is."""
    if test.coverage is not None:
        packing.lose(path, test, "no-place")
        return True
    return withheld(packing, test, path)


def _panel(entry: tuple[str, TestResult]) -> tuple[Code | None, str | None]:
    return entry[1].component_of, entry[1].at


def _panel_measurement(packing: Packing, panel: Code, together: _Numbered) -> Iterator[Json]:
    gist = together[0][1].gist
    shared = {"gist"} if all(test.gist == gist for _, test in together) else set()
    carried = _CARRIED_VALUE | {"component_of"} | shared
    quantities = []
    for path, test in together:
        packing.lose_rest(test, path, carried)
        if test.value is None:
            packing.lose(path, test, "required-missing")
        else:
            quantities.append({"type": packing.term(test.what), "quantity": _quantity(packing, test, path)})
    if quantities:
        path, first = together[0]
        time = packing.time(first.at, f"{path}/at")
        yield given(
            description=gist if shared else None,
            assay=packing.term(panel),
            complexValue={"typedQuantities": quantities},
            timeObserved=time,
        )


_CARRIED_VALUE = frozenset({"what", "at", "value", "unit", "unit_term", "range_low", "range_high"})


def _measurement(packing: Packing, test: TestResult, path: str) -> Json | None:
    """Return a measurement: with a number, else with the term of a result; None where it has neither."""
    carried = _CARRIED_VALUE | {"gist"}
    value = None
    if test.value is not None:
        value = {"quantity": _quantity(packing, test, path)}
    elif (result := _result(packing, test)) is not None:
        value, carried = {"ontologyClass": result[0]}, carried | result[1]
    if value is None:
        packing.lose(path, test, "no-code" if test.result or test.direction else "required-missing")
        return None
    procedure = _procedure(packing, test, path)
    packing.lose_rest(test, path, carried | ({"method", "site"} if procedure else set()))
    return given(
        description=test.gist,
        assay=packing.term(test.what),
        value=value,
        timeObserved=packing.time(test.at, f"{path}/at"),
        procedure=procedure,
    )


def _procedure(packing: Packing, test: TestResult, path: str) -> Json | None:
    """Return what was done to get the sample; an investigation such as imaging is none of it."""
    if (
        test.method is None
        or kind_of(expand(test.method.split(" ", 1)[0]), shipped_terms()) == "investigation"
    ):
        return None
    return given(code=packing.term(test.method), bodySite=packing.one_term(test.site, f"{path}/site"))


def _result(packing: Packing, test: TestResult) -> tuple[Json, Set[str]] | None:
    """Return the term of a result, and the fields that it carries; a direction is no value.

    A result is carried where its opposite can be too: else a patient would be read as negative in all.
    """
    if test.result_term is not None:
        same = test.result is not None and word_of("result", test.result_term) == test.result
        return packing.term(test.result_term), {"result_term", "result"} if same else {"result_term"}
    opposites = _POLARITIES if test.result in _POLARITIES else (test.result,)
    codes = {each: packing.code("result", each) for each in opposites if each is not None}
    code = codes.get(test.result) if test.result is not None and all(codes.values()) else None
    return (packing.term(code), {"result"}) if code is not None else None


def _quantity(packing: Packing, test: TestResult, path: str) -> Json:
    unit = packing.unit(test.unit_term, test.unit)
    if unit is None:
        packing.lose(f"{path}/unit", "", "required-missing")
    return given(unit=unit, value=test.value, referenceRange=_range(packing, test, path, unit))


def _range(packing: Packing, test: TestResult, path: str, unit: Json | None) -> Json | None:
    low, high = test.range_low, test.range_high
    if low is None and high is None:
        return None
    if low is None or high is None or unit is None:
        packing.lose(f"{path}/range_low", f"{low} to {high}", "required-missing")
        return None
    return {"unit": unit, "low": low, "high": high}


def vital_status(packing: Packing) -> Json | None:
    """Return that the patient died, where the report says so; all other turns of the disease are left."""
    died: Json | None = None
    for number, turn in enumerate(packing.stored.case.course):
        path = f"course/{number}"
        if turn.kind == "death" and died is None and not withheld(packing, turn, path):
            died = _death(packing, turn, path)
        elif turn.kind != "death" or died is not None:
            packing.lose(path, turn, "no-place")
    return died


def _death(packing: Packing, turn: Course, path: str) -> Json:
    packing.lose_rest(turn, path, {"kind", "at", "cause"})
    return given(
        status="DECEASED",
        timeOfDeath=packing.time(turn.at, f"{path}/at"),
        causeOfDeath=packing.term(turn.cause) if turn.cause else None,
    )
