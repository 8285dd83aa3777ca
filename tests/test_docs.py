"""The documentation cannot lag: its queries are run, its tables are made anew and compared."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from rdflib import Dataset

from casegraph.rows import Rows
from casegraph.store import Store

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"### (\d+)\. .*?```sparql\n(.*?)```\n+```tsv\n(.*?)```", PAGE, re.DOTALL)


def plain(rows: Iterable[Iterable[str]]) -> list[tuple[str, ...]]:
    """Return rows in order, a whole number without its datatype."""
    return sorted(tuple(re.sub(r'^"(\d+)"\^\^.*', r"\1", cell) for cell in row) for row in rows)


def below_head(tsv: str) -> list[tuple[str, ...]]:
    return plain(line.split("\t") for line in tsv.strip("\n").split("\n")[1:])


def test_there_are_twelve_queries_to_copy() -> None:
    assert [number for number, _, _ in EXAMPLES] == [str(number) for number in range(1, 13)]


@pytest.mark.parametrize(("number", "query", "expected"), EXAMPLES, ids=[each[0] for each in EXAMPLES])
def test_a_query_of_the_model_page_gives_its_answer(
    number: str, query: str, expected: str, seed_store: Store, seed_dataset: Dataset
) -> None:
    assert below_head(Rows.read(seed_store.query(query)).to_tsv()) == below_head(expected)
    in_rdflib = ([term.n3() for term in row] for row in seed_dataset.query(query) if isinstance(row, tuple))
    assert plain(in_rdflib) == below_head(expected)


def test_the_tables_of_the_model_page_are_those_of_the_ontology() -> None:
    spec = importlib.util.spec_from_file_location("make_vocabulary", ROOT / "tools" / "make_vocabulary.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = module.with_tables(PAGE)
    assert made.count("\n| `cg:") > 250
    assert made == PAGE, "run tools/make_vocabulary.py"


@pytest.mark.slow
def test_the_python_lines_of_the_readme_run() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    lines = [line for line in code.splitlines() if line.strip()]
    assert len(lines) <= 10
    said: list[object] = []
    exec(compile(code, "README.md", "exec"), {"print": said.append})  # noqa: S102
    assert "http://purl.obolibrary.org/obo/MONDO_1010089" in map(str, said)


def test_the_readme_names_the_two_commands() -> None:
    assert "make demo" in README
    assert "make test" in README


def test_each_row_of_a_table_has_the_cells_of_its_head() -> None:
    tables = 0
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            head, *rows = (len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines())
            assert set(rows) == {head}, f"{page.name}: {table.splitlines()[0]}"
            tables += 1
    assert tables > 50
