"""A case is found by what people say for it, and what may mean two cases is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casegraph.errors import InputError
from casegraph.ingest import Loaded, load
from casegraph.namespaces import BASE
from casegraph.query import get_query, run
from casegraph.store import Store, open_store
from casegraph.subjects import find_case

DOCUMENT = """
casegraph: 1
report: {{title: Made up, extent: fullText, {identity}}}
passages: {{p: {{section: results}}}}
{kind}:
  '{key}': {{sex: male, {more}}}
"""
#: identity of the report -> the key of its one case.
REPORTS = {
    "doi: 10.1234/abc": "1",
    "doi: 10.1234/abc/2": "1",
    "doi: 10.1155/2013/806149": "1",
    "doi: 10.1234/AB<c": "b",
    "doi: 10.1234/pair, pmid: '77'": "2",
    "pmid: '123'": "1",
    "key: my-report": "1",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("reports")
    with open_store(":memory:", writable=True) as opened:
        paths = []
        for number, (identity, key) in enumerate(REPORTS.items()):
            paths.append(_written(folder / f"{number}.yaml", identity, "cases", key))
        paths.append(_written(folder / "group.yaml", "doi: 10.1234/group", "groups", "1"))
        paths.append(_written(folder / "two.yaml", "doi: 10.1234/abc/9", "cases", "1"))
        text = paths[0].read_text(encoding="utf-8")
        paths[0].write_text(text + "  '9': {sex: female}\n", encoding="utf-8")
        outcomes = list(load(opened, paths))
        assert all(isinstance(each, Loaded) for each in outcomes), outcomes
        yield opened


def _written(path: Path, identity: str, kind: str, key: str) -> Path:
    more = "patients: 5" if kind == "groups" else "label: A"
    text = DOCUMENT.format(identity=identity, kind=kind, key=key, more=more)
    path.write_text(text.replace("sex: male, ", "") if kind == "groups" else text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("said", "iri"),
    [
        ("10.1234/abc", "case/10.1234/abc/1"),
        ("10.1234/ABC/1", "case/10.1234/abc/1"),
        ("https://doi.org/10.1234/abc", "case/10.1234/abc/1"),
        ("doi:10.1234/abc", "case/10.1234/abc/1"),
        ("10.1234/abc/2", "case/10.1234/abc/2/1"),
        ("10.1234/abc/2/1", "case/10.1234/abc/2/1"),
        ("10.1155/2013/806149", "case/10.1155/2013/806149/1"),
        ("10.1234/ab<c", "case/10.1234/ab%3Cc/b"),
        ("10.1234/pair", "case/10.1234/pair/2"),
        ("pmid:123", "case/pmid/123/1"),
        ("PMID:123/1", "case/pmid/123/1"),
        ("my-report", "case/key/my-report/1"),
        ("key/my-report/1", "case/key/my-report/1"),
        ("pmid/123/1", "case/pmid/123/1"),
        ("10.1234/group", "group/10.1234/group/1"),
        ("10.1234/group/1", "group/10.1234/group/1"),
        ("group/10.1234/group/1", "group/10.1234/group/1"),
        ("case/10.1234/abc/1", "case/10.1234/abc/1"),
        ("report/10.1234/abc", "case/10.1234/abc/1"),
        ("10.1234%2Fabc/2", "case/10.1234/abc/2/1"),
        ("cases/10.1234%2Fabc/1", "case/10.1234/abc/1"),
        ("http://127.0.0.1:8765/groups/10.1234/group/1", "group/10.1234/group/1"),
        (f"<{BASE}case/10.1234/abc/9>", "case/10.1234/abc/9"),
        (f"{BASE}report/10.1234/abc", "case/10.1234/abc/1"),
    ],
)
def test_a_case_is_found_by_what_people_say(store: Store, said: str, iri: str) -> None:
    assert find_case(store, said) == BASE + iri


def test_what_means_two_cases_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="more than one") as caught:
        find_case(store, "10.1234/abc/9")
    assert f"{BASE}report/10.1234/abc/9" in caught.value.expected
    assert f"{BASE}case/10.1234/abc/9" in caught.value.expected


@pytest.mark.parametrize(
    "said", ["10.1234/nothing", "10.1234/abc/7", "pmid:1", "Some Words", "", "a b", "group/", "case/a b"]
)
def test_what_is_not_there_is_an_error_also_for_a_query(store: Store, said: str) -> None:
    with pytest.raises(InputError, match="no case"):
        find_case(store, said)
    with pytest.raises(InputError, match="no case"):
        run(store, get_query("timeline"), {"case": said})


def test_a_query_takes_what_finds_the_case(store: Store) -> None:
    (row,) = run(store, get_query("patient"), {"case": "10.1155/2013/806149"})
    assert row["case"] == f"{BASE}case/10.1155/2013/806149/1"
