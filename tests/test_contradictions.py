"""Contradictions in time planted in the seed: each is told by its cause alone, with every place of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from casegraph.cli import commands
from casegraph.loaders import read_document
from casegraph.model import Case
from casegraph.resources import shipped
from casegraph.store import open_store
from casegraph.store.syntax import digest
from casegraph.timeline import TimelineError, solve_subject

(SEED_FILE,) = shipped("cases", "miao-2020.yaml")
SEED = SEED_FILE.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Planted:
    """A contradiction: what is replaced by what, and each statement of its cause with its place.

    The place is the beginning of a part of the document, the beginning of a line in it, what stands there.
    """

    old: str
    new: str
    cause: tuple[tuple[str, tuple[str, str, str]], ...]


DECLINE = ("decline is after il2-month-2", ("decline: {", "decline: {", "il2-month-2]"))
SECOND_WORKUP = ("second-workup is after decline", ("second-workup: {", "second-workup: {", "decline]"))
CSA = ("csa-start is after second-workup", ("csa-start: {", "csa-start: {", "second-workup]"))
FLARE = ("flare-time is at least 42 days after csa-start", ("flare-time:", "start:", "42"))
INCREASE = ("il2-increase is after flare-time", ("il2-increase: {", "il2-increase: {", "flare-time]"))

PLANTED = {
    "a week later and after two months": Planted(
        "start: [0, 7], printed: Within 1 week,",
        "start: [0, 7], after: [il2-month-2], printed: Within 1 week,",
        (
            ("il2-week-1 is at most 7 days after il2-start", ("il2-week-1:", "il2-week-1:", "7], after")),
            ("il2-week-1 is after il2-month-2", ("il2-week-1:", "il2-week-1:", "il2-month-2]")),
            ("il2-month-2 is at least 45 days after il2-start", ("il2-month-2:", "il2-month-2:", "45")),
        ),
    ),
    "eight months free of symptoms, written after six": Planted(
        "printed: At the time of writing\n",
        "printed: At the time of writing\n        anchor: flare-week-1\n        start: [null, 180]\n",
        (
            ("symptom-free is at least 243 days before writing", ("symptom-free:", "start:", "-243")),
            ("symptom-free is after flare-week-1", ("symptom-free:", "after:", "flare-week-1")),
            ("writing is at most 180 days after flare-week-1", ("writing:", "start:", "180")),
        ),
    ),
    "two steps of a taper at one time": Planted(
        "start: [21, 35]\n",
        "start: [21, 35]\n        same_time_as: [csa-week-1]\n",
        (
            ("csa-week-1 is at most 7 days after csa-start", ("csa-week-1:", "csa-week-1:", "7]")),
            (
                "taper-fortnightly is at the same time as csa-week-1",
                ("taper-fortnightly:", "same_time_as:", "csa-week-1"),
            ),
            ("taper-fortnightly is at least 21 days after csa-start", ("taper-fortnightly:", "start:", "21")),
        ),
    ),
    "within what has ended": Planted(
        "start: [0, 183], printed: within 6 months, phase: onTreatment}",
        "start: [0, 60], end: [0, 90], phase: onTreatment}\n"
        "      visit: {anchor: worsening, start: [0, null], during: [first-improvement]}",
        (
            (
                "the end of first-improvement is at most 90 days after start",
                ("first-improvement:", "first-improvement:", "90"),
            ),
            ("visit is during first-improvement", ("visit:", "visit:", "first-improvement")),
            ("visit is no earlier than worsening", ("visit:", "visit:", "0, null")),
            ("worsening is at most 31 days before il2-start", ("worsening:", "start:", "-31")),
            ("il2-start is at least 152 days after start", ("il2-start: {", "il2-start: {", "152")),
        ),
    ),
    "an outcome before the dose that it answers to": Planted(
        "id: skin-on-twice-weekly-il2\n        at: flare-week-1",
        "id: skin-on-twice-weekly-il2\n        at: il2-month-2",
        (
            DECLINE,
            (
                "skin-on-twice-weekly-il2 answers to il2-twice-weekly",
                ("- id: skin-on-twice-weekly-il2", "to:", "il2-twice-weekly"),
            ),
            INCREASE,
            FLARE,
            CSA,
            SECOND_WORKUP,
        ),
    ),
    "a dose after its treatment was stopped": Planted(
        "at: il2-start\n        ongoing_at: writing",
        "at: il2-start\n        ends_at: decline",
        (
            SECOND_WORKUP,
            ("il2-twice-weekly starts before il2 stops", ("- id: il2-twice-weekly", "at:", "at:")),
            INCREASE,
            FLARE,
            CSA,
        ),
    ),
}


def position(text: str, part: str, line: str, what: str) -> tuple[int, int]:
    """Return where something stands, as line and column from 1."""
    lines = text.splitlines()
    since = next(number for number, each in enumerate(lines) if each.strip().startswith(part))
    at = next(number for number in range(since, len(lines)) if lines[number].strip().startswith(line))
    return at + 1, lines[at].index(what) + 1


def planted(folder: Path, *names: str) -> tuple[Path, list[str]]:
    """Write a copy of the seed with contradictions; return it and the problems that must be told."""
    text = SEED
    for name in names:
        assert SEED.count(PLANTED[name].old) == 1
        text = text.replace(PLANTED[name].old, PLANTED[name].new)
    path = folder / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return path, [told(path, text, PLANTED[name]) for name in names]


def told(path: Path, text: str, plant: Planted) -> str:
    (first, place), *others = ((words, position(text, *where)) for words, where in plant.cause)
    chain = "; ".join((first, *(f"{words} ({line}:{column})" for words, (line, column) in others)))
    said = f"impossible order in time: {chain}; correct one of these"
    return f"{path}:{place[0]}:{place[1]} impossible-time {said}"


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(commands, [str(arg) for arg in args])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield a store that holds the seed, and require that it holds the very same in the end."""
    path = tmp_path_factory.mktemp("planted") / "store"
    assert run("load", SEED_FILE, "--store", path).exit_code == 0
    before = held(path)
    assert len(before) >= 6
    yield path
    assert held(path) == before


def held(store: Path) -> dict[str, str]:
    with open_store(store) as opened:
        return {graph: digest(opened.dump(graph)) for graph in opened.graphs()}


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_contradiction_is_told_by_its_cause_and_nothing_is_loaded(
    name: str, tmp_path: Path, store: Path
) -> None:
    path, (problem,) = planted(tmp_path, name)
    checked = run("check", path)
    assert (checked.exit_code, checked.stdout.splitlines()) == (1, [problem])
    loaded = run("load", path, "--store", store)
    assert loaded.exit_code == 1
    assert problem in loaded.stderr.splitlines()


@pytest.mark.parametrize("name", PLANTED)
def test_the_way_to_each_statement_of_a_cause_leads_to_it(name: str, tmp_path: Path) -> None:
    path, _ = planted(tmp_path, name)
    located = read_document(path)
    with pytest.raises(TimelineError) as caught:
        solve_subject(located.document.cases["1"])
    text = path.read_text(encoding="utf-8")
    assert {
        each.words: located.source.position(("cases", "1", *each.where)) for each in caught.value.statements
    } == {words: position(text, *where) for words, where in PLANTED[name].cause}


def test_two_contradictions_are_told_at_once(tmp_path: Path) -> None:
    path, problems = planted(
        tmp_path, "a week later and after two months", "eight months free of symptoms, written after six"
    )
    assert run("check", path).stdout.splitlines() == problems


def circle() -> str:
    """Return the seed with three occasions that are each after the next."""
    text = SEED.replace(
        "start: [0, null], phase: onTreatment}",
        "start: [0, null], after: [later]}\n      later: {after: [latest]}\n      latest: {after: [on-il2]}",
    )
    assert text != SEED
    return text


@pytest.mark.slow
def test_a_circle_of_after_means_that_all_start_together(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(circle(), encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    first = position(text, "on-il2:", "on-il2:", "later]")
    second = position(text, "later:", "later:", "latest]")
    third = position(text, "latest:", "latest:", "on-il2]")
    checked = run("check", path)
    assert checked.stdout.splitlines()[0] == (
        f"{path}:{first[0]}:{first[1]} circle-in-time (warning) an order that goes in a circle: "
        f"on-il2 is after later; later is after latest ({second[0]}:{second[1]}); "
        f"latest is after on-il2 ({third[0]}:{third[1]}); "
        "take one of these away, or say by 'same_time_as' that they start together"
    )
    case = read_document(path).document.cases["1"]
    assert isinstance(case, Case)
    line = solve_subject(case)
    assert line.between("on-il2", "later") == line.between("later", "latest") == (0, 0)
    assert line.ranks()["on-il2"] == line.ranks()["latest"]
    assert run("load", path, "--store", tmp_path / "store").exit_code == 0


@pytest.mark.slow
def test_a_circle_with_a_day_in_it_is_a_contradiction(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(
        circle().replace("latest: {after: [on-il2]}", "latest: {anchor: on-il2, start: [1, null]}"),
        encoding="utf-8",
    )
    (problem,) = run("check", path).stdout.splitlines()
    assert " impossible-time " in problem
    for words in ("on-il2 is after later", "later is after latest", "latest is at least 1 day after on-il2"):
        assert words in problem
    assert problem.count(";") == 3
