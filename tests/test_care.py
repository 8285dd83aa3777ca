"""Completeness by the CARE checklist: three states, told alike by shapes, query and report."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rdflib import DCTERMS, RDFS, SH, SKOS, Graph, Literal, URIRef

from casegraph.care import STATES, Score, score
from casegraph.cli import commands
from casegraph.ingest import Loaded, load, prepare
from casegraph.loaders import read_document
from casegraph.namespaces import CG, PREFIXES
from casegraph.query import get_query, run
from casegraph.resources import shipped
from casegraph.rules import data_with_hierarchy
from casegraph.store import Store, open_store
from casegraph.terms import shipped_terms
from casegraph.triples import report_iri
from casegraph.validate import Report, Shapes, read_data, read_shapes, shipped_shapes, validate

TESTS = Path(__file__).parent
EXAMPLES = TESTS / "care"
FILES = shipped("shapes", "care/*.ttl")
CASES = ("miao-2020", "mda5-aspergillosis-2024", "ramseur-1989", "rituximab-registry-2011", "miao-2021")
FIXED = (
    *(TESTS.parent / "cases" / f"{name}.yaml" for name in CASES),
    *sorted((TESTS / "documents").glob("*.yaml")),
)
#: every document; of two that tell of one report the shipped one.
DOCUMENTS = tuple(
    {
        report_iri(read_document(path).document.report): path
        for path in (*FIXED, *shipped("cases", "*.yaml"))
    }.values()
)
MADE_UP = TESTS / "shapes" / "corpus" / "made_up.yaml"
SHAPES = Graph().parse(FILES[0])
ONTOLOGY = Graph().parse(shipped("ontology", "care.ttl")[0])
CGSH = PREFIXES["cgsh"]
ITEMS = sorted(
    str(item).removeprefix(CG) for item in ONTOLOGY.subjects(RDFS.subClassOf, URIRef(f"{CG}CareItem"))
    if (item, SKOS.notation, None) in ONTOLOGY
)  # fmt: skip
SHORT = {"notReported": "not reported", "notCaptured": "not captured"}
SEED = FIXED[0]

#: document -> items that it does not report, and that were not captured; read off the documents by hand.
MISSING = {
    "miao-2020": ("Limitations", ""),
    "phenopacket-covid-19": ("Novelty AdverseEvents Changes Limitations Literature Consent", ""),
    "phenopacket-retinoblastoma": (
        "Novelty History OtherDiagnoses Outcomes FollowUpTests Limitations Literature Consent",
        "",
    ),
    "ramseur-1989": (
        "",
        "Novelty Tests OtherDiagnoses Changes FollowUpTests Limitations Literature Consent",
    ),
    "rituximab-registry-2011": (
        "",
        "Novelty History Tests OtherDiagnoses Changes FollowUpTests AdverseEvents Limitations Literature "
        "Consent",
    ),
    "mda5-aspergillosis-2024": (
        "",
        "Novelty OtherDiagnoses FollowUpTests Limitations Literature Consent",
    ),
}


@cache
def care_shapes() -> Shapes:
    return read_shapes(FILES)


def report(ntriples: str, engine: str = "shacl") -> Report:
    return validate(data_with_hierarchy(ntriples, shipped_terms()), care_shapes(), engine=engine)


def states(found: Report) -> dict[tuple[str, str], str]:
    """Return (case, item) -> state for what the shapes say is missing."""
    told = {}
    for result in found.results:
        item, _, suffix = result.shape.strip("<>").removeprefix(CGSH).partition("-")
        key = (result.focus.strip("<>"), item)
        assert key not in told, "an item has one state"
        told[key] = SHORT[suffix]
    return told


@cache
def scores(path: Path) -> tuple[Score, ...]:
    return score(read_document(path).document, shipped_terms())


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with open_store(":memory:", writable=True) as opened:
        outcomes = tuple(load(opened, DOCUMENTS))
        assert all(isinstance(each, Loaded) for each in outcomes), outcomes
        yield opened


# --- what the shapes say of themselves


def test_the_shapes_are_not_applied_unless_asked_for() -> None:
    assert len(ITEMS) == 19
    assert "Care" not in shipped_shapes().ntriples.replace("CareItem", "")
    assert FILES
    assert not set(FILES) & set(shipped("shapes", "*.ttl"))


@pytest.mark.parametrize("item", ITEMS)
def test_an_item_has_its_shapes_and_they_say_what_to_do_and_why(item: str) -> None:
    (number,) = ONTOLOGY.objects(URIRef(CG + item), SKOS.notation)
    (field,) = ONTOLOGY.objects(URIRef(CG + item), SKOS.scopeNote)
    for suffix in ("", "-silence", "-notReported", "-notCaptured"):
        shape = URIRef(f"{CGSH}{item}{suffix}")
        (message,) = SHAPES.objects(shape, SH.message)
        (reason,) = SHAPES.objects(shape, RDFS.comment)
        (source,) = SHAPES.objects(shape, DCTERMS.source)
        assert list(SHAPES.objects(shape, SH.severity)) == [SH.Info]
        assert re.fullmatch(r".{12,}\.", str(message))
        assert isinstance(reason, Literal)
        assert str(source).startswith(f"CARE guideline, item {number}: ")
        if suffix != "-silence":
            assert str(field) in str(message)


def test_no_two_shapes_share_a_message_or_a_reason_and_all_that_report_are_named() -> None:
    for term in (SH.message, RDFS.comment):
        assert max(Counter(SHAPES.objects(None, term)).values()) == 1
    reporting = {str(shape).removeprefix(CGSH) for shape in SHAPES.subjects(SH.targetClass, None)}
    assert reporting == {f"{item}-{state}" for item in ITEMS for state in SHORT}


def test_each_message_names_its_state_by_what_is_to_be_done() -> None:
    for item in ITEMS:
        (missing,) = SHAPES.objects(URIRef(f"{CGSH}{item}-notReported"), SH.message)
        (unread,) = SHAPES.objects(URIRef(f"{CGSH}{item}-notCaptured"), SH.message)
        assert str(missing).startswith("Look once more for ")
        assert str(unread).startswith("Read the rest of the paper for ")


# --- each item in each state


def test_there_are_three_examples_of_each_item_and_no_others() -> None:
    kinds = ("reported", "not-reported", "not-captured")
    assert set(EXAMPLES.rglob("*.ttl")) == {
        EXAMPLES / item / f"{kind}.ttl" for item in ITEMS for kind in kinds
    }


@pytest.mark.parametrize("kind", ["reported", "not-reported", "not-captured"])
@pytest.mark.parametrize("item", ITEMS)
def test_an_example_has_its_state_and_no_other(item: str, kind: str) -> None:
    data = read_data(EXAMPLES / item / f"{kind}.ttl")
    found = {name: state for (_, name), state in states(report(data)).items()}
    state = kind.replace("-", " ")
    assert found.get(item, "reported") == state
    assert len(found) >= len(ITEMS) - 4, "the case is looked at"
    assert len(set(found.values())) == 1


@pytest.mark.parametrize("item", ITEMS)
def test_what_was_looked_for_in_vain_is_not_reported_also_where_not_all_was_read(item: str) -> None:
    data = read_data(EXAMPLES / item / "not-captured.ttl")
    silence = "<https://example.org/case#silence>"
    for link in (
        f"<https://example.org/case> <{CG}leavesOpen>",
        f"<https://example.org/report> <{CG}leavesUnstated>",
    ):
        said = f"{link} {silence} .\n{silence} <{CG}aboutConcept> <{CG}{item}> .\n"
        found = states(report(data + said))
        assert found["https://example.org/case", item] == "not reported"
        assert Counter(found.values())["not reported"] == 1


def test_a_silence_about_a_narrower_topic_counts_for_the_item() -> None:
    data = read_data(EXAMPLES / "CareDuration" / "not-captured.ttl")
    silence = "<https://example.org/case#silence>"
    for topic, item in (("TreatmentDuration", "CareDuration"), ("PatientBackground", "CareHistory")):
        said = (
            f"<https://example.org/case> <{CG}leavesOpen> {silence} .\n"
            f"{silence} <{CG}aboutConcept> <{CG}{topic}> .\n"
        )
        found = states(report(data + said))
        assert [name for (_, name), state in found.items() if state == "not reported"] == [item]


def test_what_a_program_read_out_of_a_record_is_not_captured_where_it_is_silent() -> None:
    data = read_data(EXAMPLES / "CareLimitations" / "not-reported.ttl")
    recorded = f"<https://example.org/case> <{CG}recordedIn> <urn:record> .\n"
    for said, state in (("", "not reported"), (recorded, "not captured")):
        assert states(report(data + said))["https://example.org/case", "CareLimitations"] == state


def test_a_group_is_not_scored() -> None:
    cohort = prepare(TESTS.parent / "cases" / "miao-2021.yaml")
    assert f"<{CG}Group>" in cohort.asserted
    assert report(cohort.asserted).results == ()
    assert scores(TESTS.parent / "cases" / "miao-2021.yaml") == ()


# --- the corpus


@pytest.mark.parametrize("name", MISSING)
def test_the_documents_lack_what_they_lack(name: str) -> None:
    (path,) = (each for each in FIXED if each.stem == name)
    (one, *_) = scores(path)
    labels = {
        str(ONTOLOGY.value(URIRef(f"{CG}{item}"), RDFS.label)).partition(": ")[2]: item.removeprefix("Care")
        for item in ITEMS
    }
    found = {state: {labels[item.label] for item in one.items if item.state == state} for state in STATES[1:]}
    missing, unread = MISSING[name]
    assert found == {"not reported": set(missing.split()), "not captured": set(unread.split())}


@pytest.mark.parametrize("path", [*DOCUMENTS, MADE_UP], ids=lambda path: path.stem)
def test_shapes_query_and_report_agree_item_by_item(path: Path) -> None:
    prepared = prepare(path)
    missing = states(report(prepared.asserted))
    keys = {str(ONTOLOGY.value(URIRef(CG + item), RDFS.label)).partition(": ")[2]: item for item in ITEMS}
    for one in scores(path):
        assert len(one.items) == len(ITEMS)
        for item in one.items:
            assert missing.pop((one.case, keys[item.label]), "reported") == item.state, item
            assert bool(item.evidence) == (item.state == "reported")
    assert missing == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    FIXED,
    ids=lambda path: path.stem,
)
def test_both_engines_agree(path: Path) -> None:
    asserted = prepare(path).asserted
    assert report(asserted, "pyshacl").results == report(asserted).results


def test_every_item_is_reported_by_some_case_and_missing_in_another() -> None:
    everywhere = [item for path in (*DOCUMENTS, MADE_UP) for one in scores(path) for item in one.items]
    assert {item.label for item in everywhere if item.state == "reported"} == {
        item.label for item in everywhere
    }
    shown = [item.label for item in everywhere if item.state != "reported"]
    assert set(shown) >= {"limitations", "why the case is new", "informed consent", "adverse events"}


def test_the_ranking_counts_what_the_items_say(store: Store) -> None:
    counted = Counter((row["case"], row["state"]) for row in run(store, get_query("care_items")))
    rows = list(run(store, get_query("care_completeness")))
    assert len(rows) == len({case for case, _ in counted}) >= 6
    for row in rows:
        told = [row[name] for name in ("reported", "not_reported", "not_captured")]
        assert told == [counted[row["case"], state] for state in STATES]
        reported, missing, unread = (int(str(each)) for each in told)
        assert float(str(row["share"])) == pytest.approx(reported / (reported + missing), abs=0.006)
        assert float(str(row["at_least"])) == pytest.approx(
            reported / (reported + missing + unread), abs=0.006
        )
    order = [float(str(row["at_least"])) for row in rows]
    assert order == sorted(order, reverse=True)


def test_the_items_of_a_store_are_those_of_the_documents(store: Store) -> None:
    rows = run(store, get_query("care_items"))
    in_store = Counter((row["case"], row["number"], row["state"], row["evidence"]) for row in rows)
    from_files = Counter(
        (one.case, item.number, item.state, "; ".join(item.evidence))
        for path in DOCUMENTS
        for one in scores(path)
        for item in one.items
    )
    assert in_store == from_files


def test_the_evidence_is_what_the_curator_called_it() -> None:
    (one,) = scores(SEED)
    told = {item.label: item.evidence for item in one.items}
    assert told["age"] == ("61",)
    assert told["sex"] == ("female",)
    assert told["types of intervention"] == ("csa", "hcq", "il2", "prednisone-1", "prednisone-2")
    assert told["medical history"] == ("no-chronic-disease", "no-infectious-disease")
    assert told["adverse events"] == ("no-adverse-event", "no-significant-adverse-event")
    assert told["changes with their reason"] == ("il2-twice-weekly",)


# --- the report


def run_check(*args: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(commands, ["check", "--care", *map(str, args)])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def test_the_report_tells_each_item_with_its_state() -> None:
    text = run_check(SEED).stdout
    assert "18 reported, 1 not reported, 0 not captured; 95%\n" in text
    assert re.search(r"^  reported +5a +age +61$", text, re.MULTILINE)
    assert re.search(
        r"^  not reported +11a +limitations +not in the paper .*kind: limitation$", text, re.MULTILINE
    )
    lines = re.findall(r"^  (?:reported|not reported|not captured) ", text, re.MULTILINE)
    assert len(lines) == 19


def test_the_report_of_a_part_of_a_paper_blames_nobody() -> None:
    text = run_check(TESTS.parent / "cases" / "rituximab-registry-2011.yaml").stdout
    assert "9 reported, 0 not reported, 10 not captured; at least 47%, for not all was read\n" in text
    assert re.search(r"^  not captured +10d +adverse events +read the rest of the paper", text, re.MULTILINE)


def test_the_report_for_a_program() -> None:
    (one,) = json.loads(run_check(SEED, "-f", "json").stdout)
    assert (one["reported"], one["not_reported"], one["not_captured"]) == (18, 1, 0)
    assert one["extent"] == "fullText"
    (missing,) = (item for item in one["items"] if item["state"] == "not reported")
    assert missing["number"] == "11a"
    assert missing["evidence"] == []
    assert "kind: limitation" in missing["todo"]


def test_a_document_that_cannot_be_read_does_not_stop_the_others() -> None:
    result = run_check(TESTS / "invalid" / "tab.yaml", SEED, code=1)
    assert "tab.yaml:11:1" in result.stderr
    assert "18 reported" in result.stdout


def test_a_document_without_a_case_says_so() -> None:
    result = run_check(TESTS.parent / "cases" / "miao-2021.yaml")
    assert result.stdout == ""
    assert "a group is no patient" in result.stderr


@pytest.mark.slow
def test_the_report_loads_no_engine_that_costs_time() -> None:
    code = (
        "import sys\nfrom casegraph.cli import commands\n"
        "commands.main(sys.argv[1:], standalone_mode=False)\nprint('---', *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "check", "--care", str(SEED)], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.partition("---")[2].split())
    assert "pyoxigraph" in loaded
    assert not loaded & {"rdflib", "pyshacl", "owlready2", "shacl", "rustdl"}


def test_the_page_lists_the_items_as_the_ontology_has_them() -> None:
    page = (TESTS.parent / "docs" / "completeness.md").read_text(encoding="utf-8")
    scored = page.partition("### Items that are scored")[2].partition("### Items that are not")[0]
    listed = {tuple(row) for row in re.findall(r"^\| (\d+\w?) \| (.+?) \| (.+?) \|$", scored, re.MULTILINE)}
    (one,) = scores(SEED)
    assert listed == {(item.number, item.label, item.field) for item in one.items}
