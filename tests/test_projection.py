"""Columns beside a store answer as SPARQL does, row by row and in its order, or they are not used."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import msgspec
import pytest
from click.testing import CliRunner, Result
from synthetic import case_line
from synthetic_store import quads_of

from casegraph.cli import commands
from casegraph.errors import InputError, StoreError
from casegraph.ingest import Loaded, load
from casegraph.merge.patients import patients_quads
from casegraph.model import CaseDocument
from casegraph.projection import answer, build, find, has_sql, place, write
from casegraph.query import get_query, run, stored_queries
from casegraph.resources import shipped
from casegraph.store import Store, open_store

TESTS = Path(__file__).parent
NAMES = sorted(name for name in stored_queries() if has_sql(name))


@pytest.fixture(autouse=True)
def generation(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Return the generation of every store, which a test may change."""
    held = [7]
    monkeypatch.setattr(place, "generation_of", lambda _: held[0])
    yield held


def in_store(folder: Path, quads: str) -> Path:
    with open_store(folder / "store", writable=True) as store:
        store.replace([], quads)
    return folder / "store"


def told(folder: Path) -> Path:
    """Return a small store with a few synthetic cases."""
    return in_store(folder, "".join(quads_of(varied(1, 12))))


def varied(seed: int, many: int) -> Iterator[CaseDocument]:
    """Yield synthetic documents with what their generator leaves out: groups, and outcomes of many kinds."""
    chance = Random(seed)  # noqa: S311
    for number in range(many):
        raw: dict[str, Any] = msgspec.json.decode(case_line(number, seed))
        (case,) = raw["cases"].values()
        raw["report"]["extent"] = chance.choice(("fullText", "dataRecord", "abstractOnly", "tableOnly"))
        for each in case["responses"]:
            each["direction"] = chance.choice(("notEvaluable", "stabilised", each["direction"], "worse"))
            each["domain"] = chance.choice(("serology", "immuneCells", each["domain"], "skin"))
            if chance.random() < 0.4:
                each["to"] = [treatment["id"] for treatment in case["treatments"]]
            if chance.random() < 0.2:
                each["at"] = case["treatments"][0]["at"]
        if chance.random() < 0.25:
            raw["groups"] = raw.pop("cases")
            case.pop("age", None)
            del case["sex"]
            case["patients"] = chance.randrange(4)
        yield msgspec.convert(raw, CaseDocument)


def same(store: Store) -> int:
    """Compare both engines on a store, query by query; return how many rows they gave."""
    made, rows = build(store), 0
    for name in NAMES:
        expected = run(store, get_query(name))
        found = answer(made, name)
        assert found.columns == expected.columns
        assert found.rows == expected.rows, name
        assert (found.to_csv(), found.to_tsv(), found.to_json()) == (
            expected.to_csv(),
            expected.to_tsv(),
            expected.to_json(),
        )
        rows += len(expected)
    return rows


# --- the same rows


def test_each_sql_stands_beside_a_query_that_takes_no_parameter() -> None:
    assert {path.stem for path in shipped("queries", "*.sql")} == set(NAMES)
    assert len(NAMES) >= 5
    assert {name for name in NAMES if get_query(name).head.parameters} == set()


@pytest.mark.slow
def test_columns_give_the_rows_of_sparql_on_the_corpus(tmp_path: Path) -> None:
    paths = (*shipped("cases", "*.yaml"), *sorted((TESTS / "near_misses").glob("*.yaml")))
    with open_store(tmp_path / "store", writable=True) as store:
        assert all(isinstance(each, Loaded) for each in load(store, paths))
        assert same(store) > 100


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 7))
def test_columns_give_the_rows_of_sparql_on_made_up_cases(tmp_path: Path, seed: int) -> None:
    with open_store(in_store(tmp_path, "".join(quads_of(varied(seed, 40))))) as store:
        assert same(store) > 60


@pytest.mark.slow
def test_columns_give_the_rows_of_sparql_where_there_is_nothing(tmp_path: Path) -> None:
    with open_store(in_store(tmp_path, "<urn:s> <urn:p> <urn:o> <urn:g> .\n")) as store:
        assert same(store) == 1


@pytest.mark.slow
def test_a_case_of_two_reports_counts_in_both_engines_alike(tmp_path: Path) -> None:
    quads = "".join(quads_of(varied(3, 20)))
    lines = [line for line in quads.splitlines(keepends=True) if "#reportedIn> " in line]
    other = [line.split(" ")[2] for line in lines]
    doubled = [line.replace(line.split(" ")[2], other[0]) for line in lines[1:8]]
    with open_store(in_store(tmp_path, quads + "".join(doubled))) as store:
        assert same(store) > 40


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_patient_of_several_cases_is_counted_once_in_both_engines(tmp_path: Path, seed: int) -> None:
    quads = "".join(quads_of(varied(seed, 40)))
    cases = sorted(set(re.findall(r"^<(\S+)> <\S+#type> <\S+#Case> ", quads, re.MULTILINE)))
    assert len(cases) > 20
    linked = patients_quads(zip(cases[:12], cases[4:16], strict=True))
    with open_store(in_store(tmp_path, quads + linked)) as store:
        assert same(store) > 60
        (row,) = run(store, get_query("corpus_counts"))
    assert (row["cases"], row["patients"]) == (len(cases), len(cases) - 12)


# --- never those of another state


@pytest.mark.slow
def test_columns_of_another_generation_are_not_found_and_go_when_new_ones_are_made(
    tmp_path: Path, generation: list[int]
) -> None:
    with open_store(told(tmp_path)) as store:
        first = build(store)
        assert find(store) == first
        generation[0] = 8
        assert find(store) is None
        assert build(store).generation == 8
        assert [path.name for path in first.folder.parent.iterdir()] == ["8"]
        generation[0] = 0
        assert find(store) is None
        with pytest.raises(InputError, match="counts no generations"):
            build(store)


@pytest.mark.slow
def test_what_was_not_finished_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise OSError("No space left on device")

    with open_store(told(tmp_path)) as store:
        monkeypatch.setattr("casegraph.projection.building._number", broken)
        with pytest.raises(StoreError, match="No space left"):
            build(store)
        assert find(store) is None
        assert list((tmp_path / "store" / "projection").iterdir()) == []


@pytest.mark.slow
def test_a_store_that_takes_the_place_of_another_has_no_columns(tmp_path: Path) -> None:
    path = told(tmp_path)
    with open_store(path) as store:
        assert find(store) is None
        build(store)
    with open_store(path) as again:
        assert find(again) is not None
    shutil.rmtree(path)
    with open_store(told(tmp_path)) as other:
        assert find(other) is None


def test_a_store_in_memory_has_no_columns() -> None:
    with open_store(":memory:", writable=True) as store:
        assert find(store) is None
        with pytest.raises(InputError, match="no directory"):
            build(store)


@pytest.mark.slow
def test_a_name_with_quotes_is_a_name_and_no_sql(tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s; DROP TABLE "type"; --'
    folder.mkdir()
    with open_store(told(folder)) as store:
        assert same(store) > 20
        assert write(store, folder / "o'clock").table("totals").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("value", ["'; DROP VIEW totals; --", '"x" UNION SELECT 1;', "IL-2"])
def test_a_value_for_a_question_without_parameters_is_refused_by_both(tmp_path: Path, value: str) -> None:
    store = told(tmp_path)
    for engine in ("columns", "sparql"):
        args = ["corpus_counts", "--engine", engine]
        assert "drug" in ask(store, *args, "-p", f"drug={value}", code=2).stderr
    assert len(ask(store, "corpus_counts", "--engine", "columns").stdout.splitlines()) == 2


# --- written elsewhere


@pytest.mark.slow
def test_tables_are_written_elsewhere_and_nothing_is_written_over(tmp_path: Path) -> None:
    with open_store(told(tmp_path)) as store:
        made = write(store, tmp_path / "a" / "columns")
        assert find(store) is None
        beside = build(store)
        copied = write(store, tmp_path / "copied")
        with pytest.raises(InputError, match="something is there"):
            write(store, tmp_path / "copied")
        expected = run(store, get_query("corpus_diagnoses")).rows
    names = {path.name for path in beside.folder.iterdir()}
    assert "terms.parquet" in names
    for each in (made, copied):
        assert {path.name for path in each.folder.iterdir()} == names
        assert answer(each, "corpus_diagnoses").rows == expected
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["columns"]


@pytest.mark.slow
def test_each_number_has_its_term(tmp_path: Path) -> None:
    with open_store(told(tmp_path)) as store:
        made = write(store, tmp_path / "columns")
        found = run(store, get_query("corpus_counts")).rows[0]
    files = {name: str(made.table(name)) for name in ("terms", "kinds")}
    asked = (
        f"FROM '{files['kinds']}' k JOIN '{files['terms']}' t ON t.id = k.subject WHERE k.kind LIKE '%#Case>'"
    )
    terms = [row[0] for row in duckdb.connect().execute(f"SELECT t.term {asked}").fetchall()]
    assert all(term.startswith("<https://w3id.org/casegraph/case/") for term in terms)
    assert str(len(set(terms))) in {str(getattr(each, "value", "")) for each in found}
    assert len(set(terms)) == len(terms) > 5


@pytest.mark.slow
def test_the_command_writes_columns_and_tells_where(tmp_path: Path) -> None:
    store = told(tmp_path)

    def export(*args: str, code: int = 0) -> Result:
        result = CliRunner().invoke(commands, ["export", "columns", *args, "--store", str(store)])
        assert result.exit_code == code, result.output
        return result

    assert export().stdout == f"{store / 'projection' / '7'}\n"
    assert export("-o", str(tmp_path / "columns")).stdout == f"{tmp_path / 'columns'}\n"
    assert "something is there" in export("-o", str(tmp_path / "columns"), code=2).stderr
    assert "--case" in export("--case", "x", code=2).stderr
    assert "folder of this machine" in export("-o", "memory://columns/", code=2).stderr


@pytest.mark.slow
def test_where_none_can_be_made_it_is_told_how_else(tmp_path: Path) -> None:
    store = told(tmp_path)
    (store / "projection").write_text("a file in the place of the folder")
    assert "export columns -o FOLDER/" in ask(store, "corpus_counts", "--engine", "columns", code=3).stderr


# --- the command


def ask(store: Path, *args: str, code: int = 0) -> Result:
    result = CliRunner().invoke(commands, ["query", *args, "--store", str(store)])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


@pytest.mark.slow
def test_the_command_uses_columns_where_there_are_some_and_says_so(tmp_path: Path) -> None:
    store = told(tmp_path)
    before = ask(store, "corpus_diagnoses", "--explain")
    assert "answered by SPARQL: there are no columns of this state" in before.stderr
    made = ask(store, "corpus_diagnoses", "--engine", "columns", "--explain")
    assert "made now, generation 7" in made.stderr
    found = ask(store, "corpus_diagnoses", "--explain")
    assert "answered by columns: " in found.stderr
    assert "found, generation 7" in found.stderr
    insisted = ask(store, "corpus_diagnoses", "--engine", "sparql", "--explain")
    assert "answered by SPARQL: as asked" in insisted.stderr
    assert before.stdout == made.stdout == found.stdout == insisted.stdout != ""
    assert "by" not in ask(store, "corpus_diagnoses").stderr


@pytest.mark.slow
def test_what_was_derived_is_left_out_by_sparql_alone(tmp_path: Path) -> None:
    store = told(tmp_path)
    ask(store, "corpus_diagnoses", "--engine", "columns")
    found = ask(store, "corpus_diagnoses", "--asserted", "--explain")
    assert "answered by SPARQL: derived triples are left out" in found.stderr
    assert found.stdout != ask(store, "corpus_diagnoses").stdout


@pytest.mark.slow
def test_without_duckdb_sparql_answers_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = told(tmp_path)
    expected = ask(store, "corpus_counts", "--engine", "columns").stdout
    monkeypatch.setitem(sys.modules, "duckdb", None)
    from casegraph.projection import asking

    asking._opened.cache_clear()
    found = ask(store, "corpus_counts", "--explain")
    assert "answered by SPARQL: columns cannot answer: DuckDB is not installed" in found.stderr
    assert found.stdout == expected
    refused = ask(store, "corpus_counts", "--engine", "columns", code=2)
    assert "pip install 'casegraph[analytics]'" in refused.stderr


@pytest.mark.slow
def test_a_question_without_sql_is_answered_by_sparql_or_refused(tmp_path: Path) -> None:
    store = told(tmp_path)
    said = ask(store, "cases_by_diagnosis", "--explain").stderr
    assert "answered by SPARQL: it has no SQL beside it" in said
    assert "disease stands for 13 terms" in said
    assert "no SQL" in ask(store, "cases_by_diagnosis", "--engine", "columns", code=2).stderr
    assert (
        "--compare" in ask(store, "refractory_cases", "--compare", "refractory", "--explain", code=2).stderr
    )
