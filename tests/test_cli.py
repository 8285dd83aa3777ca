"""The command line: what it prints, in which form, with which exit code, and what it leaves unloaded."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml
from click.testing import CliRunner, Result

import casegraph
from casegraph.cli import COMMANDS, commands
from casegraph.cli.chart import draw
from casegraph.facts import case_iris, read_case
from casegraph.ingest import Loaded, load
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.query import get_query, stored_queries
from casegraph.resources import shipped
from casegraph.store import LEDGER, open_store
from casegraph.story.words import Words
from casegraph.terms import shipped_terms

ROOT = Path(__file__).resolve().parents[1]
DOI = "10.1007/s13555-020-00421-8"
CASE = f"{BASE}case/{DOI}/1"
REPORT = f"{BASE}report/{DOI}"
(OTHER,) = shipped("cases", "ramseur-1989.yaml")
HEAVY = (
    "rdflib",
    "pyshacl",
    "owlready2",
    "SPARQLWrapper",
    "pandas",
    "rustdl",
    "shacl",
    "curies",
    "pydantic",
    "ucumvert",
    "pint",
    "lark",
)
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix e: <https://example.org/> .
e:Named a sh:NodeShape ; sh:targetClass e:Person ;
  sh:property e:Named-name .
e:Named-name a sh:PropertyShape ; sh:path e:name ; sh:minCount 1 ; sh:message "Give the person a name." .
"""
DATA = "@prefix e: <https://example.org/> . e:x a e:Person . e:y a e:Person ; e:name 'Y' ."


def run(*args: str | Path, code: int = 0, env: dict[str, str] | None = None) -> Result:
    """Run the command line and require an exit code."""
    result = CliRunner().invoke(commands, [str(arg) for arg in args], env=env)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def program(*args: str | Path) -> list[str]:
    return [sys.executable, "-m", "casegraph", *map(str, args)]


@pytest.fixture(scope="module", autouse=True)
def same_package() -> Iterator[None]:
    """Let programs find the package that is tested, from any folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(casegraph.__file__).parents[1]))
        patch.delenv("CASEGRAPH_STORE", raising=False)
        yield


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that holds the first shipped case alone; do not write to it."""
    folder = tmp_path_factory.mktemp("cli") / "store"
    run("load", *shipped("cases", "miao-2020.yaml"), "--store", folder)
    return folder


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that holds all shipped cases; do not write to it."""
    folder = tmp_path_factory.mktemp("cli") / "corpus"
    run("load", *shipped("cases", "*.yaml"), "--store", folder)
    return folder


@pytest.fixture(scope="module")
def two_reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that holds the shipped case and another one; copy it before you write."""
    folder = tmp_path_factory.mktemp("cli") / "two"
    run("load", *shipped("cases", "miao-2020.yaml"), OTHER, "--store", folder)
    return folder


# -- help and weight


def test_every_command_of_the_table_is_there() -> None:
    assert len(COMMANDS) >= 14
    listed = run("--help").stdout
    for name, (_, summary) in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(summary)}$", listed, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_examples(name: str) -> None:
    text = run(name, "--help").stdout
    assert run(name, "-h").stdout == text
    assert text.startswith(f"Usage: commands {name}")
    examples = text.partition("\nExamples:\n")[2]
    assert len(re.findall(rf"^  # .+\n  casegraph {name}\b", examples, re.MULTILINE)) in (2, 3, 4)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_needs_a_store_takes_one(name: str) -> None:
    needs_none = {"merge", "map", "check", "new", "fmt", "diff", "explain", "term", "schema", "vocab"}
    assert ("--store S" in run(name, "--help").stdout) == (name not in needs_none)


def test_the_version() -> None:
    assert re.fullmatch(r"casegraph, version \d+\.\d+\.\d+\n", run("--version").stdout)


def loaded_modules(*args: str | Path) -> set[str]:
    code = (
        "import sys\nfrom casegraph.cli import commands\n"
        "commands.main(sys.argv[1:], standalone_mode=False)\nprint('---', *sys.modules)"
    )
    call = [sys.executable, "-c", code, *map(str, args)]
    said = subprocess.run(call, capture_output=True, text=True, check=True).stdout
    return set(said.rpartition("---")[2].split())


def test_help_loads_nothing_but_click() -> None:
    modules = loaded_modules("--help")
    assert "click" in modules
    assert not modules & {*HEAVY, "pyoxigraph", "msgspec", "yaml", "rich"}
    assert {each for each in modules if each.startswith("casegraph.cli.")} == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    "call",
    [
        ("query",),
        ("query", "doses_of_drug", "-p", "drug=IL-2", "-f", "table"),
        ("cases",),
        ("show", DOI),
        ("why", f"{DOI}/1#il2-weekly"),
        ("why", f"{DOI}/1", "refractoryTo"),
        ("sparql", "ASK {}"),
        ("digest",),
        ("term", "IL-2"),
        ("new", "10.1000/xyz"),
        ("fmt", "--check", OTHER),
        ("diff", OTHER, OTHER),
    ],
    ids=lambda call: call[0],
)
def test_a_look_up_loads_no_heavy_library(call: tuple[str, ...], store: Path) -> None:
    at = () if call[0] in ("term", "new", "fmt", "diff") else ("--store", store)
    modules = loaded_modules(*call, *at)
    assert "casegraph.cli" in modules
    assert not modules & set(HEAVY)


def test_a_stored_query_in_a_pipe_loads_no_vocabulary_and_nothing_of_a_network(store: Path) -> None:
    modules = loaded_modules("query", "cases_by_finding", "-f", "tsv", "--store", store)
    assert "casegraph.query" in modules
    network = {"casegraph.store.endpoint", "http.client", "ssl", "email.message"}
    assert not modules & {
        *HEAVY,
        *network,
        "casegraph.terms",
        "sqlite3",
        "casegraph.model",
        "concurrent.futures",
    }


# -- load, check, digest, remove


@pytest.mark.slow
def test_load_tells_each_document_and_whether_it_was_there(tmp_path: Path) -> None:
    paths = (*shipped("cases", "miao-2020.yaml"), OTHER)
    first = run("load", *paths, "--store", tmp_path / "s")
    head, *lines = (line.split("\t") for line in first.stdout.splitlines())
    assert head == ["state", "iri", "cases", "claims", "quads", "file"]
    assert [line[:3] for line in lines] == [
        ["new", REPORT, "1"],
        ["new", f"{BASE}report/key/pemphigus-il2-interferon-1989", "1"],
    ]
    with open_store(tmp_path / "s") as opened:
        for line in lines:
            graphs = [each for each in opened.graphs() if line[1].removeprefix(f"{BASE}report/") in each]
            quads = {graph: list(opened.dump(graph)) for graph in graphs}
            assert int(line[4]) == sum(map(len, quads.values()))
            assert int(line[3]) == sum(f"<{CG}basis>" in quad for each in quads.values() for quad in each)
    again = run("load", paths[0], "--store", tmp_path / "s")
    assert again.stdout.splitlines()[1].startswith(f"unchanged\t{REPORT}\t1\t")
    before = run("digest", "--store", tmp_path / "s").stdout
    run("load", paths[0], "--store", tmp_path / "s")
    assert run("digest", "--store", tmp_path / "s").stdout == before


def test_a_dry_run_makes_no_store(tmp_path: Path) -> None:
    result = run("load", *shipped("cases", "miao-2020.yaml"), "--dry-run", "--store", tmp_path / "s")
    assert result.stdout.splitlines()[1].startswith(f"dry run\t{REPORT}")
    assert list(tmp_path.iterdir()) == []


def test_load_reads_files_as_what_the_user_insists_on(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(OTHER.read_bytes())
    assert len(run("load", tmp_path, "--format", "case", "--dry-run").stdout.splitlines()) == 2
    insisted = run("load", tmp_path, "--format", "phenopacket", "--dry-run", code=1)
    assert "1 of 1 record rejected" in insisted.stderr
    assert f"{tmp_path / 'a.yaml'}: rejected" in insisted.stderr


def test_check_says_that_all_is_well() -> None:
    assert run("check", *shipped("cases", "miao-2020.yaml"), OTHER).stdout == "2 documents, no problem\n"
    assert json.loads(run("check", OTHER, "-f", "json").stdout) == []


def test_check_as_json() -> None:
    path = ROOT / "tests" / "invalid" / "unknown-key.yaml"
    (problem,) = json.loads(run("check", path, "-f", "json", code=1).stdout)
    assert problem["file"] == str(path)
    assert (problem["line"], problem["code"]) == (11, "unknown-key")
    assert problem["todo"] == "did you mean 'sex'?"


@pytest.mark.slow
def test_the_digest_is_that_of_each_graph(store: Path) -> None:
    lines = run("digest", "--store", store).stdout.splitlines()
    with open_store(store) as opened:
        assert dict(line.split("\t") for line in lines) == opened.digest()
    assert lines == sorted(lines)
    kinds = ("asserted", "inferred", "provenance")
    assert {f"{CASE}/{kind}" for kind in kinds} | {REPORT} <= {line.split("\t")[0] for line in lines}
    assert f"{BASE}ledger" not in "".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("named", [DOI, f"{DOI}/1", CASE, REPORT])
def test_remove_takes_the_report_with_its_cases_and_nothing_else(
    named: str, two_reports: Path, tmp_path: Path
) -> None:
    shutil.copytree(two_reports, tmp_path / "s")
    before = set(run("digest", "--store", tmp_path / "s").stdout.splitlines())
    result = run("remove", named, "--store", tmp_path / "s")
    removed = set(result.stdout.splitlines())
    assert removed == {f"{CASE}/asserted", f"{CASE}/inferred", f"{CASE}/provenance", REPORT}
    assert result.stderr == f"removed {REPORT} with its 1 case\n"
    after = set(run("digest", "--store", tmp_path / "s").stdout.splitlines())
    assert {line.split("\t")[0] for line in before - after} == removed
    assert after <= before


# -- cases, show


def test_cases_lists_them(store: Path) -> None:
    (row,) = json.loads(run("cases", "--store", store, "-f", "json").stdout)["results"]["bindings"]
    told = {name: term["value"] for name, term in row.items()}
    assert told["case"] == CASE
    assert told["diagnosis"] == "hypomyopathic dermatomyositis"
    assert (told["sex"], told["age"], told["doi"]) == ("female", "61", DOI)
    assert told["title"].startswith("Hypomyopathic Dermatomyositis with Refractory Dermatitis")
    assert int(told["claims"]) > 90


@pytest.mark.slow
def test_cases_lists_one_without_a_claim_and_names_the_groups(tmp_path: Path) -> None:
    path = tmp_path / "bare.yaml"
    path.write_text(
        "casegraph: 1\nreport: {title: Bare, key: bare, extent: fullText}\n"
        "cases: {'1': {}}\ngroups: {'1': {patients: 5}}\n"
    )
    run("load", path, "--store", tmp_path / "store")
    result = run("cases", "--store", tmp_path / "store", "-f", "csv")
    assert [line.split(",")[0] for line in result.stdout.splitlines()[1:]] == [f"{BASE}case/key/bare/1"]
    assert f"a group, which is no case: {BASE}group/key/bare/1" in result.stderr
    assert (
        "Group: 5 patients\n" in run("show", f"{BASE}group/key/bare/1", "--store", tmp_path / "store").stdout
    )


def test_an_answer_without_a_row_says_what_was_not_set(store: Path) -> None:
    asked = ("query", "cases_treated_with", "--store", store)
    assert run(*asked, "-p", "drug=rituximab").stderr == ""
    other = ("query", "refractory_cases_responding", "-p", "drug=rituximab", "--store", store)
    disease = "disease: dermatomyositis and 12 terms below it"
    assert f"no row; asked with the query's own example of {disease}, refractory: " in run(*other).stderr
    said = f"asked with the query's own example of drug: interleukin-2, {disease}, refractory: authors;"
    for words in (("query", other[1], "-f", "table"), ("why", other[1])):
        told = run(*words, "--store", store).stderr
        assert said in told
        assert told.endswith("refractory: authors; set it by -p NAME=VALUE\n")
    told = run("query", other[1], "--store", store).stderr  # what goes into a pipe has no labels
    assert (
        told == "asked with the query's own example of drug, disease, refractory; set it by -p NAME=VALUE\n"
    )


def test_the_store_may_come_from_the_environment(store: Path) -> None:
    assert CASE in run("cases", env={"CASEGRAPH_STORE": str(store)}).stdout


#: what a line must hold, as a pattern, and where in the report that stands (or with what it goes).
SHOWN = [
    (r"^Patient: female, 61 years old at onset$", ""),
    (r"^final: hypomyopathic dermatomyositis\b", "case presentation, paragraph 3"),
    (r"^excluded: internal malignancy\b", "case presentation, paragraph 2"),
    (r"^Pruritus \(.*at onset", "case presentation, paragraph 1"),
    (r"^Pruritus \(elbow, foot, extensor side .* and side of the palm\)", "case presentation, paragraph 1"),
    (r"^rough skin \(bilateral hand\)", "case presentation, paragraph 3"),
    (r"^anti-PL-7 antibody: positive\b", "case presentation, paragraph 2"),
    (
        r"^lactate dehydrogenase level: higher than before or than normal, slight\b",
        "case presentation, paragraph 3",
    ),
    (r"^body weight: 50 kg\b", "derived from csa-daily and prednisone-2-start"),
    (r"^hydroxychloroquine: from start, still given at writing", "case presentation, paragraph 1"),
    (r"^prednisone: from start, a stop is only implied at il2-start", "case presentation, paragraph 1"),
    (
        r": 1,000,000 IU \(printed as 106 IU in the text\) once a week, subcutaneous",
        "presentation, paragraph 2",
    ),
    (
        r": 1,000,000 IU \(printed as 106 IU in the text\) twice a week.*because of",
        "presentation, paragraph 3",
    ),
    (r"^from csa-start: 100 mg/day, that is 2 mg/kg\b", "case presentation, paragraph 3"),
    (r"^from start: 200 mg twice a day\b", "case presentation, paragraph 1"),
    (
        r"^muscle: worse, on interleukin-2 1,000,000 IU .* once a week",
        "ran hydroxychloroquine; possibly also prednisone",
    ),
    (r"^no adverse event, during interleukin-2\b", "case presentation, paragraph 3"),
    (r"^no significant adverse event, during interleukin-2\b", "abstract, paragraph 1"),
    (r"^flare \(muscle and skin\), following prednisone\b", "case presentation, paragraph 3"),
    (r"^symptom-free interval, for at least 243 days, ", "printed as “8 months”"),
    (r"^refractory \(skin; hypomyopathic dermatomyositis\): ", "the authors' word; discussion, paragraph 1"),
    (r"^interstitial lung disease\b", "searched in the whole report"),
    (r"^il2-start: day 15\d or later by the curator's reading, on treatment$", ""),
    (r"^on-il2: day .*; order: anywhere from il2-start to writing$", ""),
    (r"^Time: occasions in order, days counted from start$", ""),
]


@pytest.mark.parametrize(("pattern", "place"), SHOWN, ids=range(len(SHOWN)))
def test_show_tells_the_case_with_its_places(pattern: str, place: str, store: Path) -> None:
    lines = [line.strip() for line in run("show", DOI, "--store", store).stdout.splitlines()]
    found = [line for line in lines if re.search(pattern, line)]
    assert found, pattern
    assert any(place in line for line in found)


@pytest.mark.slow
def test_show_leaves_no_claim_out(tmp_path: Path) -> None:
    documents = sorted((Path(__file__).parent / "documents").glob("*.yaml"))
    run("load", *documents, *shipped("cases", "*.yaml"), "--store", tmp_path / "store")
    with open_store(tmp_path / "store") as opened:
        known = [read_case(opened, iri) for iri in case_iris(opened)]
    told = 0
    for facts in known:
        text = run("show", facts.case, "--store", tmp_path / "store").stdout
        nodes = {node for node, name in facts._values if name == CG + "basis"}
        assert {node for node in nodes if f"[#{node.rpartition('#')[2]}" not in text} == set(), facts.case
        told += len(nodes)
    assert len(known) >= 34
    assert told >= 680


def test_show_keeps_present_absent_and_unstated_apart(store: Path) -> None:
    text = run("show", CASE, "--store", store).stdout
    parts = dict(re.findall(r"^(\S.*)\n((?:  .*\n)+)", text, re.MULTILINE))
    present, absent = parts["Findings present"], parts["Findings absent: the report says so"]
    assert [line.split(",")[0].strip() for line in absent.splitlines()] == [
        *("Fever", "Myalgia", "Muscle weakness", "Wheezing", "Chest pain", "Dysphagia", "Myalgia"),
    ]
    assert "Fever" not in present
    (path,) = shipped("cases", "miao-2020.yaml")
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    case, silences = document["cases"]["1"], document["report"]["silences"]
    assert present.count("[#") == len(case["findings"]["present"]) >= 10
    unstated = parts["Not stated: looked for, which is not absence"]
    assert unstated.count("[#") == len(case["not_reported"]) + len(silences) >= 10
    assert parts["What does not fit together"].count("[#") == len(case["conflicts"]) >= 12
    assert "Findings left open" not in parts


@pytest.mark.slow
def test_show_tells_what_follows_apart_from_what_the_report_says(store: Path) -> None:
    heading = "What follows by rule, and is no word of the report"
    said, _, follows = run("show", CASE, "--store", store).stdout.partition(heading)
    assert "refractory to hydroxychloroquine by the definition" in follows
    assert "by the definition" not in said
    assert "skin, improved on interleukin-2: added to background" in follows
    assert follows.count("treatment line: number") == 3
    assert heading not in run("show", CASE, "--asserted", "--store", store).stdout


def test_every_line_about_a_claim_says_where_it_stands(store: Path) -> None:
    lines = run("show", CASE, "--store", store).stdout.splitlines()
    claims = [line for line in lines if "[#" in line]
    assert len(claims) > 100
    assert [line for line in claims if not re.search(r"\[#[\w-]+; .*\]$", line)] == []


# -- query, sparql


def test_the_list_of_queries(store: Path) -> None:
    names = {path.stem for path in shipped("queries", "*.rq")}
    lines = run("query").stdout.splitlines()[1:]
    assert {line.split("\t")[0].strip('"') for line in lines} == names
    assert len(names) >= 20


def test_what_a_query_is_about() -> None:
    text = run("query", "refractory_cases_responding", "--about").stdout
    head = get_query("refractory_cases_responding").head
    assert head.question in text
    for name in (*head.parameters, *head.returns):
        assert f"\n  {name}: " in text


ASKED = ("query", "doses_of_drug", "-p", "drug=IL-2")


def test_a_query_in_each_format(store: Path) -> None:
    at = ("--store", store)
    answer = json.loads(run(*ASKED, *at, "-f", "json").stdout)
    names, count = answer["head"]["vars"], len(answer["results"]["bindings"])
    assert count == 2
    assert run(*ASKED, *at, "-f", "csv").stdout_bytes.startswith((",".join(names) + "\r\n").encode())
    tsv = run(*ASKED, *at).stdout
    assert run(*ASKED, *at, "-f", "tsv").stdout == tsv
    assert tsv.splitlines()[0] == "\t".join(f"?{name}" for name in names)
    assert len(tsv.splitlines()) == count + 1
    rows = [json.loads(line) for line in run(*ASKED, *at, "-f", "jsonl").stdout.splitlines()]
    assert {row["dose"] for row in rows} == {1_000_000}
    assert run(*ASKED, *at, "-f", "md").stdout.splitlines()[1].startswith("| --- |")
    assert "1,000,000" in run(*ASKED, *at, "-f", "table").stdout


def test_no_rows_are_no_failure(store: Path) -> None:
    result = run("sparql", "SELECT ?x { ?x cg:nothing ?y }", "--store", store)
    assert result.stdout == "?x\n"
    assert "no rows" in run("sparql", "SELECT ?x { ?x cg:no ?y }", "-f", "table", "--store", store).stderr


def test_ask(store: Path) -> None:
    at = ("--store", store)
    assert run("sparql", "ASK { ?case a cg:Case }", *at).stdout == "true\n"
    assert run("sparql", "ASK { ?case a cg:Nothing }", *at, code=1).stdout == "false\n"
    said = run("sparql", "ASK { ?case a cg:Nothing }", "-f", "json", *at, code=1).stdout
    assert json.loads(said)["boolean"] is False


@pytest.mark.parametrize(
    ("form", "syntax"),
    [
        ("ttl", ox.RdfFormat.TURTLE),
        ("nq", ox.RdfFormat.N_QUADS),
        ("trig", ox.RdfFormat.TRIG),
        ("jsonld", ox.RdfFormat.JSON_LD),
    ],
)
def test_triples_in_each_format(form: str, syntax: ox.RdfFormat, store: Path) -> None:
    asked = "CONSTRUCT { ?case cg:treatedWith ?drug } WHERE { ?case cg:treatedWith ?drug }"
    written = run("sparql", asked, "-f", form, "--store", store).stdout
    triples = {str(quad.triple) for quad in ox.parse(written, format=syntax)}
    assert len(triples) == 4
    assert f"<{CASE}> <{CG}treatedWith> <{CG}Interleukin2Drug>" in triples


def test_a_query_from_a_file_and_from_a_pipe(store: Path, tmp_path: Path) -> None:
    path = tmp_path / "q.rq"
    path.write_text("# PREFIX cg: is known\nSELECT ?c { ?c a cg:Case }", encoding="utf-8")
    told = run("sparql", f"@{path}", "--store", store).stdout
    assert told == f"?c\n<{CASE}>\n"
    piped = CliRunner().invoke(
        commands, ["sparql", "-", "--store", str(store)], input=path.read_text(encoding="utf-8")
    )
    assert piped.stdout == told


# -- validate


@pytest.fixture
def own(tmp_path: Path) -> tuple[str, ...]:
    """Return the arguments that check some data against some shapes of one's own."""
    (tmp_path / "shapes.ttl").write_text(SHAPES, encoding="utf-8")
    (tmp_path / "data.ttl").write_text(DATA, encoding="utf-8")
    return "validate", "--data", str(tmp_path / "data.ttl"), "--shapes", str(tmp_path / "shapes.ttl")


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_any_data_against_any_shapes(own: tuple[str, ...], engine: str) -> None:
    text = run(*own, "--engine", engine, code=1).stdout
    assert "Give the person a name." in text
    assert "https://example.org/x" in text
    assert "https://example.org/y" not in text
    report = list(ox.parse(run(*own, "-f", "ttl", code=1).stdout, format=ox.RdfFormat.TURTLE))
    sh = PREFIXES["sh"]
    assert [quad.object.value for quad in report if quad.predicate.value == f"{sh}conforms"] == ["false"]
    focus = [quad.object for quad in report if quad.predicate.value == f"{sh}focusNode"]
    assert focus == [ox.NamedNode("https://example.org/x")]
    (said,) = json.loads(run(*own, "-f", "json", code=1).stdout)
    assert (said["ok"], len(said["results"])) == (False, 1)


def test_the_cases_of_a_store_are_validated_each_on_its_own(store: Path) -> None:
    said = json.loads(run("validate", "--store", store, "-f", "json").stdout)
    assert [each["source"] for each in said] == [CASE]
    assert said[0]["ok"]
    (path,) = shipped("cases", "miao-2020.yaml")
    (document,) = json.loads(run("validate", path, "-f", "json").stdout)
    assert document["results"] == said[0]["results"]


@pytest.mark.slow
def test_the_reference_engine_agrees_on_a_document() -> None:
    told = [
        json.loads(run("validate", OTHER, "-f", "json", "--engine", engine).stdout)[0]["results"]
        for engine in ("shacl", "pyshacl")
    ]
    assert len(told[0]) >= 5
    assert [each["focus"] for each in told[0]] == [each["focus"] for each in told[1]]


# -- why


def test_why_a_claim(store: Path) -> None:
    text = run("why", f"{DOI}/1#il2-weekly", "--store", store).stdout
    assert "stated in: case presentation, paragraph 2, characters 4417 to 4524" in text
    assert "repaired; the text prints “106 IU”" in text
    assert run("why", f"{CASE}#il2-weekly", "--store", store).stdout == text


@pytest.mark.slow
def test_why_a_derived_value_and_a_background(store: Path) -> None:
    weight = run("why", f"{DOI}/1#body-weight", "--store", store).stdout
    assert "basis: derived" in weight
    assert weight.count("derived from: dose segment: ") == 2
    response = run("why", f"{DOI}/1#skin-on-weekly-il2", "--store", store).stdout
    assert re.search(r"derived: has background #hcq \(.+\)", response)
    assert re.search(r"derived: may have background #prednisone-1 \(.+\)", response)


#: queries whose rows are counts, or tell of terms and of no case.
COUNTING = {
    name
    for name, query in stored_queries().items()
    if {"corpus", "completeness", "mapping", "merging"} & set(query.head.tags)
}


#: queries about the patient, whose age, sex and label stand on the case without a passage.
OF_PATIENTS = {"patient", "patients_of_one_report"}
#: queries about classes, which follow from definitions in OWL and not by a rule.
OF_CLASSES = {"cases_by_class"}
#: queries of retracted and corrected reports, of which none ships: tests/test_notices.py asks them.
OF_NOTICES = {name for name, query in stored_queries().items() if "notice" in query.head.tags}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", sorted(set(stored_queries()) - OF_PATIENTS - OF_CLASSES - OF_NOTICES - COUNTING)
)
def test_why_gives_the_evidence_of_each_row(name: str, corpus: Path) -> None:
    text = run("why", name, "--store", corpus).stdout
    count, rows = (
        text.partition(" row")[0].rpartition("\n")[2],
        re.split(r"^Row \d+: ", text, flags=re.MULTILINE),
    )
    assert len(rows) - 1 == int(count) > 0
    for row in rows[1:]:
        assert re.search(
            r"stated in: |because of |searched in: |derived from: |between: |includes: |explained above", row
        ), row


def test_why_says_where_there_is_no_passage_to_show(store: Path) -> None:
    told = "No row names a claim, so there is no passage to show; "
    assert (
        f"{told}casegraph query outcomes_by_drug --about"
        in run("why", "outcomes_by_drug", "--store", store).stdout
    )
    assert told not in run("why", "responses_to_drug", "--store", store).stdout
    assert told not in run("why", "cases_treated_with", "--store", store).stdout


@pytest.mark.slow
def test_why_a_property_of_a_case(store: Path) -> None:
    text = run("why", DOI, "treatedWith", "--store", store).stdout
    parts = re.split(r"^treated with: ", text, flags=re.MULTILINE)[1:]
    assert len(parts) == 4
    (prednisone,) = (part for part in parts if part.startswith("prednisone (CHEBI:8382)"))
    assert "\n  rule treated_with\n" in prednisone
    assert text.count("\n  treated_with: The concept of a drug or procedure that was given, and not ") == 1
    assert re.findall(r"because of .*\[#([a-z0-9-]+);", prednisone) == ["prednisone-1", "prednisone-2"]
    everything = run("why", DOI, "--store", store).stdout
    assert "\ntreated with: prednisone (CHEBI:8382)\n  rule treated_with\n" in everything
    assert "\n  excluded_phenotype: " in everything


def test_why_an_antibody_leaves_negative_tests_out(store: Path) -> None:
    text = run("why", DOI, "cg:autoantibody", "--store", store).stdout
    named = set(re.findall(r"because of .*\[#([a-z0-9-]+);", text))
    assert named == {"ana", "ssa", "rheumatoid-factor", "pl7", "tif1-gamma", "ro52"}


def test_why_a_finding_leaves_its_absence_out(store: Path) -> None:
    text = run("why", DOI, "phenotype", "--store", store).stdout
    parts = re.split(r"^phenotype: ", text, flags=re.MULTILINE)
    (weakness,) = (part for part in parts if part.startswith("Muscle weakness (HP:0001324)"))
    named = re.findall(r"because of .*\[#([a-z0-9-]+);", weakness)
    assert "strength-decline" in named
    assert "no-weakness-at-onset" not in named


def test_why_a_stored_query_gives_the_evidence_of_each_row(store: Path) -> None:
    text = run("why", "refractory_cases_responding", "--store", store).stdout
    rows = text.split("\nRow ")[1:]
    assert len(rows) == 3
    for name, row in zip(
        ("skin-on-weekly-il2", "muscle-on-twice-weekly-il2", "skin-on-twice-weekly-il2"), rows, strict=True
    ):
        assert f"{CASE}#{name}\n" in row
        assert "stated in: case presentation, paragraph " in row
    assert "stated in: discussion, paragraph 1, characters 6126 to 6247" in rows[0]


# -- term, schema, reason


def test_term() -> None:
    head, row = (line.split("\t") for line in run("term", "IL-2").stdout.splitlines())
    told = dict(zip(head, row, strict=True))
    assert (told["term"], told["label"]) == ("cg:Interleukin2Drug", "interleukin-2")
    assert (told["matched"], told["name"], told["kind"]) == ("synonym", "IL-2", "drug")
    assert "low-dose IL-2" in told["synonyms"].split(" | ")
    assert told["parents"] == "cg:Drug drug"
    table = run("term", "UBERON:0001461", "-f", "table").stdout
    assert re.search(r"^  part or kind of  UBERON:", table, re.MULTILINE)
    assert re.search(r"^  kind +site$", table, re.MULTILINE)
    (close,) = json.loads(run("term", "dermatomyosits", "-f", "json").stdout)
    assert (close["term"], close["matched"], close["name"]) == (
        "MONDO:0016367",
        "spelling",
        "dermatomyositis",
    )


def test_the_schema_tells_the_form_of_a_case_document() -> None:
    schema = json.loads(run("schema").stdout)
    assert schema["$id"].startswith(BASE)
    parts = schema["$defs"]
    assert set(parts["Case"]["properties"]) >= {"findings", "treatments", "responses", "occasions"}
    assert parts["CaseDocument"]["required"] == ["casegraph", "report"]
    assert "taper" in parts["DoseSegment"]["description"]
    assert "A term: its CURIE" in parts["Finding"]["properties"]["what"]["description"]
    assert parts["Finding"]["additionalProperties"] is False


@pytest.mark.slow
def test_reason_classifies_the_ontology_and_the_cases(store: Path) -> None:
    lines = [line.split("\t") for line in run("reason", "--store", store).stdout.splitlines()]
    assert lines[:2] == [["ontology", "consistent"], ["unsatisfiable classes", "0"]]
    assert int(dict(line[:2] for line in lines)["classes"]) > 1000
    assert lines[-1][0] == CASE
    assert {"cg:MyositisCase myositis case", "cg:Interleukin2TreatedCase interleukin-2-treated case"} <= set(
        lines[-1]
    )


@pytest.mark.slow
def test_reason_without_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CASEGRAPH_STORE", raising=False)
    assert "no case to place" in run("reason").stderr
    run("reason", "--store", "elsewhere", code=2)


def test_what_shapes_import_is_said_not_to_be_fetched(tmp_path: Path) -> None:
    (tmp_path / "data.ttl").write_text(DATA, encoding="utf-8")
    imports = "<https://example.org/s> <http://www.w3.org/2002/07/owl#imports> <https://example.org/more> ."
    (tmp_path / "shapes.ttl").write_text(SHAPES + imports, encoding="utf-8")
    args = ("validate", "--data", tmp_path / "data.ttl", "--shapes", tmp_path / "shapes.ttl")
    assert "owl:imports <https://example.org/more> is not followed" in run(*args, code=1).stderr


# -- demo


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Return what the demo tells, and the folder it was called in."""
    folder = tmp_path_factory.mktemp("demo")
    call = subprocess.run(program("demo"), cwd=folder, capture_output=True, text=True, check=True)
    assert call.stderr == ""
    yield call.stdout, folder


@pytest.mark.slow
def test_the_demo_tells_the_headline_answer(told: tuple[str, Path]) -> None:
    text, _ = told
    assert "All conform to the shapes: no violation" in text
    assert "Answer: 3 responses in 1 case." in text
    assert f"https://doi.org/{DOI}\n" in text
    assert "Diagnosis, as the authors give it: hypomyopathic dermatomyositis\n" in text
    first = text.partition("  1. ")[2].partition("  2. ")[0]
    columns = {name: number for number, name in re.findall(r"^ *~?(\d+) ([a-z0-9-]+): ", text, re.MULTILINE)}
    assert first.startswith(
        f"Skin: improved, within 7 days (column {columns['il2-week-1']} of the chart below)."
    )
    assert (
        "On interleukin-2 1,000,000 IU (printed as 106 IU in the text) once a week, subcutaneous.\n" in first
    )
    assert "Beside it ran hydroxychloroquine; possibly prednisone too.\n" in first
    decline = f"(column {columns['decline']} of the chart below)"
    assert f"Later, on the same dosing: muscle worse (Muscle weakness) {decline}" in first
    assert "Later, on the same dosing: muscle and skin flare" in first
    assert "[#skin-on-weekly-il2; case presentation, paragraph 2, characters 4525 to 4679]" in first
    assert "Refractory is the authors' word" in text
    assert "discussion, paragraph 1, characters 6126 to 6247" in text


def test_the_demo_counts_what_is_in_its_store(told: tuple[str, Path]) -> None:
    text, folder = told
    found = re.search(r"Loaded 24 case reports into (\S+): ([\d,]+) claims as ([\d,]+) quads", text)
    assert found is not None
    with open_store(folder / found[1]) as opened:
        own = [graph for graph in opened.graphs() if graph not in (LEDGER, f"{BASE}ontology")]
        quads = [line for graph in own for line in opened.dump(graph)]
    assert int(found[3].replace(",", "")) == len(quads)
    assert int(found[2].replace(",", "")) == sum(f"<{CG}basis>" in line for line in quads)


def test_the_demo_says_who_else_was_given_the_drug_and_why_they_are_not_in_the_answer(
    told: tuple[str, Path],
) -> None:
    part = told[0].partition("and not in the answer:\n")[2].partition("\n\n")[0]
    assert re.findall(r"^  (.+?): (another disease|a group is no case)", part, re.MULTILINE) == [
        ("Behcet disease", "another disease"),
        ("systemic lupus erythematosus", "another disease"),
        ("non-Hodgkin lymphoma and pemphigus vulgaris", "another disease"),
        ("5 patients with alopecia areata", "a group is no case"),
        ("18 patients with idiopathic inflammatory myopathy", "a group is no case"),
    ]
    assert [line.count("a harm is put down to it") for line in part.splitlines()] == [0, 0, 1, 0, 0]
    assert "perhaps the patient above is among them" in part.splitlines()[-1]


def test_the_chart_has_one_line_a_drug_and_shows_open_ends(told: tuple[str, Path]) -> None:
    chart = told[0].partition("Treatments of the patient")[2]
    lines = {line.split("  ")[0]: line for line in chart.splitlines() if line[:1].isalpha()}
    drugs = {name: line for name, line in lines.items() if "─" in line}
    assert set(drugs) == {"hydroxychloroquine", "prednisone", "interleukin-2", "cyclosporin A"}
    assert all(line.endswith("─>") for line in drugs.values())
    steps = r"0\.5 mg/kg/day─+\?\.+50 mg/day─+50→30─+30→20─+.*\(20→10\)─+10─+>"
    assert re.search(steps, drugs["prednisone"])
    assert re.search(r" 1,000,000 IU 1x/week─+1,000,000 IU 2x/week─+>", drugs["interleukin-2"])
    marks = {name: [mark.rstrip(".") for mark in line.split()[1:]] for name, line in lines.items()}
    assert marks["skin"] == ["+", "-", "+", "!", "o"]
    assert marks["muscle"][-4:] == ["-", "+", "!", "o"]
    assert re.search(r" \+\.{20,}$", lines["immune cells"]), "at some time on the drug, as late as the end"
    assert re.search(r" \+ +-", lines["skin"])
    assert "not to scale" in chart


MADE_UP = """
casegraph: 1
report: {title: A made-up case, key: made-up, extent: fullText}
passages:
  p: {section: case-presentation, paragraph: 1}
cases:
  '1':
    sex: male
    zero_point: start
    occasions:
      start: {}
      middle: {anchor: start, start: [10, 20]}
      late: {anchor: start, start: [30, 40]}
      some-time: {anchor: start, start: [0, null]}
    treatments:
      - id: stopped
        what: 'CHEBI:8382 prednisone'
        at: start
        ends_at: middle
        stated_in: p
        doses:
          - {id: stopped-dose, at: start, dose: 20, unit: mg/d, stated_in: p}
      - {id: beside, what: 'CHEBI:8382 prednisone', at: start, ongoing_at: late, stated_in: p}
      - {id: unknown, what: 'CHEBI:5801 hydroxychloroquine', at: middle, stated_in: p}
      - id: hinted
        what: 'CHEBI:4031 cyclosporin A'
        at: start
        ends_at: middle
        end_basis: implied
        stated_in: p
      - {id: timeless, what: 'cg:Interleukin2Drug interleukin-2', ongoing_at: late, stated_in: p}
    responses:
      - {id: skin-at-middle, domain: skin, direction: worse, at: middle, to: [beside], stated_in: p}
      - {id: joint-some-time, domain: joint, direction: improved, at: some-time, to: [beside], stated_in: p}
"""


def test_the_chart_draws_each_kind_of_end(tmp_path: Path) -> None:
    path = tmp_path / "made-up.yaml"
    path.write_text(MADE_UP, encoding="utf-8")
    with open_store(":memory:", writable=True) as opened:
        (outcome,) = load(opened, [path])
        assert isinstance(outcome, Loaded)
        chart = draw(Words(read_case(opened, f"{BASE}case/key/made-up/1"), shipped_terms()))
    head, *lines = (re.sub(r"([─.])+", r"\1", line) for line in chart.lines)
    assert head.split() == ["1", "2", "~3"]
    assert lines == [
        "prednisone          given─>",
        "prednisone          20 mg/day─|",
        "cyclosporin A       given─?.",
        "hydroxychloroquine             given ?",
        "joint                          +.",
        "skin                           -",
    ]
    assert chart.columns[-1].strip() == "not drawn, for no time is stated: interleukin-2"


@pytest.mark.slow
def test_the_three_commands_of_the_demo_work(told: tuple[str, Path]) -> None:
    text, folder = told
    tried = [line.strip() for line in text.partition("Try next:\n")[2].splitlines()]
    assert len(tried) == 3
    for line in tried:
        word, *args = shlex.split(line)
        assert word == "casegraph"
        call = subprocess.run(program(*args), cwd=folder, capture_output=True, text=True, check=False)
        assert call.returncode == 0, call.stderr
        assert len(call.stdout.splitlines()) > 1


@pytest.mark.slow
def test_the_demo_is_the_same_each_time(told: tuple[str, Path]) -> None:
    text, folder = told
    again = run("demo", "--store", folder / "casegraph-demo-store").stdout
    timeless = [re.sub(r"in [\d.]+ s|\S*casegraph-demo-store", "", each) for each in (text, again)]
    assert timeless[0] == timeless[1]


@pytest.mark.slow
def test_the_demo_leaves_other_peoples_stores_alone(tmp_path: Path) -> None:
    own = ROOT / "tests" / "documents" / "phenopacket-retinoblastoma.yaml"
    run("load", *shipped("cases", "miao-2020.yaml"), own, "--store", tmp_path / "s")
    before = run("digest", "--store", tmp_path / "s").stdout
    result = run("demo", "--store", tmp_path / "s", code=2)
    assert "more than the shipped cases" in result.stderr
    assert run("digest", "--store", tmp_path / "s").stdout == before
    run("demo", "--store", "http://localhost:9", code=2)


# -- terminals, pipes, signals


def on_a_terminal(*args: str | Path, columns: int = 100) -> str:
    """Run a command with its standard output on a terminal; return what it wrote there."""
    outer, inner = pty.openpty()
    env = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    with subprocess.Popen(program(*args), stdout=inner, stderr=subprocess.PIPE, env=env) as process:
        os.close(inner)
        written = read_all(outer)
    assert process.returncode == 0
    return re.sub(r"\x1b\[[\d;]*m", "", written.replace("\r\n", "\n"))


def read_all(terminal: int) -> str:
    """Read a terminal until the other side has closed it."""
    written = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            part = b""
        if not part:
            os.close(terminal)
            return written.decode()
        written += part


@pytest.mark.slow
def test_progress_on_the_terminal_leaves_the_data_in_the_pipe() -> None:
    paths = (*shipped("cases", "miao-2020.yaml"), OTHER)
    outer, inner = pty.openpty()
    env = {**os.environ, "TERM": "xterm"}
    call = program("load", *paths, "--dry-run")
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=inner, env=env, text=True) as process:
        os.close(inner)
        talk = read_all(outer)
        assert process.stdout is not None
        lines = process.stdout.read().splitlines()
    assert "loading" in talk
    assert [line.split("\t")[0] for line in lines] == ["state", "dry run", "dry run"]


@pytest.mark.slow
def test_control_characters_of_a_document_do_not_reach_the_terminal(store: Path) -> None:
    asked = "SELECT ?x { BIND('a\\u001B]0;b\\u0007' AS ?x) }"
    assert "\x1b]0;b\x07" in run("sparql", asked, "-f", "csv", "--store", store).stdout
    for form in ("table", "csv"):
        shown = on_a_terminal("sparql", asked, "-f", form, "--store", store)
        assert "a\N{REPLACEMENT CHARACTER}]0;b" in shown
        assert "\x1b]" not in shown


@pytest.mark.slow
def test_a_terminal_gets_a_table_that_fits(store: Path) -> None:
    table = on_a_terminal("cases", "--store", store, columns=80)
    assert "diagnosis" in table
    assert "?case" not in table
    assert max(map(len, table.splitlines())) <= 80
    assert f"{DOI}/1 " in table
    blocks = on_a_terminal("query", "refractory_cases_responding", "--store", store, columns=80)
    assert blocks.startswith("row 1 of 3\n")
    assert re.search(r"^dose +1,000,000 *$", blocks, re.MULTILINE)


@pytest.mark.slow
def test_a_terminal_gets_wrapped_words(store: Path) -> None:
    assert max(map(len, on_a_terminal("show", DOI, "--store", store, columns=72).splitlines())) <= 72


@pytest.mark.slow
def test_a_narrow_terminal_gets_the_chart_in_panels(tmp_path: Path) -> None:
    text = on_a_terminal("demo", "--store", tmp_path / "s", columns=70)
    chart = text.partition("Treatments of the patient")[2].partition("Columns are")[0]
    drawn = [line for line in chart.splitlines() if line.startswith("prednisone ")]
    assert len(drawn) == 2
    assert max(map(len, drawn)) <= 70


@pytest.mark.slow
def test_a_closed_pipe_is_no_failure_to_talk_about(store: Path) -> None:
    everything = "SELECT * { GRAPH ?g { ?s ?p ?o } }"
    outer, inner = os.pipe()
    os.close(outer)
    call = program("sparql", everything, "--store", store)
    ended = subprocess.run(call, stdout=inner, stderr=subprocess.PIPE, check=False)
    os.close(inner)
    assert (ended.returncode, ended.stderr) == (141, b"")


@pytest.mark.slow
def test_a_closed_output_is_no_failure(store: Path) -> None:
    call = shlex.join(program("cases", "--store", str(store))) + " >&-"
    ended = subprocess.run(["sh", "-c", call], capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.slow
def test_an_interrupt_ends_a_query_that_runs(store: Path) -> None:
    """A query of hours: it is not at its end, it is stopped."""
    heavy = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with subprocess.Popen(program("sparql", heavy, "--store", store)) as process:
        while not list(store.glob("reader-*")):
            time.sleep(0.01)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(timeout=60) in (-signal.SIGINT, 130)
        finally:
            process.kill()
    assert CASE in run("cases", "--store", store).stdout
    assert list(store.glob("reader-*")) == []


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("casegraph.cli.cases.open_store", stop)
    result = CliRunner().invoke(commands, ["cases", "--store", str(store)])
    assert result.exit_code == 130
    assert result.output.strip() == ""


def test_words_beyond_ascii_are_written_anywhere(store: Path) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    call = subprocess.run(program("show", DOI, "--store", store), capture_output=True, env=env, check=True)
    assert "“8 months”" in call.stdout.decode("utf-8")
