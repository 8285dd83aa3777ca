"""An answer says which rows are of a report with a notice, which only of its patient, and which count it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from casegraph.cli import commands
from casegraph.ingest import Loaded, load
from casegraph.merge.applying import apply
from casegraph.merge.plan import MergePlan, PlannedLink
from casegraph.namespaces import BASE
from casegraph.notices import counted_in, flags_of
from casegraph.query import get_query, run, stored_queries
from casegraph.resources import shipped
from casegraph.store import open_store

TELLINGS = Path(__file__).parent / "tellings"
FIRST, SECOND = (f"{BASE}case/10.5555/{which}-telling/1" for which in ("first", "second"))
RETRACTION = "  extent: {0}\n  notices: {{retraction: {{kind: retraction, doi: 10.5555/notice}}}}\n"
SAID = "10.5555/{0}-telling was retracted (https://doi.org/10.5555/notice)"
#: queries that count over many, and the column that says what.
COUNTING = {
    "claims_by_kind": "kind",
    "corpus_counts": None,
    "corpus_diagnoses": "disease",
    "drug_verdicts": "drug",
    "outcomes_by_drug": "drug",
}


@pytest.fixture(scope="module", params=["first", "second"])
def retracted(request: pytest.FixtureRequest) -> str:
    """Return which of the two reports is retracted: the one that its patient is counted as, or the other."""
    return str(request.param)


@pytest.fixture(scope="module")
def location(retracted: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with a shipped case and two reports on one patient, one of them retracted."""
    folder = tmp_path_factory.mktemp("answers")
    paths = [*shipped("cases", "miao-2020.yaml")]
    for which, extent in (("first", "fullText"), ("second", "tableOnly")):
        text = (TELLINGS / f"{which}_telling.yaml").read_text("utf-8")
        if which == retracted:
            told = text.replace(f"  extent: {extent}\n", RETRACTION.format(extent))
            assert told != text
            text = told
        paths.append(folder / f"{which}.yaml")
        paths[-1].write_text(text, "utf-8")
    with open_store(folder / "store", writable=True) as opened:
        outcomes = tuple(load(opened, paths))
        assert [type(each) for each in outcomes] == [Loaded] * 3, outcomes
        link = PlannedLink(
            between=(FIRST, SECOND), proposed="same-patient", decision="same-patient", by="x", why="y"
        )
        apply(opened, MergePlan(version=1, links=(link,)))
    return folder / "store"


def asked(location: Path, *args: str) -> tuple[list[str], list[str]]:
    """Return the rows of a query as lines, and what is said of notices beside them."""
    call = ["query", *args, "-f", "csv", "--store", str(location)]
    done = CliRunner().invoke(commands, call, standalone_mode=False)
    assert done.exception is None, done.exception
    return done.stdout.splitlines()[1:], [line for line in done.stderr.splitlines() if "notice" in line]


def test_all_that_is_told_of_a_patient_is_split_between_its_reports(location: Path, retracted: str) -> None:
    rows, said = asked(location, "merged_patient", "-p", f"case={FIRST}")
    case = f"{BASE}case/10.5555/{retracted}-telling/1"
    own = sum(line.split(",")[1] == case for line in rows)
    assert 0 < own < len(rows)
    every, other = f"of {len(rows)} rows", SAID.format(retracted)
    assert said == [
        f"{own} {every} from a report with a notice: {other}",
        f"{len(rows) - own} {every} of a patient also told of by a report with a notice: {other}",
    ]


def test_a_row_of_the_other_report_is_not_from_the_retracted_one(location: Path, retracted: str) -> None:
    _, said = asked(location, "responders_to_drug", "-p", "drug=tofacitinib")
    other = SAID.format(retracted)
    also = f"1 of 2 rows of a patient also told of by a report with a notice: {other}"
    # patient 1 of the second report did not respond, its patient 2 did
    of_second = f"1 of 2 rows from a report with a notice: {other}"
    assert said == ([of_second, also] if retracted == "second" else [of_second])


def test_only_the_row_of_the_drug_counts_the_retracted_report(location: Path, retracted: str) -> None:
    for name, what in (
        ("outcomes_by_drug", "tofacitinib"),
        ("drug_verdicts", "tofacitinib"),
        ("corpus_diagnoses", "dermatomyositis"),
    ):
        rows, said = asked(location, name)
        assert len(rows) > 1
        assert said == [
            f"1 of {len(rows)} rows counting a report with a notice ({what}): {SAID.format(retracted)}"
        ]


def test_the_kinds_of_claims_that_it_makes_are_counted(location: Path, retracted: str) -> None:
    rows, said = asked(location, "claims_by_kind")
    # findings here and not here, diagnosis, test, treatment, dose and response; in the second without one too
    kinds = {"first": 7, "second": 8}[retracted]
    assert len(rows) > kinds
    (line,) = said
    assert line.startswith(f"{kinds} of {len(rows)} rows counting a report with a notice (")
    assert f" and {kinds - 3} more): {SAID.format(retracted)}" in line


def test_every_query_without_a_report_case_or_group_is_known_to_count(location: Path) -> None:
    with open_store(location) as store:
        flags = flags_of(store)
        found: dict[str, bool] = {}
        for name, query in stored_queries().items():
            if not {"corpus", "mapping"}.isdisjoint(query.head.tags):
                for _, what in counted_in(store, flags, run(store, get_query(name))):
                    found[name] = bool(what)
    assert found == {name: by is not None for name, by in COUNTING.items()}
