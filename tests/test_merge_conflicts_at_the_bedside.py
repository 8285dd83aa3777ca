"""Two tellings of one patient as a clinician reads them: what hides a conflict, what only looks like one."""

from __future__ import annotations

import pytest

from test_merge_conflicts import (
    BARICITINIB,
    CERTAIN,
    ENZYME,
    ERYTHEMA,
    MDA5,
    OCCASIONS,
    POSSIBLE,
    PREDNISONE,
    V_SIGN,
    Expected,
    both,
    found,
    lasting,
    number,
    response,
    test_result,
    turn,
)

IVIG = "cg:IntravenousImmunoglobulin intravenous immunoglobulin"
CRP = "cg:CReactiveProteinLevel C-reactive protein level"
ANTIBODY = "cg:Autoantibody autoantibody"


def findings(**told: str) -> str:
    lists = (f"{polarity}: [{{what: '{what}', at: before}}]" for polarity, what in told.items())
    return f"findings: {{{', '.join(lists)}}}"


def antibodies(**told: str) -> str:
    names = {"any_of_them": ANTIBODY, "mda5": MDA5}
    each = (f"{{what: '{names[name]}', at: before, result: {result}}}" for name, result in told.items())
    return f"tests: [{', '.join(each)}]"


#: what one says, what the other says, the conflicts with whether they are certain.
HIDDEN: dict[str, tuple[str, str, Expected]] = {
    "a wider finding beside the denial hides nothing": (
        findings(present=ERYTHEMA, absent=V_SIGN),
        findings(present=V_SIGN),
        [("finding", False)],
    ),
    "a wider result beside the denial hides nothing": (
        antibodies(any_of_them="positive", mda5="negative"),
        antibodies(mda5="positive"),
        [("test", False)],
    ),
    "what is denied is told too, so that it came or went": (
        findings(present=V_SIGN, absent=ERYTHEMA),
        findings(present=V_SIGN),
        [],
    ),
    "a kind of what is denied is told too": (
        findings(present=V_SIGN, absent=ERYTHEMA),
        findings(present=ERYTHEMA),
        [],
    ),
    "a denial of another kind tells of no course": (
        findings(present=ERYTHEMA, absent=V_SIGN),
        findings(absent=ERYTHEMA),
        [("finding", False)],
    ),
}
TWO_DRUGS = (
    f"{OCCASIONS}treatments: [{{id: jak, what: '{BARICITINIB}', at: start}}, "
    f"{{id: steroid, what: '{PREDNISONE}', at: before}}, {{id: ivig, what: '{IVIG}', at: before}}]\n"
)


def on(drugs: str, direction: str, at: str) -> str:
    return f"{TWO_DRUGS}responses: [{{to: [{drugs}], direction: {direction}, domain: skin, {at}}}]"


COMBINED: dict[str, tuple[str, str, Expected]] = {
    "two drugs against one of them at one time": (
        on("steroid, jak", "resolved", "at: later"),
        on("steroid", "unchanged", "at: later"),
        [("response", True)],
    ),
    "two drugs against one of them at some time": (
        on("steroid, jak", "resolved", "at: later"),
        on("steroid", "unchanged", "at: on-it"),
        [],
    ),
    "two drugs against one of them at no time": (
        on("steroid, jak", "resolved", "at: later"),
        on("steroid", "unchanged", ""),
        [],
    ),
    "the same two drugs at some time": (
        on("steroid, jak", "resolved", "at: later"),
        on("jak, steroid", "unchanged", "at: on-it"),
        [("response", False)],
    ),
    "two drugs of which one is shared": (
        on("steroid, jak", "resolved", "at: later"),
        on("steroid, ivig", "unchanged", "at: later"),
        [],
    ),
}


def within(start: str, end: str, value: int) -> str:
    stay = OCCASIONS + f"  stay: {{anchor: start, start: {start}{end}, phase: onTreatment}}\n"
    treated = f"zero_point: start\ntreatments: [{{id: jak, what: '{BARICITINIB}', at: start}}]\n"
    return f"{stay}{treated}{number(f'at: stay, value: {value}')}"


WEEKS: dict[str, tuple[str, str, Expected]] = {
    "one day": (within("[10, 10]", "", 120), within("[10, 10]", "", 45), CERTAIN),
    "one week": (within("[10, 17]", "", 120), within("[10, 17]", "", 45), CERTAIN),
    "more than a week": (within("[10, 18]", "", 120), within("[10, 18]", "", 45), POSSIBLE),
    "a stay of a week": (
        within("[10, 10]", ", end: [17, 17]", 120),
        within("[10, 10]", ", end: [17, 17]", 45),
        CERTAIN,
    ),
    "a stay of months": (
        within("[10, 10]", ", end: [120, 120]", 120),
        within("[10, 10]", ", end: [120, 120]", 45),
        POSSIBLE,
    ),
    "a stay of which the end is open": (
        within("[10, 10]", ", end: [17, null]", 120),
        within("[10, 10]", ", end: [17, null]", 45),
        POSSIBLE,
    ),
}


def level(value: float, printed: str | None = None, unit: str | None = "mg/L", what: str = CRP) -> str:
    told = [f"at: onset, value: {value}"]
    told += [f"printed: '{printed}'"] if printed else []
    told += [f"unit: '{unit}'"] if unit else []
    return test_result(what, ", ".join(told))


def titre(value: float, printed: str | None = None, unit: str | None = None) -> str:
    return level(value, printed, unit, ANTIBODY)


TITRES: dict[str, tuple[str, str, Expected]] = {
    "one step of dilution": (titre(640, "1:640"), titre(1280, "1:1280"), []),
    "two steps of dilution": (titre(320, "1:320"), titre(1280, "1/1280"), CERTAIN),
    "one titre as a part and as a number": (
        titre(640, "1:640", "{titer}"),
        titre(0.0015625, "1/640", "1"),
        [],
    ),
    "titres in two spellings of a unit": (titre(1280, None, "{titer}"), titre(80, None, "{titre}"), CERTAIN),
    "a titre and a number without a unit": (titre(1280, "1:1280"), titre(80), CERTAIN),
    "a titre and an amount": (titre(1280, "1:1280"), titre(80, None, "U/mL"), []),
    "a titre that is a bound": (titre(1280, ">1:1280"), titre(5120, "1:5120"), []),
    "beyond a titre that is a bound": (titre(1280, ">1:1280"), titre(80, "1:80"), CERTAIN),
    "a titre with a word that is not known": (titre(1280, "peak 1:1280"), titre(80, "1:80"), POSSIBLE),
    "titres of no time": (
        test_result(ANTIBODY, "value: 640, printed: '1:640'"),
        test_result(ANTIBODY, "value: 80, printed: '1:80'"),
        POSSIBLE,
    ),
}
PRINTED: dict[str, tuple[str, str, Expected]] = {
    "less than": (level(5, "less than 5"), level(3), []),
    "not less than": (level(5, "less than 5"), level(12), CERTAIN),
    "undetectable": (level(5, "undetectable (<5)"), level(2), []),
    "more than": (level(500, "more than 500"), level(720), []),
    "more": (level(500, "500+"), level(720), []),
    "up to": (level(200, "up to 200"), level(120), []),
    "about": (level(200, "about 200"), level(212), []),
    "not about": (level(200, "about 200"), level(900), POSSIBLE),
    "about by a sign": (level(200, "~200 mg/L"), level(212), []),
    "between": (level(4, "between 4 and 6"), level(5.5), []),
    "not between": (level(4, "between 4 and 6"), level(9), CERTAIN),
    "with a margin": (level(20, "20 \u00b1 5"), level(24), []),
    "beyond a margin": (level(20, "20 \u00b1 5"), level(29), CERTAIN),
    "a peak": (level(120, "peak 120"), level(45), POSSIBLE),
    "a word behind it": (level(120, "120 mg/L at its peak"), level(45), POSSIBLE),
    "high": (level(120, "elevated at 120 mg/L (normal <5)"), level(45), CERTAIN),
    "another unit than that of the value": (level(50, "5 mg/dL"), level(53), []),
    "beyond what is printed in another unit": (level(50, "5 mg/dL"), level(57), CERTAIN),
    "another number than the value": (level(50, "7"), level(45), POSSIBLE),
    "two numbers": (level(120, "120/80"), level(45), POSSIBLE),
    "a long text": (level(120, f"120{' ' * 5000}(("), level(45), POSSIBLE),
    "no number": (level(5, "undetectable"), level(12), POSSIBLE),
    "a power of ten": (level(4.5, "4.5 x 10^9/L", "10*9/L"), level(9.5, None, "10*9/L"), CERTAIN),
    "a power of ten in the value": (level(4.5e9, "4.5 x 10^9/L", "/L"), level(4.52, None, "10*9/L"), []),
    "of a body": (
        level(60, "60 mL/min/1.73 m2", "mL/min/{1.73_m2}"),
        level(90, None, "mL/min/{1.73_m2}"),
        CERTAIN,
    ),
}


def in_two_units(*levels: tuple[float, str]) -> str:
    told = (
        f"{{id: as-{unit[-2:].strip('/').lower()}, what: '{CRP}', at: onset, value: {value}, unit: {unit}}}"
        for value, unit in levels
    )
    return f"tests: [{', '.join(told)}]"


UNITS: dict[str, tuple[str, str, Expected]] = {
    "one number in two units is no range": (
        in_two_units((12, "mg/dL"), (120, "mg/L")),
        level(60),
        [("number", True), ("number", True)],
    ),
    "in one unit and in the other": (in_two_units((12, "mg/dL"), (120, "mg/L")), level(120), []),
    "a range in two units": (in_two_units((12, "mg/dL"), (90, "mg/L")), level(60), []),
    "of no unit at one time": (level(560, None, None), level(5600, None, None), POSSIBLE),
    "of no unit, within what is told": (level(1200, None, None), level(1234, None, None), []),
    "a slip that was converted and rounded": (
        test_result(ENZYME, "at: before, value: 560, unit: U/L"),
        test_result(ENZYME, "at: before, value: 93.3, unit: ukat/L"),
        POSSIBLE,
    ),
    "too rough for a slip": (
        test_result(ENZYME, "at: before, value: 5, unit: U/L"),
        test_result(ENZYME, "at: before, value: 0.85, unit: ukat/L"),
        [],
    ),
}


def whole(more: str, responses: str = "") -> str:
    return lasting(more).replace("what: 'CHEBI:8382", "id: steroid, what: 'CHEBI:8382") + f"\n{responses}"


def dose(more: str) -> str:
    return f"{{dose: 5, unit: mg, {more}}}"


BROKEN_OFF = "ends_at: later"
OUTCOME = "responses: [{to: [steroid], direction: resolved, domain: skin, at: half-year}]"
ENDS: dict[str, tuple[str, str, Expected]] = {
    "a dose that begins later": (
        whole(BROKEN_OFF),
        whole(f"doses: [{dose('at: half-year')}]"),
        [("end", True)],
    ),
    "a dose that begins before": (whole(BROKEN_OFF), whole(f"doses: [{dose('at: start')}]"), []),
    "stopped later": (whole(BROKEN_OFF), whole("ends_at: half-year"), [("end", True)]),
    "stopped later, as is hinted at": (
        whole(BROKEN_OFF),
        whole("ends_at: half-year, end_basis: implied"),
        [("end", False)],
    ),
    "an outcome on it later": (whole(BROKEN_OFF), whole("line: 1", OUTCOME), [("end", False)]),
    "an outcome after its stop": (
        whole(BROKEN_OFF),
        whole(BROKEN_OFF, OUTCOME.replace("to:", "after_stopping:")),
        [],
    ),
    "an outcome before the stop": (
        whole(BROKEN_OFF),
        whole("line: 1", OUTCOME.replace("half-year", "start")),
        [],
    ),
    "stopped and taken up again": (
        whole(BROKEN_OFF),
        whole(
            f"ongoing_at: half-year, doses: [{dose('at: start, ends_at: later')}, "
            f"{dose('at: half-year, ongoing_at: half-year')}]"
        ),
        [],
    ),
    "lowered and not stopped": (
        whole(BROKEN_OFF),
        whole(
            f"ongoing_at: half-year, doses: [{dose('at: start, ends_at: later')}, "
            f"{dose('at: later, ongoing_at: half-year')}]"
        ),
        [("end", True)],
    ),
}


def harmed(severity: str) -> str:
    return f"adverse_events: {{observed: [{{what: '{ERYTHEMA}', during: [jak], severity: {severity}}}]}}"


def remitted(least: int, most: int) -> str:
    return turn("remission", f", at: start, duration_min_days: {least}, duration_max_days: {most}")


NOTHING_THAT_MATTERS = "adverse_events: {none_significant: [{during: [jak]}]}"
FLARE = turn("flare", ", at: later")
OUTCOMES: dict[str, tuple[str, str, Expected]] = {
    "a severe harm, and none that matters": (
        harmed("severe"),
        NOTHING_THAT_MATTERS,
        [("adverseEvent", False)],
    ),
    "a mild harm, and none that matters": (harmed("mild"), NOTHING_THAT_MATTERS, []),
    "none, and none that matters": (
        "adverse_events: {none: [{during: [jak]}]}",
        NOTHING_THAT_MATTERS,
        [],
    ),
    "a flare in a remission of one length": (remitted(300, 300), FLARE, [("outcome", True)]),
    "a flare in a remission of about that length": (remitted(300, 330), FLARE, [("outcome", False)]),
    "a flare when a remission may be over": (remitted(60, 330), FLARE, []),
    "a flare before a remission": (
        turn("remission", ", at: later, duration_min_days: 300"),
        turn("flare", ", at: start"),
        [],
    ),
    "a flare of another domain": (
        turn("remission", ", at: start, duration_min_days: 300, domain: [skin]"),
        turn("flare", ", at: later, domain: [lung]"),
        [],
    ),
    "worse in the domain that is in remission": (
        turn("remission", ", at: later, domain: [skin]"),
        response("worse"),
        [("outcome", False)],
    ),
    "worse in another domain": (turn("remission", ", at: later, domain: [lung]"), response("worse"), []),
    "worse at another time": (turn("remission", ", at: start, domain: [skin]"), response("worse"), []),
    "unchanged in a remission": (turn("remission", ", at: later, domain: [skin]"), response("unchanged"), []),
}
RULES = {**OUTCOMES, **ENDS, **HIDDEN, **COMBINED, **WEEKS, **TITRES, **PRINTED, **UNITS}


@pytest.mark.parametrize("name", RULES)
def test_what_contradicts_and_what_does_not(name: str) -> None:
    ours, theirs, expected = RULES[name]
    assert found(ours, theirs) == expected
    assert found(theirs, ours) == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "says"),
    [
        (
            turn("death", ", at: start, printed: day 1"),
            turn("death", ", at: later"),
            ["death (day 1)", "death (onTreatment, day 90)"],
        ),
        (
            whole(BROKEN_OFF),
            whole("ends_at: half-year"),
            ["prednisone: stopped (onTreatment, day 90)", "prednisone: stopped (half-year, day 180)"],
        ),
        (
            level(5, "<5"),
            level(12),
            ["C-reactive protein level: <5 mg/L (onset)", "C-reactive protein level: 12 mg/L (onset)"],
        ),
        (
            level(50, "5 mg/dL"),
            level(80),
            ["C-reactive protein level: 5 mg/dL (onset)", "C-reactive protein level: 80 mg/L (onset)"],
        ),
        (
            harmed("severe"),
            NOTHING_THAT_MATTERS,
            ["Erythema: seen", "no significant adverse event"],
        ),
    ],
    ids=["deaths", "stops", "a bound", "words", "none that matters"],
)
def test_both_sides_are_told_in_words_that_differ(ours: str, theirs: str, says: list[str]) -> None:
    (conflict,) = both(ours, theirs).conflicts
    assert [each.says for each in conflict.sides] == says
