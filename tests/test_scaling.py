"""The page on scaling works to the letter: each server is started, loaded and asked as it says."""

from __future__ import annotations

import csv
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from units import measured, on_disk, on_paper

from casegraph.namespaces import compact
from casegraph.query import stored_queries

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
BLOCKS = {
    heading: re.findall(r"```(\w+)\n(.*?)```", body, re.S)
    for heading, body in re.findall(r"^#+ ([^\n]+)\n(.*?)(?=^#|\Z)", PAGE, re.S | re.M)
}


def free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def wait_for(port: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(2400):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(port))) == 0:
                return
        assert server.poll() is None
        time.sleep(0.05)
    pytest.fail(f"nothing answers on {port}")


@pytest.fixture
def servers() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for server in started:
        server.kill()
        server.wait()


def commands(heading: str, ports: dict[str, str], folder: Path) -> Iterator[str]:
    """Put the files of a part of the page into a folder; give its commands."""
    for kind, body in BLOCKS[heading]:
        text = re.sub(r"(?<=127\.0\.0\.1:)\d+", lambda found: ports[found[0]], body)
        if kind == "ini":
            (folder / "virtuoso.ini").write_text(text)
        else:
            yield from text.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize(
    "heading", ["One machine", "Oxigraph", pytest.param("Virtuoso 7", marks=pytest.mark.long)]
)
def test_each_server_is_started_loaded_and_asked_as_the_page_says(
    heading: str, servers: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    if heading == "Virtuoso 7" and shutil.which("virtuoso-t") is None:
        assert os.environ.get("CI") != "true"
        pytest.skip("Virtuoso is not installed")
    ports = {port: free_port() for port in re.findall(r"127\.0\.0\.1:(\d+)", str(BLOCKS[heading]))}
    shutil.copytree(ROOT / "cases", tmp_path / "cases")
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": paths, "CASEGRAPH_ENDPOINT_PATIENCE": "60"}
    printed: list[str] = []
    for line in commands(heading, ports, tmp_path):
        if line.endswith(" &"):
            servers.append(subprocess.Popen(line[:-2].split(), cwd=tmp_path, env=env))
            for port in ports.values():
                wait_for(port, servers[-1])
            continue
        shell = ["bash", "-c", line]
        done = subprocess.run(shell, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, line + done.stdout + done.stderr
        printed.append(done.stdout)
    asked = printed[-2:] if servers else printed[-1:]
    assert all(len(said.splitlines()) >= 2 for said in asked)
    assert not servers or "10.1007/s13555-020-00421-8" in printed[-1]


def test_the_page_names_only_stored_queries() -> None:
    servers = PAGE[PAGE.index("## One server") : PAGE.index("## A cluster")]
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", servers))
    assert len(named) >= 20
    assert named <= stored_queries().keys()
    assert f"Of {len(stored_queries())} stored queries" in PAGE


# --- the tables for other programs


#: The documents that the answers in tests/questions are typed from.
KNOWN = (
    *(
        ROOT / "cases" / f"{name}.yaml"
        for name in ("hydroxychloroquine-rash-2023", "mda5-aspergillosis-2024")
    ),
    *(ROOT / "cases" / f"{name}.yaml" for name in ("miao-2020", "miao-2021", "ramseur-1989")),
    ROOT / "cases" / "rituximab-registry-2011.yaml",
    *sorted((ROOT / "tests" / "documents").glob("phenopacket-*.yaml")),
)


def shell(heading: str, folder: Path) -> list[str]:
    """Run the commands of a part of the page over cases whose facts are known; return its other blocks."""
    (folder / "cases").mkdir()
    for path in KNOWN:
        shutil.copy(path, folder / "cases")
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": paths}
    for kind, body in BLOCKS[heading]:
        if kind == "sh":
            ran = subprocess.run(["bash", "-ec", body], cwd=folder, env=env, capture_output=True, check=False)
            assert ran.returncode == 0, ran.stderr.decode()
    return [body for kind, body in BLOCKS[heading] if kind != "sh"]


def rows(table: list[dict[str, object]]) -> list[dict[str, str]]:
    """Return rows with terms as CURIEs and all else as text."""
    return [{name: compact(str(value).strip("<>")) for name, value in row.items()} for row in table]


def asked(query: str) -> list[dict[str, str]]:
    """Return the rows that DuckDB has for a question."""
    found = duckdb.connect().execute(query)
    names = [each[0] for each in found.description or ()]
    return rows([dict(zip(names, row, strict=True)) for row in found.fetchall()])


def facts(name: str, columns: Iterable[str]) -> list[dict[str, str]]:
    """Return columns of the answer to a stored query, as it was typed from the facts of the corpus."""
    with (ROOT / "tests" / "questions" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [{each: row[each] for each in columns} for row in csv.DictReader(file)]


def in_any_order(table: list[dict[str, str]]) -> list[tuple[tuple[str, str], ...]]:
    return sorted(tuple(row.items()) for row in table)


@pytest.mark.slow
def test_duckdb_and_polars_read_the_tables_as_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shell("The Parquet files", tmp_path) == []
    monkeypatch.chdir(tmp_path)
    by_outcome, which = (body for _, body in BLOCKS["DuckDB"])
    found = asked(by_outcome)
    assert len(found) > 20
    assert in_any_order(found) == in_any_order(facts("outcomes_by_drug", found[0]))
    assert found == sorted(found, key=lambda row: -int(row["given"]))
    assert asked(which) == [{"term": "https://w3id.org/casegraph/case/10.1007/s13555-020-00421-8/1"}]
    ((_, recipe),) = BLOCKS["polars"]
    names: dict[str, Any] = {}
    exec(recipe, names)  # noqa: S102  the page's own
    counted = rows(names["answer"].to_dicts())
    assert len(counted) > 5
    assert in_any_order(counted) == in_any_order(facts("corpus_diagnoses", counted[0]))


@pytest.mark.slow
def test_shards_together_count_what_one_store_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (query,) = shell("A cluster", tmp_path)
    monkeypatch.chdir(tmp_path)
    found = asked(query)
    assert in_any_order(found) == in_any_order(facts("outcomes_by_drug", ("drug", "given")))
    loaded = [len(asked(f"FROM 'columns-{shard}/drug_cases.parquet'")) for shard in (1, 2)]
    assert min(loaded) > 0


def table(first: str) -> dict[str, list[str]]:
    """Return the rows of the table whose head begins so, by their first cell."""
    (found,) = re.findall(rf"^\| {re.escape(first)} \|.*\n\|[-| ]+\|\n((?:\|.*\n)+)", PAGE, flags=re.M)
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in found.splitlines()]
    return {name: values for name, *values in cells}


def test_what_is_on_paper_follows_from_what_was_measured() -> None:
    unit = {name: float(value) for name, (value,) in table("unit | value").items()}
    hours = {name: [float(each) for each in row] for name, row in table("hours | on 2 cores").items()}
    assert hours == {name: [float(f"{each:.2g}") for each in row] for name, row in on_paper(unit).items()}
    sizes = {name: float(size) for name, (size,) in table("what | GB").items()}
    assert sizes == {name: float(f"{size:.3g}") for name, size in on_disk(unit).items()}
    assert min(len(hours), len(sizes)) >= 3


def test_hours_are_worked_out_from_the_cost_of_a_case_and_of_a_quad() -> None:
    unit = dict.fromkeys(table("unit | value"), 3.6)
    unit["quads a case"] = 500
    told = on_paper(unit)
    assert told["read, check, derive, validate"] == pytest.approx((1, 1 / 8, 1 / 32))  # 2,000,000 x 3.6 ms
    assert told["one bulk load"] == pytest.approx((1, 1, 1))  # 1,000 x 3.6 s
    assert told["8 shards, a bulk load each"] == pytest.approx((1, 1 / 8, 1 / 8))
    assert on_disk(unit)["store"] == pytest.approx(3.6)


@pytest.mark.slow
def test_each_cost_is_measured_by_the_benchmark() -> None:
    measures = dict(measured(20, 0))
    of_large = {name for name in table("unit | value") if "22 million quads" in name}
    assert len(of_large) == 2
    assert {*measures} == {*table("unit | value")} - of_large
    assert min(measures.values()) > 0
