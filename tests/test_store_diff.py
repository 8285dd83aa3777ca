"""``casegraph diff`` of two stores: what reports say differently, in words; what is the same is not read."""

from __future__ import annotations

import csv
import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from casegraph.cli import commands
from casegraph.curate.release import compare_stores
from casegraph.curate.sides import Side
from casegraph.ingest import Loaded, LoadedRecord, load, load_paths, remove
from casegraph.loaders.records import Options
from casegraph.namespaces import BASE, CG
from casegraph.store import Store, open_store
from casegraph.store.ledger import commit
from casegraph.store.unit_digests import unit_digests

A = """\
casegraph: 1
curation: {by: Jane Doe, date: '2026-01-02'}
report: {title: A case, doi: 10.5555/a, journal: Journal of Tests, extent: fullText}
passages:
  p: {section: case-presentation, paragraph: 1}
cases:
  '1':
    sex: female
    age: {years: 52, at: onset}
    occasions:
      onset: {phase: onset}
      later: {anchor: onset, start: [7, 14], phase: followUp}
    findings:
      present:
        - {id: itch, what: 'HP:0000989 Pruritus', at: onset, stated_in: p}
      absent:
        - {id: no-fever, what: 'HP:0001945 Fever', at: onset, stated_in: p}
    diagnoses:
      final:
        - {id: dm, what: 'MONDO:0016367 dermatomyositis', at: onset, stated_in: p}
    treatments:
      - id: il2
        what: 'cg:Interleukin2Drug interleukin-2'
        at: onset
        stated_in: p
        doses:
          - {id: il2-weekly, at: onset, dose: 1000000, unit: '[IU]', times: 1, period_days: 7, stated_in: p}
    responses:
      - {id: skin-on-il2, to: [il2], domain: skin, direction: improved, at: later, stated_in: p}
"""
B = A.replace("10.5555/a", "10.5555/b").replace("title: A case", "title: Another case")
FEVER = "      absent:\n        - {id: no-fever, what: 'HP:0001945 Fever', at: onset, stated_in: p}\n"
DIAGNOSIS = (
    "    diagnoses:\n      final:\n"
    "        - {id: dm, what: 'MONDO:0016367 dermatomyositis', at: onset, stated_in: p}\n"
)
IL2 = "treatment il2 (interleukin-2)"

#: name -> (what to replace in A, by what, what is said of what is asserted)
CASES: dict[str, tuple[str, str, list[str]]] = {
    "dose": (
        "dose: 1000000",
        "dose: 2500000",
        [
            f"patient 1: changed {IL2}, dose il2-weekly: "
            "dosing 1,000,000 [IU] once a week -> 2,500,000 [IU] once a week"
        ],
    ),
    "finding now absent": (
        "        - {id: itch, what: 'HP:0000989 Pruritus', at: onset, stated_in: p}\n      absent:\n",
        "        []\n      absent:\n"
        "        - {id: itch, what: 'HP:0000989 Pruritus', at: onset, stated_in: p}\n",
        ["patient 1: changed absent finding itch (Pruritus): present finding -> absent finding"],
    ),
    "claim gone": (FEVER, "", ["patient 1: removed absent finding no-fever: Fever at onset"]),
    "diagnosis gone": (
        DIAGNOSIS,
        "",
        ["patient 1: removed final diagnosis dm: dermatomyositis at onset"],
    ),
    "bibliography": (
        "journal: Journal of Tests",
        "journal: Archive of Tests",
        ["report: changed bibliography: journal Journal of Tests -> Archive of Tests"],
    ),
    "patient": ("years: 52", "years: 53", ["patient 1: changed age: 52 years at onset -> 53 years at onset"]),
    "curator": (
        "Jane Doe",
        "Jan Roe",
        ["document: changed curation: curator Jane Doe -> Jan Roe"],
    ),
}


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store ``one`` that holds A and B; do not write to it."""
    folder = tmp_path_factory.mktemp("one")
    filled(folder, "one", A, B)
    return folder


@pytest.fixture
def folder(one: Path, tmp_path: Path) -> Path:
    """Return a copy of that folder."""
    return Path(shutil.copytree(one, tmp_path, dirs_exist_ok=True))


def filled(folder: Path, name: str, *documents: str) -> Path:
    paths = []
    for number, text in enumerate(documents):
        paths.append(folder / f"{name}-{number}.yaml")
        paths[-1].write_text(text, encoding="utf-8")
    with open_store(folder / name, writable=True) as store:
        outcomes = tuple(load(store, paths))
        assert [type(each) for each in outcomes] == [Loaded] * len(documents), outcomes
    return folder / name


def diff(folder: Path, *args: str) -> tuple[int, list[str], str]:
    """Return the exit code, what is said of the two stores line by line, and the line of counts."""
    done = CliRunner().invoke(
        commands, ["diff", str(folder / "one"), str(folder / "two"), *args], standalone_mode=False
    )
    assert done.exception is None, done.exception
    return int(done.return_value or 0), done.stdout.splitlines(), done.stderr.strip()


def asserted(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.endswith("(derived anew)")]


# --- what reports say


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_change_of_a_report_is_told_in_words(name: str, folder: Path) -> None:
    before, after, said = CASES[name]
    assert A.count(before) == 1
    filled(folder, "two", A.replace(before, after), B)
    code, lines, _ = diff(folder)
    assert asserted(lines) == [f"10.5555/a: {each}" for each in said]
    assert code == 1


@pytest.mark.slow
def test_stores_of_the_same_reports_are_the_same_whatever_their_history(folder: Path) -> None:
    two = filled(folder, "two", B, A.replace("dose: 1000000", "dose: 5"))
    with open_store(two, writable=True) as store:
        (again,) = load(store, [folder / "one-0.yaml"])
        assert isinstance(again, Loaded)
    code, lines, counts = diff(folder)
    assert (code, lines) == (0, [])
    assert counts.endswith("0 changed, 0 gone, 0 new, 0 only derived anew, 2 the same")


def test_a_report_of_one_store_alone_is_new_or_gone(folder: Path) -> None:
    filled(folder, "two", A, B.replace("10.5555/b", "10.5555/c").replace("Another", "A third"))
    code, lines, counts = diff(folder)
    assert lines == [
        "10.5555/b: store: removed report: Another case, 1 case",
        "10.5555/c: store: new report: A third case, 1 case",
    ]
    assert code == 1
    assert counts == (
        "claims: 0 changed, 0 withdrawn, 0 new; "
        "cases and groups: 0 changed, 1 gone, 1 new, 0 only derived anew, 1 the same"
    )


def test_a_case_that_a_report_gains_is_new_in_it(folder: Path) -> None:
    filled(folder, "two", A + "  '2':\n    sex: male\n", B)
    code, lines, counts = diff(folder)
    assert (code, lines) == (1, ["10.5555/a: document: new patient 2: male"])
    assert counts.endswith("0 changed, 0 gone, 1 new, 0 only derived anew, 2 the same")


@pytest.mark.slow
def test_the_counts_are_of_claims_and_not_of_their_properties(folder: Path) -> None:
    changed = A.replace("direction: improved, at: later", "direction: worse, at: onset").replace(FEVER, "")
    filled(folder, "two", changed, B.replace("years: 52", "years: 53"))
    _, lines, counts = diff(folder)
    assert len(asserted(lines)) == 4
    assert counts.startswith("claims: 1 changed, 1 withdrawn, 0 new; cases and groups: 2 changed, 0 gone")


PACKET = """{"id": "p1", "subject": {"id": "s1", "sex": "FEMALE"},
  "phenotypicFeatures": [{"type": {"id": "HP:0001945", "label": "Fever"}}],
  "metaData": {"created": "2026-01-02T00:00:00Z", "createdBy": "Jane Doe", "resources": [],
    "phenopacketSchemaVersion": "2.0",
    "externalReferences": [{"id": "PMID:1", "description": "A letter"}]}}"""


@pytest.mark.slow
def test_a_publication_and_a_record_of_a_data_set_are_compared_too(tmp_path: Path) -> None:
    other = PACKET.replace("FEMALE", "MALE").replace("A letter", "A reply")
    for name, text in (("one", PACKET), ("two", other)):
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
        with open_store(tmp_path / name, writable=True) as store:
            (arrived,) = load_paths(store, [tmp_path / f"{name}.json"], Options("clinic"))
            assert isinstance(arrived, LoadedRecord), arrived
    code, lines, counts = diff(tmp_path)
    assert lines == [
        "clinic/p1: patient 1: changed sex: female -> male",
        "pmid/1: report: changed bibliography: title “A letter” -> “A reply”",
    ]
    assert code == 1
    assert counts.endswith("1 changed, 0 gone, 0 new, 0 only derived anew, 0 the same")


def test_what_makes_no_case_document_is_told_and_not_passed_over(folder: Path) -> None:
    two = filled(folder, "two", A, B)
    graph = f"{BASE}report/10.5555/a"
    with open_store(two, writable=True) as store:
        odd = f'<{graph}> <http://e.org/remark> "odd" <{graph}> .'
        commit(store, [graph], "".join(f"{line}\n" for line in [*store.dump(graph), odd]))
    code, lines, _ = diff(folder)
    said = "report: changed statements that are no part of a case document: 0 gone -> 1 new"
    assert (code, lines) == (1, [f"10.5555/a: {said}"])


@pytest.mark.slow
def test_texts_that_differ_beyond_what_is_shown_of_them_are_told_too(folder: Path) -> None:
    graph = f"{BASE}report/10.5555/a"
    two = filled(folder, "two", A, B)
    for path, end in ((folder / "one", "x"), (two, "y")):
        with open_store(path, writable=True) as store:
            odd = f'<{graph}> <http://e.org/remark> "{"long " * 200}{end}" <{graph}> .'
            commit(store, [graph], "".join(f"{line}\n" for line in [*store.dump(graph), odd]))
    code, lines, _ = diff(folder)
    said = "report: changed statements that are no part of a case document: 1 gone -> 1 new"
    assert (code, lines) == (1, [f"10.5555/a: {said}"])


# --- what was derived


@pytest.mark.slow
def test_what_was_derived_anew_is_told_apart(folder: Path) -> None:
    two = filled(folder, "two", A, B)
    case = f"{BASE}case/10.5555/a/1"
    with open_store(two, writable=True) as store:
        lines = "".join(f"{line}\n" for kind in ("asserted", "inferred", "provenance")
                        for line in store.dump(f"{case}/{kind}"))  # fmt: skip
        assert lines.count(f"{CG}improvedVerdict") == 1
        changed = lines.replace("improvedVerdict", "mixedVerdict")
        commit(store, [f"{case}/{kind}" for kind in ("asserted", "inferred", "provenance")], changed)
    code, told, counts = diff(folder)
    assert told == [
        "10.5555/a: patient 1: changed verdict on interleukin-2, skin: improved -> mixed (derived anew)"
    ]
    assert code == 1
    assert counts == (
        "claims: 0 changed, 0 withdrawn, 0 new; "
        "cases and groups: 0 changed, 0 gone, 0 new, 1 only derived anew, 1 the same"
    )


@pytest.mark.slow
def test_what_follows_from_a_change_is_marked_as_derived(folder: Path) -> None:
    filled(folder, "two", A.replace(DIAGNOSIS, ""), B)
    _, lines, _ = diff(folder)
    assert "10.5555/a: patient 1: removed diagnosis: dermatomyositis (derived anew)" in lines


# --- what is read, and how it is written


def test_what_has_one_digest_in_both_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(folder, "two", A, B.replace("years: 52", "years: 53"))
    read: list[str] = []
    lines = Side.lines

    def noted(self: Side, graph: str) -> frozenset[str]:
        read.append(graph)
        return lines(self, graph)

    monkeypatch.setattr(Side, "lines", noted)
    assert diff(folder)[0] == 1
    assert {f"{BASE}case/10.5555/b/1/asserted"} <= set(read)
    assert not [graph for graph in read if "10.5555/a" in graph]


def test_the_digests_are_those_of_the_content_where_no_ledger_is_true(folder: Path) -> None:
    with open_store(folder / "one") as store, _Unsure() as other:
        other.replace([], "".join(f"{line}\n" for line in store.dump() if f"<{BASE}ledger>" not in line))
        assert len(unit_digests(store)) == 5  # two reports, two cases, the ontology
        assert unit_digests(other) == unit_digests(store)


def test_units_that_were_removed_have_no_digest(folder: Path) -> None:
    with open_store(folder / "one", writable=True) as store:
        assert remove(store, f"{BASE}report/10.5555/a")
        assert not [unit for unit in unit_digests(store) if "10.5555/a" in unit]


class _Unsure:
    """A store in memory that was filled without a ledger."""

    def __enter__(self) -> Store:
        self.store = open_store(":memory:", writable=True)
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()


@pytest.mark.slow
def test_a_program_gets_the_parts(folder: Path) -> None:
    filled(folder, "two", A, B.replace("years: 52", "years: 53"))
    _, lines, _ = diff(folder, "-f", "json")
    expected = {
        "report": "10.5555/b",
        "derived": False,
        "where": "patient 1",
        "change": "changed",
        "thing": "age",
        "field": "",
        "before": "52 years at onset",
        "after": "53 years at onset",
        "claim": False,
        "text": "10.5555/b: patient 1: changed age: 52 years at onset -> 53 years at onset",
    }
    assert json.loads("\n".join(lines))[0] == expected
    _, lines, _ = diff(folder, "-f", "csv")
    (row, *_) = csv.DictReader(StringIO("\n".join(lines)))
    assert row == {name: str(value).lower() if value is False else value for name, value in expected.items()}


def test_no_difference_has_the_columns_all_the_same(folder: Path) -> None:
    filled(folder, "two", A, B)
    code, lines, _ = diff(folder, "-f", "csv")
    assert (code, lines) == (0, ["report,derived,where,change,thing,field,before,after,claim,text"])


@pytest.mark.parametrize("turned", [False, True])
def test_a_document_is_not_compared_with_a_store(folder: Path, turned: bool) -> None:
    paths = [str(folder / "one"), str(folder / "one-0.yaml")]
    done = CliRunner().invoke(commands, ["diff", *(reversed(paths) if turned else paths)])
    assert done.exit_code == 2
    assert f"{paths[1]}: a case document is not compared with a store" in done.stderr
    assert "casegraph load --store OTHER" in done.stderr


@pytest.mark.slow
def test_a_store_is_compared_with_an_endpoint(folder: Path, oxigraph_server: str) -> None:
    filled(folder, "two", A.replace("years: 52", "years: 53"), B)
    with open_store(oxigraph_server, writable=True) as server:
        assert len(tuple(load(server, [folder / "two-0.yaml", folder / "two-1.yaml"]))) == 2
        try:
            with open_store(folder / "one") as store:
                found = [str(each) for each in compare_stores(store, server).changes]
        finally:
            for name in "ab":
                remove(server, f"{BASE}report/10.5555/{name}")
    ours = [each for each in found if each.startswith("10.5555/")]
    assert ours == ["10.5555/a: patient 1: changed age: 52 years at onset -> 53 years at onset"]
