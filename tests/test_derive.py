"""What ran together and beside what an outcome was seen: on the seed case, and where ends are not known."""

from __future__ import annotations

from typing import Any

import pytest

from casegraph.derive import backgrounds, regimens
from casegraph.loaders import read_document
from casegraph.model import Case, DoseSegment, Occasion, Regimen, Response, Treatment
from casegraph.resources import shipped
from casegraph.timeline import solve_subject

PREDNISONE, HCQ = "CHEBI:8382 prednisone", "CHEBI:5801 hydroxychloroquine"


def derived(case: Case) -> tuple[tuple[Regimen, ...], dict[str, tuple[set[str], set[str]]]]:
    timeline = solve_subject(case)
    beside = backgrounds(case, timeline)
    return regimens(case, timeline), {each.claim: (set(each.certain), set(each.possible)) for each in beside}


@pytest.fixture(scope="module")
def seed() -> Case:
    (path,) = shipped("cases", "miao-2020.yaml")
    return read_document(path).document.cases["1"]


def test_the_seed_has_its_regimens(seed: Case) -> None:
    found = [(each.begins, set(each.includes), set(each.may_include)) for each in derived(seed)[0]]
    hcq, csa, weekly, twice = "hcq-daily", "csa-daily", "il2-weekly", "il2-twice-weekly"
    assert found == [
        ("start", {"prednisone-1-daily", hcq}, set()),
        ("il2-start", {hcq, weekly}, {"prednisone-1-daily"}),
        ("csa-start", {hcq, weekly, csa, "prednisone-2-start"}, set()),
        ("taper-weekly", {hcq, weekly, csa, "prednisone-2-weekly-steps"}, set()),
        ("taper-fortnightly", {hcq, weekly, csa, "prednisone-2-fortnightly-steps"}, set()),
        ("prednisone-20", {hcq, weekly, csa, "prednisone-2-at-20"}, set()),
        ("il2-increase", {hcq, twice, csa, "prednisone-2-at-20"}, set()),
        ("late-taper", {hcq, twice, csa, "prednisone-2-late-steps"}, set()),
        ("prednisone-10", {hcq, twice, csa, "prednisone-2-now"}, set()),
    ]


def test_what_is_seen_at_a_change_belongs_to_the_regimen_before_it(seed: Case) -> None:
    (regimen,) = [each for each in derived(seed)[0] if "flare" in each.claims]
    assert "il2-weekly" in regimen.includes


@pytest.mark.parametrize(
    ("outcome", "certain", "possible"),
    [
        ("skin-on-prednisone-hcq", set(), set()),
        ("skin-on-weekly-il2", {"hcq"}, {"prednisone-1"}),
        ("muscle-on-weekly-il2", {"hcq"}, {"prednisone-1"}),
        ("muscle-on-csa-prednisone", {"hcq", "il2"}, set()),
        ("skin-on-twice-weekly-il2", {"hcq", "csa", "prednisone-2"}, set()),
        ("muscle-on-twice-weekly-il2", {"hcq", "csa", "prednisone-2"}, set()),
        ("flare", {"hcq", "il2", "csa", "prednisone-2"}, set()),
    ],
)
def test_the_seed_has_its_backgrounds(
    seed: Case, outcome: str, certain: set[str], possible: set[str]
) -> None:
    assert derived(seed)[1][outcome] == (certain, possible)


def made_up(**other: object) -> Case:
    """Return a case on prednisone from day 0 and hydroxychloroquine from week 4, better at week 5."""
    prednisone = {"id": "prednisone", "what": PREDNISONE, "at": "start", **other}
    return Case(
        zero_point="start",
        occasions={
            "start": Occasion(),
            "week-4": Occasion(anchor="start", start=(28, 28)),
            "week-5": Occasion(anchor="start", start=(35, 35)),
            "week-9": Occasion(anchor="start", start=(63, 63)),
            "unordered": Occasion(),
        },
        treatments=(
            Treatment(**prednisone),  # type: ignore[arg-type]
            Treatment(id="hcq", what=HCQ, at="week-4", ongoing_at="week-9"),
        ),
        responses=(Response(id="better", to=("hcq",), domain="skin", direction="improved", at="week-5"),),
    )


@pytest.mark.parametrize(
    ("end", "certain", "possible"),
    [
        ({}, set(), {"prednisone"}),
        ({"ends_at": "week-4"}, set(), set()),
        ({"ends_at": "week-9"}, {"prednisone"}, set()),
        ({"ongoing_at": "week-9"}, {"prednisone"}, set()),
        ({"ongoing_at": "week-4"}, set(), {"prednisone"}),
        ({"ends_at": "week-4", "end_basis": "implied"}, set(), {"prednisone"}),
        ({"ends_at": "unordered"}, set(), {"prednisone"}),
    ],
)
def test_an_end_that_is_not_known_makes_a_treatment_possible_only(
    end: dict[str, str], certain: set[str], possible: set[str]
) -> None:
    assert derived(made_up(**end))[1]["better"] == (certain, possible)


@pytest.mark.parametrize("listed_first", [True, False])
def test_a_later_course_of_the_same_drug_ends_an_earlier_one(listed_first: bool) -> None:
    case = made_up()
    again = Treatment(id="prednisone-again", what=PREDNISONE, at="week-5", ongoing_at="week-9")
    both = Case(
        zero_point="start",
        occasions=case.occasions,
        treatments=(again, *case.treatments) if listed_first else (*case.treatments, again),
        responses=(Response(id="later", to=("hcq",), domain="skin", direction="improved", at="week-9"),),
    )
    assert derived(both)[1]["later"] == ({"prednisone-again"}, set())


@pytest.mark.parametrize(
    ("end", "certain", "possible"),
    [
        ({"ends_at": "week-9"}, {"prednisone", "prednisone-beside"}, set()),
        ({"ongoing_at": "week-9"}, {"prednisone", "prednisone-beside"}, set()),
        ({"ongoing_at": "week-5"}, {"prednisone-beside"}, {"prednisone"}),
        ({"ongoing_at": "week-4"}, {"prednisone-beside"}, set()),
    ],
)
def test_a_course_that_began_while_another_ran_did_not_end_it(
    end: dict[str, str], certain: set[str], possible: set[str]
) -> None:
    case = made_up(**end)
    beside = Treatment(id="prednisone-beside", what=PREDNISONE, at="week-4", ends_at="week-9")
    both = Case(
        zero_point="start",
        occasions=case.occasions,
        treatments=(*case.treatments, beside),
        responses=(Response(id="late", to=("hcq",), domain="skin", direction="improved", at="week-9"),),
    )
    assert derived(both)[1]["late"] == (certain, possible)


def test_an_escalation_is_a_new_segment_of_the_same_treatment() -> None:
    weekly = DoseSegment(id="low", at="start", dose=10, unit="mg/d")
    more = DoseSegment(id="high", at="week-4", dose=20, unit="mg/d", follows="low")
    case = made_up(doses=(weekly, more), ongoing_at="week-9")
    found, beside = derived(case)
    assert [set(each.includes) for each in found] == [{"low"}, {"high", "hcq"}]
    assert beside["better"] == ({"prednisone"}, set())


@pytest.mark.parametrize(
    ("first", "second", "possible"),
    [
        ({}, {"ends_at": "week-9"}, set()),
        ({}, {"ends_at": "week-4"}, {"high"}),
        ({"ongoing_at": "week-5"}, {"ends_at": "week-9"}, {"high"}),
        ({"route": "intravenous"}, {"ends_at": "week-9", "route": "oral"}, {"high"}),
    ],
)
def test_a_later_dosing_ends_one_whose_end_is_not_told(
    first: dict[str, Any], second: dict[str, Any], possible: set[str]
) -> None:
    doses = (
        DoseSegment(id="high", at="start", dose=60, unit="mg/d", **first),
        DoseSegment(id="low", at="week-4", dose=10, unit="mg/d", **second),
    )
    found, _ = derived(made_up(doses=doses))
    from_week_4 = next(each for each in found if each.begins == "week-4")
    assert set(from_week_4.may_include) == possible


def test_a_course_whose_end_is_not_told_is_not_certain_until_the_next_one() -> None:
    """Two infusions a year apart: the first did not run for a year."""
    case = Case(
        zero_point="first",
        occasions={"first": Occasion(), "second": Occasion(anchor="first", start=(400, 400))},
        treatments=(
            Treatment(id="one", what="cg:Rituximab rituximab", at="first"),
            Treatment(id="two", what="cg:Rituximab rituximab", at="second"),
        ),
    )
    first, second = derived(case)[0]
    assert (first.includes, first.may_include) == ((), ("one",))
    assert (second.includes, second.may_include) == ((), ("two",))


@pytest.mark.parametrize(
    ("what", "routes"),
    [
        ("CHEBI:41879 dexamethasone", ("topical", "oral")),
        ("MAXO:0000002 therapeutic procedure", (None, None)),
    ],
)
def test_another_route_or_another_procedure_ends_nothing(what: str, routes: tuple[str | None, ...]) -> None:
    def course(name: str, at: str, route: str | None) -> Treatment:
        dose = DoseSegment(id=f"{name}-dose", at=at, route=route)  # type: ignore[arg-type]
        return Treatment(id=name, what=what, at=at, doses=(dose,))

    case = Case(
        zero_point="first",
        occasions={
            "first": Occasion(),
            "second": Occasion(anchor="first", start=(10, 10)),
            "third": Occasion(anchor="first", start=(20, 20)),
        },
        treatments=(course("one", "first", routes[0]), course("two", "second", routes[1])),
        responses=(Response(id="seen", to=(), domain="skin", direction="improved", at="third"),),
    )
    assert derived(case)[1]["seen"] == (set(), {"one", "two"})


def test_what_is_seen_as_a_treatment_stops_was_seen_on_it_and_as_one_starts_was_not() -> None:
    case = made_up(ends_at="week-4")
    moved = Case(
        zero_point="start",
        occasions=case.occasions,
        treatments=case.treatments,
        responses=(Response(id="at-the-change", domain="skin", direction="worse", at="week-4"),),
    )
    found, beside = derived(moved)
    assert beside["at-the-change"] == ({"prednisone"}, set())
    assert [each.includes for each in found if "at-the-change" in each.claims] == [("prednisone",)]


def test_changes_without_a_certain_order_begin_no_regimen() -> None:
    case = made_up(ends_at="unordered")
    found, _ = derived(case)
    assert [each.begins for each in found] == ["start", "week-4"]
    assert found[0].may_include == ("prednisone",)


def test_what_is_over_as_it_begins_parts_no_regimen() -> None:
    days = {name: Occasion(anchor="start", start=(at, at)) for name, at in (("cut", 3), ("stop", 9))}
    drug = Treatment(id="drug", what=PREDNISONE, at="start", ends_at="stop")
    cut = Treatment(id="operation", what="MAXO:0000004 surgical procedure", at="cut", ends_at="cut")
    case = Case(occasions={"start": Occasion(), **days}, treatments=(drug, cut))
    found, _ = derived(case)
    assert [(each.begins, each.includes, each.may_include) for each in found] == [
        ("start", ("drug",), ()),
        ("stop", (), ()),
    ]
