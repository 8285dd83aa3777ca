"""A report that is retracted, corrected or in doubt says so, and so does whatever rests on it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import Dataset

from casegraph.check import check
from casegraph.cli import commands
from casegraph.ingest import Loaded, load, load_paths, prepare
from casegraph.loaders import read_document, read_draft
from casegraph.namespaces import BASE, CG, compact
from casegraph.notices import flags_of
from casegraph.query import get_query, run
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.store import Store, open_store
from casegraph.store.verifying import verify
from casegraph.terms import all_terms

CASE = """\
  '{key}':
    sex: female
    occasions: {{onset: {{}}}}
    findings:
      absent:
        - {{id: no-fever, what: 'HP:0001945 Fever', at: onset, stated_in: p}}
    treatments:
      - id: il2
        what: 'cg:Interleukin2Drug interleukin-2'
        at: onset
        stated_in: p
        doses:
          - {{id: weekly, at: onset, dose: 1000000, unit: '[IU]', times: 1, period_days: 7, stated_in: p}}
"""
REPORT = """\
casegraph: 1
report:
  title: Made up - {name}
  key: {name}
  extent: fullText
  notices:
    notice: {{{notice}}}
  publication:
    - {{id: consent, kind: consent, gist: The patient agreed, stated_in: p}}
passages:
  p: {{section: case-presentation, paragraph: 1}}
cases:
"""
ANSWER = Path(__file__).parent / "questions" / "flagged_claims.csv"
#: name of a report -> its notice
NOTICES = {
    "retracted": "kind: retraction, doi: 10.5555/retraction, issued: '2026-02-03', reason: Made up",
    "corrected": "kind: erratum, pmid: '1', issued: '2026-03-04', affects: ['1#weekly', '#consent']",
    "doubted": "kind: expressionOfConcern, source: the next issue, affects: ['2']",
    "misdosed": "kind: erratum, doi: 10.5555/misdosed, affects: ['1#il2']",
    "misspelt": "kind: erratum, doi: 10.5555/misspelt, only_bibliography: true",
}
SAID = {
    "retracted": "retracted was retracted (https://doi.org/10.5555/retraction, 2026-02-03)",
    "corrected": "corrected was corrected (PubMed 1, 2026-03-04); that is about 1#weekly, #consent",
    "doubted": "doubted was put in doubt (expression of concern) (the next issue); that is about 2",
    "misdosed": "misdosed was corrected (https://doi.org/10.5555/misdosed); that is about 1#il2",
    "misspelt": (
        "misspelt was corrected (https://doi.org/10.5555/misspelt); that is about its bibliography alone"
    ),
}


def document(name: str, notice: str | None = None) -> str:
    cases = "".join(CASE.format(key=key) for key in ("12" if name == "doubted" else "1"))
    return REPORT.format(name=name, notice=notice or NOTICES[name]) + cases


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with the first shipped case and a report with each kind of notice."""
    folder = tmp_path_factory.mktemp("notices")
    paths = [*shipped("cases", "miao-2020.yaml")]
    for name in NOTICES:
        paths.append(folder / f"{name}.yaml")
        paths[-1].write_text(document(name), encoding="utf-8")
    with open_store(folder / "store", writable=True) as opened:
        outcomes = tuple(load(opened, paths))
        assert [type(each) for each in outcomes] == [Loaded] * 6, outcomes
    return folder / "store"


@pytest.fixture(scope="module")
def store(location: Path) -> Iterator[Store]:
    with open_store(location) as opened:
        yield opened


def said(location: Path, *args: str) -> tuple[str, list[str]]:
    """Return what a command writes, and the lines of the standard error."""
    done = CliRunner().invoke(commands, [*args, "--store", str(location)], standalone_mode=False)
    assert done.exception is None, done.exception
    return done.stdout, done.stderr.splitlines()


def plain(term: object) -> str:
    """Return a term of either engine as it stands in the answer file."""
    text = "" if term is None else str(getattr(term, "value", term))
    for kind in ("case", "report", "group"):
        text = text.removeprefix(f"{BASE}{kind}/")
    return compact(text)


def answer(rows: Rows) -> list[dict[str, str]]:
    return [dict(zip(rows.columns, map(plain, row), strict=True)) for row in rows.rows]


def values_of(rows: list[dict[str, str]], *columns: str) -> set[tuple[str, ...]]:
    return {tuple(row[name] for name in columns) for row in rows}


# --- the model


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_comes_back_as_it_was_written(name: str, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(document(name), encoding="utf-8")
    written = tmp_path / "all.nq"
    written.write_text("".join(f"{line}\n" for line in store.dump()), encoding="utf-8")
    with open_store(":memory:", writable=True) as again:
        assert sum(isinstance(each, Loaded) for each in load_paths(again, [written])) == 6
        graph = f"{BASE}report/key/{name}"
        lines = [line for line in store.dump(graph) if "otice" in line]
        assert [line for line in again.dump(graph) if "otice" in line] == lines
        assert len(lines) >= 3
    assert read_document(path).document.report.notices.keys() == {"notice"}


def test_what_a_notice_is_about_is_named_by_its_iri(store: Store) -> None:
    flags = {flag.report.rpartition("/")[2]: flag for flag in flags_of(store)}
    assert flags.keys() == NOTICES.keys()
    case = f"{BASE}case/key"
    assert flags["retracted"].affects == (f"{BASE}report/key/retracted",)
    assert set(flags["corrected"].affects) == {
        f"{case}/corrected/1#weekly",
        f"{BASE}report/key/corrected#consent",
    }
    assert flags["doubted"].affects == (f"{case}/doubted/2",)
    assert flags["misspelt"].affects == ()


@pytest.mark.parametrize("wrong", ["2", "1#monthly", "#funding", "monthly"])
def test_a_notice_is_about_what_the_document_has(wrong: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    notice = f"kind: erratum, doi: 10.5555/e, affects: ['{wrong}']"
    path.write_text(document("corrected", notice), encoding="utf-8")
    assert [
        (each.code, each.line) for each in check(read_draft(path), all_terms()) if each.severity == "error"
    ] == [("unknown-affected", 7)]


def test_a_notice_without_a_place_is_a_violation(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(document("retracted", "kind: retraction"), encoding="utf-8")
    assert [each.shape.rpartition("#")[2].strip(">") for each in prepare(path).report.violations] == [
        "NoticeShape-published"
    ]


def test_no_shipped_report_has_a_notice(corpus_store: Store) -> None:
    assert flags_of(corpus_store) == ()


# --- the query


def expected() -> list[dict[str, str]]:
    with ANSWER.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_flagged_claims_are_those_that_a_notice_is_about(store: Store) -> None:
    rows = answer(run(store, get_query("flagged_claims")))
    columns = tuple(expected()[0])
    assert len(rows) == len(expected()) == 11
    assert values_of(rows, *columns) == values_of(expected(), *columns)


@pytest.mark.slow
def test_rdflib_flags_the_same_claims(store: Store) -> None:
    dataset = Dataset(default_union=True)
    dataset.parse(data="\n".join(store.dump()) + "\n", format="nquads")
    query = get_query("flagged_claims")
    theirs = dataset.query(query.text)
    variables = theirs.vars or []
    rows = {tuple(map(plain, row)) for row in run(store, query).rows}
    assert {tuple(plain(row.get(each)) for each in variables) for row in theirs.bindings} == rows
    assert len(rows) == 11


@pytest.mark.slow
@pytest.mark.parametrize("fixture", ["oxigraph_server", "virtuoso_server"])
def test_a_server_flags_the_same_claims(fixture: str, store: Store, request: pytest.FixtureRequest) -> None:
    with open_store(request.getfixturevalue(fixture), writable=True) as server:
        lines = "".join(f"{line}\n" for line in store.dump())
        server.replace(server.graphs(), lines)
        query = get_query("flagged_claims")
        assert answer(run(server, query)) == answer(run(store, query))
        assert flags_of(server) == flags_of(store)
        server.replace(server.graphs(), "")
    assert lines


def test_the_claims_of_a_case_tell_of_the_notice(store: Store) -> None:
    rows = answer(run(store, get_query("claims_of_case"), {"case": "key/corrected/1"}))
    assert values_of(rows, "claim", "notice") == {
        ("key/corrected/1#no-fever", ""),
        ("key/corrected/1#il2", ""),
        ("key/corrected/1#weekly", "cg:Erratum"),
    }
    rows = answer(run(store, get_query("claims_of_case"), {"case": "key/misdosed/1"}))
    assert values_of(rows, "claim", "notice") == {
        ("key/misdosed/1#no-fever", ""),
        ("key/misdosed/1#il2", "cg:Erratum"),
        ("key/misdosed/1#weekly", "cg:Erratum"),
    }
    rows = answer(run(store, get_query("claims_of_case"), {"case": "key/retracted/1"}))
    assert values_of(rows, "notice") == {("cg:Retraction",)}
    assert len(rows) == 3


# --- what people are told


def test_an_answer_says_which_rows_are_of_a_report_with_a_notice(location: Path) -> None:
    out, told = said(location, "query", "cases_excluding_finding", "-p", "finding=fever", "-f", "csv")
    assert len(out.splitlines()) == 1 + 7
    assert told == [
        f"1 of 7 rows from a report with a notice: key/{SAID[name]}"
        for name in ("corrected", "doubted", "misdosed", "retracted")
    ]


def test_why_of_a_query_says_the_same(location: Path) -> None:
    _, told = said(location, "why", "cases_excluding_finding", "-p", "finding=fever")
    assert len(told) == 4
    assert told[0] == f"1 of 7 rows from a report with a notice: key/{SAID['corrected']}"


def test_numbers_over_all_cases_say_that_such_reports_are_among_them(location: Path) -> None:
    _, told = said(location, "query", "corpus_counts", "-f", "csv")
    assert told == [
        f"counted among the others, a report with a notice: key/{SAID[name]}"
        for name in ("corrected", "doubted", "misdosed", "retracted")
    ]


def test_numbers_name_the_drug_in_whose_row_such_a_report_is_counted(location: Path) -> None:
    out, told = said(location, "query", "outcomes_by_drug", "-f", "csv")
    rows = len(out.splitlines()) - 1
    assert rows > 1
    assert told == [
        f"1 of {rows} rows counting a report with a notice (interleukin-2): key/{SAID[name]}"
        for name in ("corrected", "doubted", "misdosed", "retracted")
    ]


def test_numbers_in_which_no_such_report_is_counted_say_nothing(location: Path) -> None:
    out, told = said(location, "query", "corpus_diagnoses", "-f", "csv")
    assert len(out.splitlines()) > 1
    assert told == []


def test_an_answer_that_rests_on_no_such_report_says_nothing(location: Path) -> None:
    out, told = said(location, "query", "refractory_cases_responding", "-f", "csv")
    assert len(out.splitlines()) == 1 + 3
    assert [line.partition(" own example")[0] for line in told] == ["asked with the query's"]


@pytest.mark.parametrize("name", NOTICES)
def test_show_and_why_tell_of_the_notice(name: str, location: Path) -> None:
    out, _ = said(location, "show", f"{name}/1")
    assert out.startswith(f"Notices about the report\n  key/{SAID[name]}\n\nMade up")
    _, told = said(location, "why", f"key/{name}/1#no-fever")
    assert told == [f"a notice: key/{SAID[name]}"]


def test_show_says_nothing_of_a_report_without_a_notice(location: Path) -> None:
    out, told = said(location, "show", "10.1007/s13555-020-00421-8")
    assert "Notices about" not in out
    assert told == []


@pytest.mark.slow
def test_the_diff_of_two_releases_tells_of_a_notice_that_came(tmp_path: Path) -> None:
    for name, text in (("one", document("retracted").replace("  notices:\n    notice: {", "  #{")),
                       ("two", document("retracted"))):  # fmt: skip
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        with open_store(tmp_path / name, writable=True) as opened:
            (arrived,) = load(opened, [tmp_path / f"{name}.yaml"])
            assert isinstance(arrived, Loaded)
    call = ["diff", str(tmp_path / "one"), str(tmp_path / "two")]
    done = CliRunner().invoke(commands, call, standalone_mode=False)
    assert done.stdout == (
        "key/retracted: report: new notice notice: kind retraction, doi 10.5555/retraction, "
        "issued 2026-02-03, reason Made up\n"
    )
    assert CG not in done.stdout


# --- lists

HEAD = (
    "Record ID,Title,RetractionDate,RetractionDOI,RetractionPubMedID,OriginalPaperDOI,OriginalPaperPubMedID,"
    "RetractionNature,Reason\n"
)
ROWS = (
    "11,A,3/14/2026 0:00,10.5555/NOTICE,0,10.5555/ONE,0,Retraction,+Error in Data;+Withdrawal;\n"
    "12,B,1/2/2026 0:00,unavailable,77,unavailable,1234,Expression of concern,\n"
    "13,C,1/2/2026 0:00,unavailable,0,10.5555/one,0,Correction,\n"
    "14,D,1/2/2026 0:00,10.5555/x,0,10.5555/elsewhere,0,Retraction,\n"
    "15,E,1/2/2026 0:00,10.5555/y,0,10.5555/one,0,Reinstatement,\n"
    "16,F,1/2/2026 0:00,10.5555/z,0,10.5555/one,0,Praise,\n"
)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """Return a store with two reports without notices, by DOI and by PubMed number."""
    for name, identifier in (("a", "doi: 10.5555/one"), ("b", "pmid: '1234'")):
        text = document("retracted").replace("key: retracted", identifier)
        text = text.replace(f"  notices:\n    notice: {{{NOTICES['retracted']}}}\n", "")
        assert "notice" not in text
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    with open_store(tmp_path / "store", writable=True) as opened:
        outcomes = tuple(load(opened, [tmp_path / "a.yaml", tmp_path / "b.yaml"]))
        assert [type(each) for each in outcomes] == [Loaded] * 2, outcomes
    return tmp_path


@pytest.mark.slow
def test_a_list_flags_the_reports_that_it_names(listed: Path) -> None:
    (listed / "rw.csv").write_text(HEAD + ROWS, encoding="utf-8")
    out, told = said(listed / "store", "notices", str(listed / "rw.csv"))
    assert sorted(out.splitlines()) == [
        "10.5555/one was corrected (rw.csv, record 13, 2026-01-02)",
        "10.5555/one was retracted (https://doi.org/10.5555/NOTICE, rw.csv, record 11, 2026-03-14)",
        "pmid/1234 was put in doubt (expression of concern) (PubMed 77, rw.csv, record 12, 2026-01-02)",
    ]
    assert told == [
        "rows: 6; taken up: 3; told by case documents already: 0; of no known nature: 1",
        f"reinstated, by the lists: {BASE}report/10.5555/one; a retraction of it before is told all the same",
        "notices: 3; reports that they are about: 2",
    ]
    with open_store(listed / "store") as opened:
        rows = answer(run(opened, get_query("flagged_claims")))
        assert values_of(rows, "report", "notice") == {
            ("10.5555/one", "cg:Retraction"),
            ("10.5555/one", "cg:Erratum"),
            ("pmid/1234", "cg:ExpressionOfConcern"),
        }
        assert list(verify(opened)) == []


def test_a_date_that_is_none_is_kept_as_it_is_printed(listed: Path) -> None:
    (listed / "rw.csv").write_text(
        HEAD + ROWS.partition("\n")[0].replace("3/14/2026 0:00", "in spring"), "utf-8"
    )
    out, _ = said(listed / "store", "notices", str(listed / "rw.csv"))
    assert "dated in spring" in out


@pytest.mark.slow
def test_a_list_takes_the_place_of_the_list_before_and_stays_with_the_report(listed: Path) -> None:
    (listed / "rw.csv").write_text(HEAD + ROWS, encoding="utf-8")
    said(listed / "store", "notices", str(listed / "rw.csv"))
    with open_store(listed / "store", writable=True) as opened:
        before = opened.digest()
        assert len(tuple(load(opened, [listed / "a.yaml"]))) == 1
        assert opened.digest() == before
        assert len(flags_of(opened)) == 3
    (listed / "rw.csv").write_text(HEAD + ROWS.partition("\n")[0] + "\n", encoding="utf-8")
    out, _ = said(listed / "store", "notices", str(listed / "rw.csv"))
    assert len(out.splitlines()) == 1
    (listed / "rw.csv").write_text(HEAD, encoding="utf-8")
    assert said(listed / "store", "notices", str(listed / "rw.csv"))[0] == ""


def test_what_a_document_tells_already_is_not_told_twice(listed: Path) -> None:
    text = document("retracted", "kind: retraction, doi: 10.5555/notice").replace(
        "key: retracted", "doi: 10.5555/one"
    )
    (listed / "a.yaml").write_text(text, encoding="utf-8")
    with open_store(listed / "store", writable=True) as opened:
        assert isinstance(next(iter(load(opened, [listed / "a.yaml"]))), Loaded)
    (listed / "rw.tsv").write_text((HEAD + ROWS.partition("\n")[0] + "\n").replace(",", "\t"), "utf-8")
    out, told = said(listed / "store", "notices", str(listed / "rw.tsv"))
    assert out == "10.5555/one was retracted (https://doi.org/10.5555/notice)\n"
    assert told[0] == "rows: 1; taken up: 0; told by case documents already: 1; of no known nature: 0"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("DOI,Nature\n", "no column RetractionNature, OriginalPaperDOI or OriginalPaperPubMedID"),
        ("RetractionNature\n", "no column OriginalPaperDOI or OriginalPaperPubMedID"),
    ],
)
def test_a_table_without_the_columns_is_refused(text: str, what: str, listed: Path) -> None:
    (listed / "rw.csv").write_text(text, encoding="utf-8")
    call = ["notices", str(listed / "rw.csv"), "--store", str(listed / "store")]
    done = CliRunner().invoke(commands, call)
    assert done.exit_code == 2
    assert what in done.stderr
    assert "columns of the Retraction Watch Database" in done.stderr


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    (tmp_path / "rw.csv").write_text(HEAD, encoding="utf-8")
    call = ["notices", str(tmp_path / "rw.csv"), "--store", str(tmp_path / "none")]
    assert CliRunner().invoke(commands, call).exit_code == 2
    assert not (tmp_path / "none").exists()
