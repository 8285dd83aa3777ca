"""Why something holds: the chain from rules to claims to passages, as text, JSON and PROV, and beside rows.

The files of ``tests/why/`` were written by hand from the facts of the first shipped case and the passages of
its document; ``{rule NAME}`` stands for the definition and source that the head of that rule gives.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from rdflib import BNode, Graph, URIRef
from rdflib.namespace import PROV

from casegraph.cli import commands
from casegraph.errors import InputError
from casegraph.facts import CaseFacts, case_iris, read_case
from casegraph.namespaces import BASE, CG, PREFIXES, expand
from casegraph.query import stored_queries
from casegraph.resources import shipped
from casegraph.store import Store, open_store
from casegraph.terms import shipped_terms
from casegraph.why import Explainer, Step, derived_properties, derived_values, is_derived, prov_triples

HERE = Path(__file__).parent
DOI = "10.1007/s13555-020-00421-8"
CASE = f"{BASE}case/{DOI}/1"
RDF_TYPE = PREFIXES["rdf"] + "type"


HEADLINE = "refractory_cases_responding"


def run(*args: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(commands, [str(arg) for arg in args])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that holds the first shipped case alone; do not write to it."""
    folder = tmp_path_factory.mktemp("why") / "store"
    run("load", *shipped("cases", "miao-2020.yaml"), "--store", folder)
    return folder


def by_hand(name: str) -> str:
    text = (HERE / "why" / f"{name}.txt").read_text(encoding="utf-8")
    return re.sub(r"\{rule (\w+)\}", lambda found: rule(found[1]), text)


def rule(name: str) -> str:
    (path,) = shipped("ontology", f"rules/{name}.rq")
    lines = path.read_text(encoding="utf-8").splitlines()
    head = yaml.safe_load("\n".join(line[2:] for line in lines if line.startswith("#+")))
    return f"{head['definition'].strip()} Source: {head['source']}."


# -- the text, written by hand first


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("refractory_to_hydroxychloroquine", (DOI, "refractoryTo", "hydroxychloroquine")),
        ("flare_on_taper", (f"{DOI}/1#on-taper-of-prednisone-2-flare",)),
        ("called_refractory", (f"{DOI}/1#refractory-by-authors-skin",)),
        ("attribution_of_weekly_il2", (f"{DOI}/1#skin-on-weekly-il2-on-il2",)),
        ("attribution_of_doubled_il2", (f"{DOI}/1#skin-on-twice-weekly-il2-on-il2",)),
    ],
)
def test_the_text_is_the_one_written_by_hand(name: str, asked: tuple[str, ...], store: Path) -> None:
    assert run("why", *asked, "--store", store).stdout == by_hand(name)


def test_the_text_of_the_headline_is_the_one_written_by_hand(store: Path) -> None:
    text = run("why", "refractory_cases_responding", "--store", store).stdout
    first = text.partition("\nRow 1: ")[2].partition("\n\nRow 2: ")[0]
    assert first.partition("\n")[2] + "\n" == by_hand("headline")


@pytest.mark.slow
@pytest.mark.parametrize("words", [("why", HEADLINE), ("query", HEADLINE, "--why", "-f", "json")])
def test_a_cell_that_names_several_judgements_is_explained_by_each(
    words: tuple[str, ...], store: Path
) -> None:
    text = run(*words, "-p", "refractory=clinical", "--store", store).stdout
    for domain in ("muscle", "skin"):
        assert f"#refractory-clinically-{domain}" in text
        assert f"{domain}, refractory by the definition “clinical”" in text


def test_what_is_told_once_is_only_referred_to_again(store: Path) -> None:
    text = run("why", f"{DOI}/1#refractory-to-standard-treatment-muscle", "--store", store).stdout
    assert text.count("#flare; ") == text.count("[#muscle-worse-on-prednisone-hcq; ") == 1
    assert "shown by: #muscle-worse-on-prednisone-hcq, told above" in text
    assert text.count("\n  drug_failed: ") == text.count("characters 3953 to 4058: ") == 1


# -- the chain


@pytest.fixture(scope="module")
def seed(seed_store: Store) -> Explainer:
    return Explainer(read_case(seed_store, CASE), shipped_terms())


def names(step: Step) -> set[str]:
    return {link.step.node.removeprefix(f"{CASE}#") for link in step.builds_on}


@pytest.mark.parametrize(
    ("name", "value", "because"),
    [
        ("respondedTo", "cg:Interleukin2Drug", {
            "skin-on-weekly-il2-on-il2",
            "skin-on-twice-weekly-il2-on-il2",
            "muscle-on-twice-weekly-il2-on-il2",
        }),
        ("refractoryTo", "CHEBI:5801", {"refractory-to-CHEBI_5801-skin", "refractory-to-CHEBI_5801-muscle"}),
        ("improvedOn", "CHEBI:4031", {"muscle-on-csa-prednisone-on-csa"}),
        ("didNotImproveOn", "cg:Interleukin2Drug", {"muscle-on-weekly-il2-on-il2"}),
        ("treatedWith", "CHEBI:8382", {"prednisone-1", "prednisone-2"}),
        ("excludedPhenotype", "HP:0003326", {"no-myalgia-at-onset", "no-myalgia-at-worsening"}),
        ("phenotype", "HP:0001324", {"strength-decline"}),
        ("diagnosis", "MONDO:1010089", {"diagnosis"}),
    ],
)  # fmt: skip
def test_a_derived_property_rests_on_what_gives_it_alone(
    name: str, value: str, because: set[str], seed: Explainer
) -> None:
    step = seed.property(CG + name, expand(value))
    assert names(step) == because
    assert [rule.name for rule in step.rules] == [re.sub("(?=[A-Z])", "_", name).lower()]


def test_a_judgement_rests_on_failures_and_these_on_claims(seed: Explainer) -> None:
    step = seed.node(f"{CASE}#refractory-clinically-skin")
    claims = {each.node.removeprefix(f"{CASE}#") for each in step.walk() if not each.rules}
    assert claims == {
        *("hcq", "prednisone-1", "prednisone-2", "prednisone-2-fortnightly-steps"),
        *("skin-on-prednisone-hcq", "skin-worse-on-prednisone-hcq", "flare"),
    }
    assert [rule.name for rule in step.rules] == ["refractory_case_clinical", "refractory_before"]


@pytest.mark.slow
def test_everything_derived_of_the_corpus_is_explained_down_to_passages(corpus_store: Store) -> None:
    counted = 0
    for case in case_iris(corpus_store):
        facts = read_case(corpus_store, case)
        for step in everything_derived(facts):
            counted += 1
            assert step.rules, step.key
            assert all(rule.definition and rule.source for rule in step.rules), step.key
            ends = [each for each in step.walk() if not each.builds_on]
            for end in ends:
                nothing_ran = end.kind == "Regimen" and not facts.values(end.node, "includes")
                assert nothing_ran or facts.values(end.node, "basis"), (step.key, end.key)
                assert nothing_ran or end.stated_in or end.searched_in, (step.key, end.key)
    assert counted > 1000


def everything_derived(facts: CaseFacts) -> Iterator[Step]:
    explainer = Explainer(facts, shipped_terms())
    inferred, part = facts.quads[f"{facts.case}/inferred"], re.escape(facts.case)
    nodes = set(re.findall(rf"^<({part}#[^>]+)> <{re.escape(RDF_TYPE)}> ", inferred, re.MULTILINE))
    assert all(is_derived(facts, node) for node in nodes)
    yield from map(explainer.node, sorted(nodes))
    for name in derived_properties(facts):
        values = derived_values(facts, name)
        yield from (explainer.property(name, value) for value in values)


def changed(store: Store, find: str, put: str) -> Store:
    quads = "".join(f"{line}\n" for line in store.dump())
    assert find in quads
    other = open_store(":memory:", writable=True)
    other.replace([], quads.replace(find, put))
    return other


@pytest.mark.slow
def test_a_store_in_which_a_thing_is_derived_from_itself_is_explained_too(seed_store: Store) -> None:
    failure = f"{CASE}#lostResponse-skin-hcq-skin-worse-on-prednisone-hcq"
    source = f"<{failure}> <{PREFIXES['prov']}wasDerivedFrom> <{CASE}#"
    with changed(
        seed_store, f"{source}skin-on-prednisone-hcq>", f"{source}refractory-to-CHEBI_5801-skin>"
    ) as other:
        step = Explainer(read_case(other, CASE), shipped_terms()).node(
            f"{CASE}#refractory-to-CHEBI_5801-skin"
        )
    assert len(list(step.walk())) == 4


def test_a_rule_that_this_version_lacks_is_told(seed_store: Store) -> None:
    with changed(seed_store, '"flare_on_taper"', '"flare_on_tuesdays"') as other:
        explainer = Explainer(read_case(other, CASE), shipped_terms())
        with pytest.raises(InputError, match="flare_on_tuesdays"):
            explainer.node(f"{CASE}#on-taper-of-prednisone-2-flare")


@pytest.mark.slow
def test_a_case_is_in_a_defined_class_because_of_claims(store: Path, seed: Explainer) -> None:
    step = seed.property(RDF_TYPE, f"{CG}AntisynthetaseAntibodyCase")
    assert names(step) == {"pl7"}
    text = run("why", DOI, "a", "--store", store).stdout
    assert (
        "\nis a: myositis case (cg:MyositisCase)\n  rule myositis case\n  because of #diagnosis, told above\n"
        in text
    )
    assert "\n  myositis case: A case whose diagnosis is a kind of myositis. Source: " in text
    assert "is a: case" not in text
    assert run("why", DOI, "rdf:type", "--store", store).stdout == text


# -- JSON and PROV


def test_json_nests_the_chain_with_words_and_places(store: Path) -> None:
    (told,) = json.loads(run("why", DOI, "refractoryTo", "CHEBI:5801", "-f", "json", "--store", store).stdout)
    assert [each["name"] for each in told["rules"]] == ["refractory_to"]
    muscle, skin = told["builds_on"]
    assert muscle["id"] == f"{CASE}#refractory-to-CHEBI_5801-muscle"
    (failure,) = skin["builds_on"]
    shown = {each["by"]: each for each in failure["builds_on"]}
    assert set(shown) == {"ofTreatment", "shownBy", "prov:wasDerivedFrom"}
    assert shown["shownBy"]["stated_in"] == [
        {
            "passage": f"{BASE}report/{DOI}#c2-1",
            "section": "case-presentation",
            "paragraph": 2,
            "start": 3799,
            "end": 3952,
            "sha256": "61d6e33ea33ad1e297aa66a0dd86d679120bdfa8c1808142bad1346eb02c9af2",
        }
    ]
    assert shown["shownBy"]["basis"] == f"{CG}stated"
    assert "skin: worse" in shown["shownBy"]["words"]


def test_turtle_is_prov_and_leads_from_a_verdict_to_its_passages(store: Path) -> None:
    graph = Graph().parse(data=run("why", DOI, "respondedTo", "-f", "ttl", "--store", store).stdout)
    prov = str(PROV)
    used = {str(each) for triple in graph for each in triple if str(each).startswith(prov)}
    assert {each.removeprefix(prov) for each in used} == {
        *("Entity", "Activity", "Plan", "used", "wasDerivedFrom", "wasGeneratedBy", "hadPrimarySource"),
    }
    assert all(URIRef(each) in PROV for each in used)
    assert not any(isinstance(each, BNode) for triple in graph for each in triple)
    answer = graph.query(
        """SELECT DISTINCT ?section ?from ?sha {
          ?said rdf:object cg:Interleukin2Drug ; prov:wasDerivedFrom+ ?claim .
          ?claim prov:hadPrimarySource ?passage .
          ?passage cg:section ?section ; cg:charStart ?from ; cg:sha256 ?sha }""",
        initNs={"cg": CG, "prov": prov, "rdf": PREFIXES["rdf"]},
    )
    starts = {int(str(row[1])) for row in answer if isinstance(row, tuple)}
    assert {4525, 5572} <= starts
    assert 6126 not in starts
    plans = {str(each) for each in graph.objects(None, URIRef(f"{prov}used")) if "/rule/" in str(each)}
    assert f"{BASE}rule/responded_to" in plans
    assert f"{BASE}rule/attribution" in plans


def test_two_same_chains_are_the_same_triples(seed: Explainer) -> None:
    one = seed.node(f"{CASE}#flare")
    assert prov_triples([one, one]) == prov_triples([one])


def test_json_and_turtle_of_a_query_hold_each_row(store: Path) -> None:
    rows = json.loads(run("why", "refractory_to", "-f", "json", "--store", store).stdout)
    derived = [each for each in rows if each["row"]["word"] == "derived"]
    assert derived
    assert all(each["why"][0]["id"] == each["row"]["claim"] for each in derived)
    assert all(each["why"][0]["rules"] for each in derived)
    text = run("why", "refractory_to", "-f", "ttl", "--store", store).stdout
    assert all(f"<{each['row']['claim']}> " in text for each in rows)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ((DOI, "refractoryTo", "IL-2"), "refractoryTo has no value 'IL-2'"),
        ((DOI, "refractoryTo", "no such drug"), "no such drug"),
        ((DOI, "refractoryFor"), "no derived property 'refractoryFor'"),
        ((DOI, "refractoryTo", "IL-2", "more"), "'more' is too much"),
        (("refractory_to", "refractoryTo"), "PROPERTY needs a CASE before it"),
        ((f"{DOI}/1#nothing",), "no part is called 'nothing'"),
    ],
)
def test_what_cannot_be_explained_is_told(call: tuple[str, ...], said: str, store: Path) -> None:
    assert said in run("why", *call, "--store", store, code=2).stderr


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with one record, whose disease no vocabulary knows."""
    folder = tmp_path_factory.mktemp("record")
    disease = {"term": {"id": "LAB:7", "label": "Seventh disease"}}
    packet = {"id": "p-1", "subject": {"id": "p-1", "sex": "MALE"}, "diseases": [disease]}
    (folder / "p-1.json").write_text(json.dumps(packet), encoding="utf-8")
    run("load", folder / "p-1.json", "--dataset", "clinic", "--store", folder / "store")
    return folder / "store"


@pytest.mark.parametrize("value", ["seventh disease", f"{PREFIXES['cgt']}LAB:7"])
def test_a_value_that_only_a_record_knows_is_explained(value: str, record: Path) -> None:
    text = run("why", "clinic/p-1", "diagnosis", value, "--store", record).stdout
    assert text.startswith("diagnosis: Seventh disease (")
    assert "; record /]" in text


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("diagnosis", "eighth disease"), "no value 'eighth disease'; expected one of Seventh disease"),
        (("recordId", "p-1"), "'recordId' is stated and not derived"),
        (("sex", "male"), "'sex' is stated and not derived"),
        (("refractoryTo",), "no derived property 'refractoryTo'; expected one of diagnosis"),
    ],
)
def test_what_a_record_states_is_no_derived_property(call: tuple[str, ...], said: str, record: Path) -> None:
    assert said in run("why", "clinic/p-1", *call, "--store", record, code=2).stderr


# -- beside the rows of a query


def test_query_why_puts_a_block_below_each_row(store: Path) -> None:
    text = run("query", "refractory_to", "--why", "--store", store).stdout
    rows = re.split(r"^row \d+ of \d+$", text, flags=re.MULTILINE)[1:]
    assert len(rows) == len(run("query", "refractory_to", "--store", store).stdout.splitlines()) - 1
    for row in rows:
        assert re.search(r"^  (refractory judgement|refractory|non-response).*$", row, re.MULTILINE)
        assert (
            re.search(r"^    (rule |stated in: |.*told above)", row, re.MULTILINE) or "explained above" in row
        )


@pytest.mark.parametrize("name", ["refractory_to", "cases_treated_with"])
def test_query_why_adds_a_member_to_each_row_of_json(name: str, store: Path) -> None:
    plain = json.loads(run("query", name, "-f", "json", "--store", store).stdout)
    told = json.loads(run("query", name, "-f", "json", "--why", "--store", store).stdout)
    assert all(row.pop("why") for row in told["results"]["bindings"])
    assert told == plain
    lines = [json.loads(line) for line in lines_of("query", name, "-f", "jsonl", "--why", "--store", store)]
    assert all(row.pop("why")[0]["words"] for row in lines)
    assert lines == [json.loads(line) for line in lines_of("query", name, "-f", "jsonl", "--store", store)]


def lines_of(*args: str | Path) -> list[str]:
    return run(*args).stdout.splitlines()


@pytest.mark.parametrize("form", ["csv", "tsv", "md"])
def test_query_why_refuses_a_form_without_room(form: str, store: Path) -> None:
    error = run("query", "refractory_to", "--why", "-f", form, "--store", store, code=2).stderr
    assert error == f"Error: {form} has no room for --why; expected -f with one of table, json, jsonl\n"


def test_no_stored_query_has_a_column_that_why_would_replace() -> None:
    assert not [name for name, each in stored_queries().items() if "why" in each.head.returns]
