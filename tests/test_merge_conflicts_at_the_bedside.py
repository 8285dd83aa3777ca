"""Two tellings of one patient as a clinician reads them: what hides a conflict, what only looks like one."""

from __future__ import annotations

import pytest

from test_merge_conflicts import (
    BARICITINIB,
    ERYTHEMA,
    MDA5,
    OCCASIONS,
    PREDNISONE,
    V_SIGN,
    Expected,
    found,
)

IVIG = "cg:IntravenousImmunoglobulin intravenous immunoglobulin"
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
RULES = {**HIDDEN, **COMBINED}


@pytest.mark.parametrize("name", RULES)
def test_what_contradicts_and_what_does_not(name: str) -> None:
    ours, theirs, expected = RULES[name]
    assert found(ours, theirs) == expected
    assert found(theirs, ours) == expected
