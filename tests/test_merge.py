"""Merging: the order makes no difference, twice is once, what is undone leaves no trace, all or nothing."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pyoxigraph import QuerySolutions

import casegraph
from casegraph.cli import meter
from casegraph.errors import DocumentError, InputError, StoreError
from casegraph.ingest import load, load_paths
from casegraph.loaders.records import Options
from casegraph.merge import foreign
from casegraph.merge.adapters import read_adapter
from casegraph.merge.applying import Applied, apply
from casegraph.merge.mappings import add_mappings
from casegraph.merge.merged import links, merged_documents
from casegraph.merge.plan import MergePlan, PlannedLink, plan_text, read_plan
from casegraph.merge.planning import make_plan
from casegraph.merge.policy import Policy, decided
from casegraph.merge.stages import watched
from casegraph.merge.undoing import undo
from casegraph.namespaces import BASE
from casegraph.query import get_query, run
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.store import LEDGER, Store, open_store
from casegraph.store.syntax import digest
from command_line import run_cli

FOREIGN = Path(__file__).parent / "foreign"
A, B = FOREIGN / "clinic_a.ttl", FOREIGN / "clinic_b.ttl"
CASE = "https://w3id.org/casegraph/case/"


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store(":memory:", writable=True) as opened:
        yield opened


@pytest.fixture
def filled(store: Store) -> Store:
    list(load(store, shipped("cases", "behcet-il2-2022.yaml")))
    return store


def merge(store: Store, *paths: Path, plan: MergePlan | None = None) -> Applied:
    return apply(store, plan or make_plan(store, paths))


def document(text: str, folder: Path, name: str = "x.ttl") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_cases_come_in_beside_the_graph_they_were_lifted_from(filled: Store) -> None:
    done = merge(filled, A)
    assert done.cases == 2
    graphs = filled.graphs()
    assert {f"{CASE}clinic_a/p1/asserted", f"{CASE}clinic_a/p2/asserted"} <= set(graphs)
    (found,) = merged_documents(filled)
    assert found.brings == (f"{CASE}clinic_a/p1", f"{CASE}clinic_a/p2")
    assert (found.names, found.models) == (("clinic_a.ttl",), ("neurobagel",))
    assert found.licences == ("https://creativecommons.org/licenses/by/4.0/",)
    assert found.redistribution == "allowed"
    assert f"https://w3id.org/casegraph/foreign/{found.hash}" in graphs
    rows = list(run(filled, get_query("diagnoses"), {"case": "clinic_a/p1"}))
    assert [str(row["diagnosis"]) for row in rows] == ["http://snomed.info/id/406506008"]


def test_twice_is_once(filled: Store) -> None:
    first = merge(filled, A)
    before, ledger = filled.digest(), list(filled.dump(LEDGER))
    second = merge(filled, A)
    assert list(first.documents.values()) == ["new"]
    assert list(second.documents.values()) == ["unchanged"]
    assert filled.digest() == before
    assert list(filled.dump(LEDGER)) == ledger


def test_the_same_graph_out_of_another_file_is_the_same_document(filled: Store) -> None:
    same = sorted((FOREIGN / "same").iterdir())
    merge(filled, same[0])
    merge(filled, *same)
    (found,) = merged_documents(filled)
    assert sorted(found.names) == sorted(path.name for path in same)
    assert len(found.digests) == len(same)


@pytest.mark.slow
@pytest.mark.parametrize("start", ["empty", "filled"])
def test_the_order_makes_no_difference(start: str) -> None:
    digests = []
    for paths in ([(A,), (B,)], [(B,), (A,)], [(A, B)], [(B, A, B)]):
        with open_store(":memory:", writable=True) as store:
            if start == "filled":
                list(load(store, shipped("cases", "behcet-il2-2022.yaml")))
            for some_paths in paths:
                merge(store, *some_paths)
            digests.append(store.digest())
    assert len(digests[0]) >= 10
    assert all(each == digests[0] for each in digests)


@pytest.mark.slow
@pytest.mark.parametrize("start", ["empty", "filled"])
def test_what_is_undone_leaves_no_trace(start: str, store: Store) -> None:
    if start == "filled":
        list(load(store, shipped("cases", "behcet-il2-2022.yaml")))
    before = store.digest()
    merge(store, A)
    with_a = store.digest()
    merge(store, B)
    assert undo(store, ["clinic_b.ttl"]).cases == 2
    assert store.digest() == with_a
    merge(store, B)
    undo(store, ["clinic_a.ttl"])
    undo(store)
    assert store.digest() == before
    assert merged_documents(store) == ()


@pytest.mark.slow
def test_undoing_the_first_is_as_if_the_second_had_come_alone(filled: Store) -> None:
    with open_store(":memory:", writable=True) as alone:
        list(load(alone, shipped("cases", "behcet-il2-2022.yaml")))
        merge(alone, B)
        wanted = alone.digest()
    merge(filled, A)
    merge(filled, B)
    undo(filled, ["clinic_a.ttl"])
    assert filled.digest() == wanted


def test_an_empty_graph_changes_nothing(filled: Store, tmp_path: Path) -> None:
    before = filled.digest(), list(filled.dump(LEDGER))
    empty = document("@prefix ex: <https://example.org/> .\n", tmp_path)
    assert make_plan(filled, [empty]).sources[0].statements == 0
    merge(filled, empty)
    assert (filled.digest(), list(filled.dump(LEDGER))) == before


def test_a_document_without_cases_proposes_nothing_of_those_that_are_there(store: Store) -> None:
    list(load(store, shipped("cases", "rituximab-registry-2011.yaml")))
    assert make_plan(store, []).links
    assert make_plan(store, [FOREIGN / "same" / "visit.ttl"]).links == ()


def test_a_document_without_a_statement_leaves_an_empty_store_empty(store: Store, tmp_path: Path) -> None:
    merge(store, document("", tmp_path))
    assert store.graphs() == ()


def test_a_merge_that_is_cut_off_at_any_change_leaves_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server takes each change by itself, so that there must be one alone."""
    plan, put, changes = make_plan(store, [A]), type(store).replace, list[str]()

    def replace(store: Store, old: Iterable[str], nquads: str) -> None:
        if "/merged/" in nquads:
            raise StoreError("the connection broke")
        put(store, old, nquads)
        changes.append(nquads)

    with monkeypatch.context() as broken:
        broken.setattr(type(store), "replace", replace)
        with pytest.raises(StoreError, match="the connection broke"):
            apply(store, plan)
    assert (changes, store.graphs()) == ([], ())
    apply(store, plan)
    assert "https://w3id.org/casegraph/ontology" in store.graphs()
    undo(store)
    assert store.digest() == {}


CALLED = """
@prefix ex: <https://example.org/model#> .
<https://example.org/{id}> ex:id "{id}" ;
  ex:has [ ex:code <https://example.org/codes#7> ; ex:name "{name}" ] .
"""


def called(store: Store) -> list[tuple[str, str]]:
    """Return what a store calls the terms that no vocabulary knows: the property and the name."""
    lines = store.dump("https://w3id.org/casegraph/ontology/unresolved")
    names = (line.split(" ", 2)[1:] for line in lines if '"' in line)
    return [(name.rpartition("#")[2][:-1], value.split('"')[1]) for name, value in names]


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
def test_what_a_term_is_called_depends_on_no_order(
    order: tuple[str, str], tmp_path: Path, store: Store
) -> None:
    """A term that no vocabulary knows has the first of its names by the alphabet, the others beside it."""
    names = {"one": "Zeta disease", "two": "Alpha disease"}
    adapters = [read_adapter(FOREIGN / "adapter")]
    for each in order:
        path = document(CALLED.format(id=each, name=names[each]), tmp_path, f"{each}.ttl")
        done = apply(store, make_plan(store, [path], adapters=adapters), adapters)
        assert done.cases == 1
    assert called(store) == [("label", "Alpha disease"), ("altLabel", "Zeta disease")]
    undo(store, ["two.ttl"])
    assert called(store) == [("label", "Zeta disease")]
    undo(store, ["one.ttl"])
    assert store.digest() == {}


MAPPINGS = """#mapping_set_id: https://example.org/sets/codes
#license: https://creativecommons.org/publicdomain/zero/1.0/
#curie_map:
#  EX: https://example.org/codes#
#  HP: http://purl.obolibrary.org/obo/HP_
subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence
EX:7\t{predicate}\tHP:0001945\tsemapv:ManualMappingCuration\t{confidence}
"""


@pytest.mark.parametrize(
    ("predicate", "confidence", "term"),
    [
        ("skos:exactMatch", "0.95", "http://purl.obolibrary.org/obo/HP_0001945"),
        ("skos:exactMatch", "0.5", "https://example.org/codes#7"),
        ("skos:broadMatch", "0.95", "https://example.org/codes#7"),
    ],
)
def test_an_adapter_asks_mappings_by_predicate_and_confidence(
    store: Store, tmp_path: Path, predicate: str, confidence: str, term: str
) -> None:
    text = MAPPINGS.format(predicate=predicate, confidence=confidence)
    add_mappings(store, document(text, tmp_path, "codes.sssom.tsv"))
    adapters = [read_adapter(FOREIGN / "adapter_with_mappings")]
    path = document(CALLED.format(id="one", name="Heat"), tmp_path, "one.ttl")
    apply(store, make_plan(store, [path], adapters=adapters), adapters)
    lines = store.dump(f"{CASE}one/one/asserted")
    (about,) = [line.split(" ")[2] for line in lines if "#aboutConcept>" in line]
    assert about == f"<{term}>"


#: How many examples of the algebra are made up each day, and in a full count.
MANY = [6, pytest.param(100, marks=pytest.mark.long)]
SUBJECTS = some.dictionaries(
    some.sampled_from("abcde"), some.tuples(some.integers(1, 90), some.booleans()), min_size=1, max_size=4
)


def contents(store: Store) -> Mapping[str, object]:
    """Return the digest of each graph but the ledger; of the ontology, which is large, how much it has."""
    small = [graph for graph in store.graphs() if graph not in (LEDGER, f"{BASE}ontology")]
    every: dict[str, object] = {graph: digest(store.dump(graph)) for graph in small}
    rows = store.query(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{BASE}ontology> {{ ?s ?p ?o }} }}")
    assert isinstance(rows, QuerySolutions)
    return {**every, f"{BASE}ontology": [str(row["n"]) for row in rows]}


def graph(subjects: Mapping[str, tuple[int, bool]], place: str) -> str:
    lines = ["@prefix nb: <http://neurobagel.org/vocab/> .", f"@prefix ex: <https://example.org/{place}#> ."]
    for name, (age, ill) in subjects.items():
        disease = "nb:hasDiagnosis <http://purl.bioontology.org/ontology/SNOMEDCT/406506008>" if ill else ""
        session = f"[ a nb:PhenotypicSession ; nb:hasAge {age} ; {disease} ]"
        lines.append(f'ex:{name} a nb:Subject ; nb:hasLabel "{name}" ; nb:hasSession {session} .')
    return "\n".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("many", MANY)
def test_the_algebra_holds_for_made_graphs(many: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    @settings(max_examples=many, deadline=None)
    @given(some.lists(SUBJECTS, min_size=2, max_size=3), some.permutations(range(3)))
    def holds(made: list[dict[str, tuple[int, bool]]], order: list[int]) -> None:
        assert_the_order_makes_no_difference(tmp_path_factory.mktemp("made"), made, order)

    holds()


def assert_the_order_makes_no_difference(
    folder: Path, made: list[dict[str, tuple[int, bool]]], order: list[int]
) -> None:
    """Merge graphs in an order and then in another one, twice, and undo them one after the other."""
    paths = [document(graph(each, f"g{at}"), folder, f"g{at}.ttl") for at, each in enumerate(made)]
    other = [paths[at] for at in order if at < len(paths)]
    with open_store(":memory:", writable=True) as store, open_store(":memory:", writable=True) as turned:
        steps = [contents(store)]
        for path in paths:
            merge(store, path)
            steps.append(contents(store))
        for path in (*other, *other):
            merge(turned, path)
        assert contents(turned) == steps[-1]
        for path in reversed(paths):
            undo(store, [path.name])
            steps.pop()
            assert contents(store) == steps[-1]


#: Who a data set tells of, age and whether ill; who is told to be of an age alone is no case.
PEOPLE = {"a": (34, True), "b": (51, True), "c": (7, True), "d": (88, False)}


def files_of_one_data_set(folder: Path, parts: Iterable[Iterable[str]]) -> list[Path]:
    """Return documents that tell the same of whom several of them name, each with a line of its own."""
    made = (graph({name: PEOPLE[name] for name in sorted(part)}, "registry") for part in parts)
    own = (f'{text}\nex:file <http://purl.org/dc/terms/title> "{at}" .' for at, text in enumerate(made))
    return [document(text, folder, f"f{at}.ttl") for at, text in enumerate(own)]


def merged_alone(
    paths: Iterable[Path], told: Callable[[Store], Mapping[str, object]] = Store.digest
) -> Mapping[str, object]:
    """Return what is told of a store into which just these documents were merged, one after the other."""
    with open_store(":memory:", writable=True) as store:
        for path in paths:
            apply(store, make_plan(store, [path], "registry"))
        return told(store)


@pytest.mark.slow
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_two_documents_bring_goes_with_the_last_of_them(
    store: Store, tmp_path: Path, order: tuple[int, int]
) -> None:
    paths = files_of_one_data_set(tmp_path, ["ab", "b"])
    for path in paths:
        apply(store, make_plan(store, [path], "registry"))
    first, last = (paths[at] for at in order)
    undo(store, [first.name])
    assert f"{CASE}registry/b/asserted" in store.graphs()
    assert store.digest() == merged_alone([last])
    undo(store, [last.name])
    assert store.digest() == {}


@pytest.mark.slow
@pytest.mark.parametrize("many", MANY)
def test_the_algebra_holds_for_documents_that_tell_of_the_same_cases(
    many: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @settings(max_examples=many, deadline=None)
    @given(
        some.lists(some.sets(some.sampled_from(sorted(PEOPLE)), min_size=1), min_size=2, max_size=3),
        some.permutations(range(3)),
        some.permutations(range(3)),
    )
    def holds(parts: list[set[str]], come: list[int], go: list[int]) -> None:
        assert_only_what_is_left_counts(
            files_of_one_data_set(tmp_path_factory.mktemp("made"), parts), come, go
        )

    holds()


def assert_only_what_is_left_counts(paths: list[Path], come: list[int], go: list[int]) -> None:
    """Merge documents and undo them, each in an order: a store is as if only what is left had come."""
    left = [paths[at] for at in come if at < len(paths)]
    with open_store(":memory:", writable=True) as store:
        for path in left:
            apply(store, make_plan(store, [path], "registry"))
        for gone in (paths[at] for at in go if at < len(paths)):
            assert contents(store) == merged_alone((path for path in paths if path in left), contents)
            undo(store, [gone.name])
            left.remove(gone)
        assert store.digest() == {}


HOSTILE = """
@prefix cg: <https://w3id.org/casegraph/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix obo: <http://purl.obolibrary.org/obo/> .
@prefix ex: <https://example.org/> .
obo:MONDO_0016367 rdfs:label "not what it is" ; rdfs:subClassOf obo:MONDO_0007191 , cg:Interleukin2Drug .
obo:MONDO_0007191 rdfs:label "dermatomyositis" ; rdfs:subClassOf ex:everything .
ex:p a cg:Case ; cg:diagnosis obo:MONDO_0016367 ; cg:respondedTo cg:Interleukin2Drug ; cg:hasTreatment ex:t .
ex:t a cg:TreatmentEpisode ; cg:aboutConcept cg:Interleukin2Drug ; cg:basis cg:stated .
ex:r a cg:CaseReport ; dcterms:title "nothing" .
<http://snomed.info/id/406506008> rdfs:label "what clinic_a.ttl names" ; rdfs:subClassOf obo:HP_0001945 .
ex:p <http://www.w3.org/2002/07/owl#sameAs> <https://w3id.org/casegraph/case/10.1007/s13555-020-00421-8/1> .
"""


@pytest.mark.slow
def test_a_foreign_graph_changes_no_answer_about_other_peoples_cases(
    corpus_store: Store, store: Store, tmp_path: Path
) -> None:
    list(load(store, shipped("cases", "*.yaml")))
    assert len(store.graphs()) == len(corpus_store.graphs())
    merge(store, A)
    graphs = len(store.graphs())
    before = {path.stem: run(store, get_query(path.stem)).to_tsv() for path in shipped("queries", "*.rq")}
    assert len(before) >= 60
    merge(store, document(HOSTILE, tmp_path))
    assert len(store.graphs()) == graphs + 2
    seed = "https://w3id.org/casegraph/case/10.1007/s13555-020-00421-8/1"
    assert not store.query(f"ASK {{ ?s <http://www.w3.org/2002/07/owl#sameAs> <{seed}> }}")
    changed = [name for name, rows in before.items() if run(store, get_query(name)).to_tsv() != rows]
    assert changed == []


@pytest.mark.slow
def test_cases_of_ours_with_other_content_are_refused(filled: Store, tmp_path: Path) -> None:
    lines = "".join(f"{line}\n" for line in filled.dump() if "/ontology>" not in line)
    assert '"37"' in lines
    changed = document(lines.replace('"37"', '"38"'), tmp_path, "theirs.nq")
    before = filled.digest()
    with pytest.raises(DocumentError, match="is there with other content") as caught:
        make_plan(filled, [changed])
    assert {each.code for each in caught.value.problems} == {"other-content"}
    assert filled.digest() == before


@pytest.mark.slow
def test_cases_of_ours_with_the_same_content_stay_when_the_document_goes(
    filled: Store, tmp_path: Path
) -> None:
    lines = "".join(f"{line}\n" for line in filled.dump() if "/ontology>" not in line)
    before = filled.digest()
    merge(filled, document(lines, tmp_path, "theirs.nq"))
    undo(filled)
    assert filled.digest() == before


@pytest.mark.slow
def test_another_casegraph_comes_in_and_goes_again(filled: Store, tmp_path: Path) -> None:
    before = filled.digest()
    with open_store(":memory:", writable=True) as other:
        list(load(other, shipped("cases", "miao-2020.yaml")))
        lines = "".join(f"{line}\n" for line in other.dump() if "/ontology" not in line.split("> ")[-2])
        wanted = other.digest()
    done = merge(filled, document(lines, tmp_path, "theirs.nq"))
    assert done.cases == 1
    after = filled.digest()
    ours = {graph: digest for graph, digest in wanted.items() if "ontology" not in graph}
    assert len(ours) >= 4
    assert {graph: after.get(graph) for graph in ours} == ours
    undo(filled)
    assert filled.digest() == before


def test_a_document_that_changed_since_it_was_planned_is_refused(filled: Store, tmp_path: Path) -> None:
    path = Path(shutil.copy(A, tmp_path))
    plan, before = make_plan(filled, [path]), filled.digest()
    path.write_text(path.read_text(encoding="utf-8").replace("34.1", "34.2"), encoding="utf-8")
    with pytest.raises(DocumentError, match="not the document that was planned"):
        apply(filled, plan)
    assert filled.digest() == before


def test_a_loaded_case_stays_when_a_merged_one_of_its_term_goes(store: Store, tmp_path: Path) -> None:
    merge(store, A)
    packet = {
        "id": "x",
        "subject": {"id": "x"},
        "diseases": [{"term": {"id": "SNOMED:406506008", "label": "AD"}}],
    }
    packet["metaData"] = {
        "created": "2020-01-01T00:00:00Z",
        "createdBy": "x",
        "phenopacketSchemaVersion": "2.0",
    }
    document(json.dumps(packet), tmp_path, "p.json")
    list(load_paths(store, [tmp_path / "p.json"], Options("own")))
    undo(store)
    names = "".join(store.dump("https://w3id.org/casegraph/ontology/unresolved"))
    assert "406506008" in names
    assert f"{CASE}own/x/asserted" in store.graphs()
    assert not any("clinic_a" in each for each in store.graphs())


# Decisions


def linked(plan: MergePlan, *links: dict[str, Any]) -> MergePlan:
    """Return a plan with these links, as if they had been proposed."""
    made = [msgspec.convert({"proposed": "same-patient", **each}, PlannedLink) for each in links]
    proposed = tuple(msgspec.structs.replace(each, digest=each.digest or each.evidence) for each in made)
    return msgspec.structs.replace(plan, links=proposed)


def of(*cases: str, **more: Any) -> dict[str, Any]:
    return {"between": [f"{CASE}{each}" for each in cases], **more}


def test_a_decision_is_recorded_with_who_when_and_why(filled: Store) -> None:
    plan = make_plan(filled, [A, B])
    link = of(
        "clinic_a/p2", "clinic_b/q2", decision="same-patient", by="M. Rossi", why="one letter", score=12.5
    )
    done = apply(filled, linked(plan, link))
    assert len(done.decided) == 1
    (found,) = links(filled)
    assert found.between == (f"{CASE}clinic_a/p2", f"{CASE}clinic_b/q2")
    (decision,) = found.decisions
    assert (decision.decision, decision.by, decision.why) == ("same-patient", "M. Rossi", "one letter")
    assert decision.at.endswith("Z")
    assert not any("M. Rossi" in line for graph in filled.digest() for line in filled.dump(graph))
    counted = list(filled.dump("https://w3id.org/casegraph/patients"))
    assert [line.split(" ")[2] for line in counted] == [f"<{CASE}clinic_a/p2>"] * 2


def test_a_decision_that_is_made_again_is_recorded_only_if_it_is_another_one(filled: Store) -> None:
    plan = make_plan(filled, [A, B])
    first = of("clinic_a/p2", "clinic_b/q2", decision="same-patient", by="M. Rossi", why="one letter")
    for each in (first, first, {**first, "by": "K. Meier"}, {**first, "decision": "different-patients"}):
        apply(filled, linked(plan, each))
    (found,) = links(filled)
    assert [(each.decision, each.by) for each in found.decisions] == [
        ("same-patient", "M. Rossi"),
        ("same-patient", "K. Meier"),
        ("different-patients", "M. Rossi"),
    ]
    assert found.decision == "different-patients"
    assert "https://w3id.org/casegraph/patients" not in filled.graphs()


@pytest.mark.slow
def test_links_go_with_their_cases_and_by_themselves(filled: Store) -> None:
    before = filled.digest()
    plan = make_plan(filled, [A, B])
    apply(filled, plan)
    unlinked = filled.digest()
    link = of("clinic_a/p1", "clinic_b/q1", decision="different-patients", by="x", why="y")
    apply(filled, linked(plan, link))
    undo(filled, [links(filled)[0].iri.rpartition("/")[2][:10]])
    assert filled.digest() == unlinked
    apply(filled, linked(plan, link))
    undo(filled, ["clinic_b.ttl"])
    assert links(filled) == ()
    undo(filled)
    assert filled.digest() == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("link", "code"),
    [
        (of("clinic_a/p1", "nowhere/1", decision="same-patient", by="x", why="y"), "nothing-there"),
        (of("clinic_a/p1", "clinic_a/p1", decision="undecided"), "self-link"),
        (of("clinic_a/p1", "clinic_a/p2", decision="same-patient"), "no-decider"),
        (of("clinic_a/p1", "clinic_a/p2", decision="same-document", by="x", why="y"), "wrong-decision"),
        (of("clinic_a/p1", "clinic_a/p2#x", decision="same-patient", by="x", why="y"), "wrong-decision"),
        (of("clinic_a/p1", "clinic_b/q1", score=1.0, digest="0", decision="undecided"), "edited"),
    ],
)
def test_a_plan_that_was_edited_into_nonsense_is_refused(
    filled: Store, tmp_path: Path, link: dict[str, Any], code: str
) -> None:
    before = filled.digest()
    path = tmp_path / "plan.yaml"
    path.write_text(plan_text(linked(make_plan(filled, [A]), link)), encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        apply(filled, read_plan(path))
    assert {each.code for each in caught.value.problems} == {code}
    assert filled.digest() == before


def test_evidence_that_casegraph_did_not_give_is_refused(store: Store, tmp_path: Path) -> None:
    plan = linked(make_plan(store, [A, B]), of("clinic_a/p1", "clinic_b/q1", score=20.0))
    text = plan_text(plan)
    path = tmp_path / "plan.yaml"
    for old, new in (
        ("score: 20.0", "score: 999.0"),
        ("clinic_b/q1\n  proposed", "clinic_b/q2\n  proposed"),
        ("score: 20.0", "speaks_for: [twins]"),
    ):
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(DocumentError, match="not the link that was proposed"):
            read_plan(path)


def test_what_follows_from_a_document_is_not_edited_in_the_plan(store: Store, tmp_path: Path) -> None:
    text, path = plan_text(make_plan(store, [A])), tmp_path / "plan.yaml"
    for old, new in (
        ("model: neurobagel", "model: care_sm"),
        (f"  - {CASE}clinic_a/p1\n", ""),
        ("statements: 18", "statements: -5"),
    ):
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(DocumentError, match="than what it would bring"):
            apply(store, read_plan(path))
    assert store.digest() == {}


@pytest.mark.long
def test_a_plan_of_very_many_links_that_was_written_is_read(store: Store, tmp_path: Path) -> None:
    many = (of("a/1", f"b/{at}", score=1.0, speaks_for=["word " * 200]) for at in range(11_000))
    plan, path = linked(make_plan(store, []), *many), tmp_path / "plan.yaml"
    path.write_text(plan_text(plan), encoding="utf-8")
    assert path.stat().st_size > 10_000_000
    assert read_plan(path) == plan


@pytest.mark.slow
def test_look_alikes_that_a_better_pair_has_settled_are_counted_and_left_out(
    store: Store, material: Path, tmp_path: Path
) -> None:
    for name in ("ours", "theirs"):
        packets = list(load_paths(store, [material / "data/phenopacket-store/ELFN1"], Options(name)))
        assert len(packets) == 5
    plan, whole = make_plan(store, []), make_plan(store, [], everything=True)
    assert whole.left_out == {}
    left = [each for each in whole.links if each not in plan.links]
    assert plan.left_out == {"look-alike": len(left)}
    assert len(left) >= 4
    assert {each.proposed for each in left} == {"look-alike"}
    same = [each for each in plan.links if each.proposed == "same-patient"]
    assert len(same) == 5
    policy = Policy(accept=("same-patient",), by="x", why="y")
    every = [[each for each in decided(one, policy).links if each.by] for one in (plan, whole)]
    assert every[0] == every[1]
    path = tmp_path / "plan.yaml"
    path.write_text(plan_text(plan), encoding="utf-8")
    head = path.read_text(encoding="utf-8").partition("links:")[0]
    assert f"left_out:\n  look-alike: {len(left)}\n" in head
    assert read_plan(path) == plan
    who = {"decision": "different-patients", "by": "x", "why": "y"}
    apply(store, linked(plan, *({"between": each.between, **who} for each in same)))
    again = make_plan(store, [])
    assert again.left_out == {}
    assert [each for each in again.links if each in left] == left


@pytest.mark.slow
def test_how_many_look_alikes_are_left_out_is_said(material: Path, tmp_path: Path) -> None:
    place, plan = tmp_path / "store", tmp_path / "plan.yaml"
    for name in ("ours", "theirs"):
        packets = material / "data/phenopacket-store/ELFN1"
        run_cli("load", packets, "--dataset", name, "--store", place)
    told = run_cli("merge", "plan", "-o", plan, "--store", place)
    many = read_plan(plan).left_out["look-alike"]
    assert f"{many} look-alike links are left out: one of the two fits another far better" in told.stderr
    told = run_cli("merge", "plan", "--all", "-o", plan, "--store", place)
    assert "left out" not in told.stderr
    assert read_plan(plan).left_out == {}


@pytest.mark.slow
def test_a_link_of_ones_own_needs_no_more_than_two_and_a_decision(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    own = f"""
links:
- between: [{CASE}clinic_a/p1, {CASE}clinic_b/q1]
  decision: same-patient
  by: x
  why: y
"""
    text = plan_text(make_plan(store, [A, B]))
    path.write_text(text.partition("links:")[0].rstrip() + own, encoding="utf-8")
    assert len(apply(store, read_plan(path)).decided) == 1


def test_a_link_of_ones_own_between_two_reports_needs_no_proposal(store: Store, tmp_path: Path) -> None:
    list(load(store, TELLINGS))
    ends = ", ".join(
        f"https://w3id.org/casegraph/report/10.5555/{each}-telling" for each in ("first", "second")
    )
    own = f"casegraph-merge: 1\nlinks:\n- between: [{ends}]\n  decision: same-document\n  by: x\n  why: y\n"
    apply(store, read_plan(document(own, tmp_path, "plan.yaml")))
    (link,) = links(store)
    assert link.decision == "same-document"


@pytest.mark.parametrize("short", ["", "0", "1234567"])
def test_what_is_undone_is_named_whole_or_by_eight_digits(store: Store, tmp_path: Path, short: str) -> None:
    plan = make_plan(store, [A, B])
    apply(store, linked(plan, of("clinic_a/p2", "clinic_b/q2", decision="same-patient", by="x", why="y")))
    before = store.digest()
    digits = [*(each.hash for each in merged_documents(store)), links(store)[0].iri.rpartition("/")[2]]
    for each in digits:
        with pytest.raises(InputError, match="8 digits"):
            undo(store, [each[: len(short)]])
    assert store.digest() == before
    assert undo(store, [digits[2][:8]]).links
    assert undo(store, [digits[0][:8]]).documents == (digits[0],)


def test_two_records_of_one_data_set_are_never_one_patient_and_of_two_may_be(store: Store) -> None:
    plan = make_plan(store, [A, B])
    who = {"decision": "same-patient", "by": "x", "why": "y"}
    with pytest.raises(DocumentError, match="two patients of one data set"):
        apply(store, linked(plan, of("clinic_a/p1", "clinic_a/p2", **who)))
    assert store.digest() == {}
    apply(store, linked(plan, of("clinic_a/p1", "clinic_b/q1", **who)))
    with pytest.raises(DocumentError, match="two patients of one data set"):
        apply(store, linked(plan, of("clinic_b/q1", "clinic_a/p2", **who)))
    assert len(links(store)) == 1


def test_different_patients_that_other_links_make_the_same_are_a_contradiction(
    tmp_path: Path, store: Store
) -> None:
    who = {"by": "x", "why": "y"}
    plan = linked(
        make_plan(store, [A, B]),
        of("clinic_a/p1", "clinic_b/q1", decision="same-patient", **who),
        of("clinic_b/q1", "clinic_b/q2", decision="same-patient", **who),
        of("clinic_a/p1", "clinic_b/q2", decision="different-patients", **who),
    )
    path = tmp_path / "plan.yaml"
    path.write_text(plan_text(plan), encoding="utf-8")
    with pytest.raises(DocumentError, match="the same by way of other links") as caught:
        read_plan(path)
    assert caught.value.problems[0].line > 1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("dataset: clinic_a", "dataset: ''", "wrong-value"),
        ("casegraph-merge: 1", "casegraph-merge: 2", "wrong-value"),
        ("sources:", "sauces:", "unknown-key"),
        ("redistribution: allowed", "redistribution: perhaps", "wrong-value"),
    ],
)
def test_what_is_no_plan_is_named_with_its_place(
    store: Store, tmp_path: Path, old: str, new: str, code: str
) -> None:
    path, text = tmp_path / "plan.yaml", plan_text(make_plan(store, [A]))
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        read_plan(path)
    assert code in {each.code for each in caught.value.problems}
    assert all(each.line for each in caught.value.problems)


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (f"[{CASE}x/1, registry/7]", "'registry/7' cannot stand here; Write a whole IRI, as casegraph cases"),
        (f"[{CASE}x/1]", "a list of 1 cannot stand here; write a list of 2"),
        (f"{CASE}x/1", f"'{CASE}x/1' cannot stand here; write a list of 2"),
    ],
)
def test_what_cannot_be_the_ends_of_a_link_is_named_where_it_stands(
    tmp_path: Path, ends: str, said: str
) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(f"casegraph-merge: 1\nlinks:\n- between: {ends}\n", encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        read_plan(path)
    (problem,) = caught.value.problems
    assert (problem.line, problem.code) == (3, "wrong-value")
    assert f"{problem.message}; {problem.todo}".startswith(said)
    run_cli("merge", "apply", path, "--store", tmp_path / "store", code=1)


@pytest.mark.slow
def test_what_a_user_loads_himself_stays_when_the_document_goes(tmp_path: Path) -> None:
    place, other = str(tmp_path / "store"), str(tmp_path / "other")
    case = shipped("cases", "miao-2020.yaml")[0]
    run_cli("load", case, "--store", other)
    run_cli("export", "nquads", "-o", tmp_path / "theirs.nq", "--store", other)
    run_cli("load", shipped("cases", "yanez-2009.yaml")[0], "--store", place)
    run_cli("merge", "plan", tmp_path / "theirs.nq", "-o", tmp_path / "p.yaml", "--store", place)
    run_cli("merge", "apply", tmp_path / "p.yaml", "--store", place)
    assert "unchanged" in run_cli("load", case, "--store", place).stdout
    wanted = run_cli("digest", "--store", place).stdout
    run_cli("merge", "undo", "--all", "--store", place)
    left = run_cli("digest", "--store", place).stdout
    assert set(wanted.splitlines()) - set(left.splitlines()) == {
        line for line in wanted.splitlines() if "/merged/" in line
    }


def test_a_plan_finds_documents_beside_it_and_needs_no_store_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(A, tmp_path / "their.ttl")
    monkeypatch.chdir(tmp_path)
    planned = run_cli("merge", "plan", "their.ttl", "-o", "plan.yaml", "--store", "fresh")
    assert "is not there yet" in planned.stderr
    assert not Path("fresh").exists()
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    assert run_cli("merge", "apply", "../plan.yaml", "--store", "../fresh").stdout.startswith("new")


def test_a_plan_that_is_refused_makes_no_store(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    run_cli("merge", "plan", A, "-o", path, "--store", tmp_path / "none")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("statements: 18", "statements: 17"), encoding="utf-8")
    run_cli("merge", "apply", path, "--store", tmp_path / "none", code=1)
    assert not (tmp_path / "none").exists()


def test_a_decision_that_takes_the_place_of_another_is_told(tmp_path: Path) -> None:
    place, path = told_twice(tmp_path), tmp_path / "p.yaml"
    other = {"decision": "probably-same-patient", "by": "z", "why": "w"}
    with open_store(place) as opened:
        path.write_text(
            plan_text(linked(make_plan(opened, []), of(FIRST, SECOND, **other))), encoding="utf-8"
        )
    assert "takes the place of same-patient by x" in run_cli("merge", "apply", path, "--store", place).stderr


def test_two_patients_of_one_report_are_never_one(store: Store) -> None:
    list(load(store, shipped("cases", "rituximab-registry-2011.yaml")))
    both = ["10.3899/jrheum.101321/2", "10.3899/jrheum.101321/4"]
    plan = linked(make_plan(store, []), of(*both, decision="same-patient", by="x", why="y"))
    with pytest.raises(DocumentError, match="two patients of one report"):
        apply(store, plan)


def test_a_policy_decides_what_is_proposed_and_somebody_answers_for_it(store: Store) -> None:
    plan = linked(
        make_plan(store, [A, B]),
        of("clinic_a/p1", "clinic_b/q1", score=20.0),
        of("clinic_a/p2", "clinic_b/q2", score=10.0),
        of("clinic_a/p2", "clinic_b/q1", score=30.0, proposed="look-alike"),
    )
    with pytest.raises(InputError, match="is no score"):
        decided(plan, Policy(accept=("same-patient",), at_least=float("nan"), by="x", why="y"))
    with pytest.raises(InputError, match="without who decides"):
        decided(plan, Policy(accept=("same-patient",)))
    found = decided(plan, Policy(accept=("same-patient",), at_least=15, by="x", why="y"))
    assert [each.decision for each in found.links] == ["same-patient", "undecided", "undecided"]
    assert found.links[0].by == "x"
    assert "y" in found.links[0].why


TELLINGS = sorted((Path(__file__).parent / "tellings").glob("*.yaml"))
FIRST, SECOND = "10.5555/first-telling/1", "10.5555/second-telling/1"


def decide_same(place: str | Path, *pairs: tuple[str, str]) -> None:
    who = {"decision": "same-patient", "by": "x", "why": "y"}
    with open_store(place, writable=True) as store:
        apply(store, linked(make_plan(store, []), *(of(*pair, score=35.0, **who) for pair in pairs)))


def told_twice(folder: Path) -> str:
    """Return a store with two reports on one patient."""
    place = str(folder / "store")
    run_cli("load", *TELLINGS, "--store", place)
    decide_same(place, (FIRST, SECOND))
    return place


def test_two_publications_are_named_at_the_head_of_a_link_and_not_as_a_reason(
    store: Store, tmp_path: Path
) -> None:
    list(load(store, shipped("cases", "miao-202*.yaml")))
    plan, path = make_plan(store, []), tmp_path / "plan.yaml"
    (link,) = (each for each in plan.links if each.proposed == "possible-overlap")
    assert link.documents == "doi:10.1007/s13555-020-00421-8 against doi:10.1007/s40744-021-00301-3"
    assert not any(each.startswith("documents") for each in link.speaks_against)
    text = plan_text(plan)
    assert f"  - {link.between[1]}\n  documents: {link.documents}\n  proposed:" in text
    path.write_text(text.replace(link.documents, "one paper"), encoding="utf-8")
    with pytest.raises(DocumentError, match="not the link that was proposed"):
        read_plan(path)
    decide = msgspec.structs.replace(link, decision="possible-overlap", by="x", why="y")
    apply(store, msgspec.structs.replace(plan, links=(decide,)))
    assert sum(f'speaksAgainst> "documents: {link.documents}"' in each for each in store.dump()) == 1


def test_who_watches_is_told_what_a_merge_is_at(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "_AT_ONCE", 10)
    told: list[str] = []
    with watched(told.append):
        apply(store, make_plan(store, [A]))
    seen = [each.replace(str(A), "A") for each in told]
    read = ["reading A: 10 statements", "reading A: 18 statements", "checking A: 18 statements"]
    read += ["naming A: 18 statements", "lifting cases out of A", "placing A: 18 statements"]
    looked = "looking for patients that are told of twice: 2 cases and groups"
    assert seen == [*read, looked, *read, "writing into the store"]


def test_what_takes_long_is_said_while_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    said, came = list[str](), threading.Event()

    def say(text: str) -> None:
        said.append(text)
        came.set()

    monkeypatch.setattr(meter, "say", say)
    with meter.Ticking(every=0.001) as ticking:
        ticking("reading a.nt: 50,000 statements")
        assert came.wait(60)
    assert said[0] == "reading a.nt: 50,000 statements, 0 s so far"
    with meter.Ticking(every=60) as ticking:
        ticking("nothing that takes long")
    assert not any("nothing" in each for each in said)


UNREAD = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix ex: <https://example.org/> .
ex:a a ex:DayBook ; ex:q7 "low" , "high" ; ex:roomNumber 12 .
ex:q7 rdfs:label "mood of the day" .
"""


def test_what_is_left_is_counted_and_called_by_its_name(store: Store, tmp_path: Path) -> None:
    (source,) = make_plan(store, [document(UNREAD, tmp_path)]).sources
    assert source.left == (
        "2 x property mood of the day (https://example.org/q7)",
        "1 x class day book (https://example.org/DayBook)",
        "1 x property label (rdfs:label)",
        "1 x property room number (https://example.org/roomNumber)",
    )
    lost = make_plan(store, [A]).sources[0].left
    assert not [each for each in lost if not each[0].isdigit()]


@pytest.mark.slow
def test_a_store_is_whole_after_a_decision_whatever_the_score(tmp_path: Path) -> None:
    place = told_twice(tmp_path)
    assert "whole" in run_cli("verify", "--store", place).stderr


@pytest.mark.slow
def test_a_report_that_is_loaded_anew_is_compared_anew(tmp_path: Path) -> None:
    place = told_twice(tmp_path)
    ask = ("query", "conflicts_between_reports", "-f", "csv", "--store", place)
    assert "sexConflict" in run_cli(*ask).stdout
    text = TELLINGS[1].read_text(encoding="utf-8")
    assert text.count("sex: male") == 1
    corrected = document(text.replace("sex: male", "sex: female"), tmp_path, "second.yaml")
    loaded = run_cli("load", corrected, "--store", place)
    assert "1 pairs of cases of one patient were compared anew" in loaded.stderr
    assert "sexConflict" not in run_cli(*ask).stdout
    assert "whole" in run_cli("verify", "--store", place).stderr
    run_cli("load", TELLINGS[1], "--store", place)
    assert "sexConflict" in run_cli(*ask).stdout


@pytest.mark.slow
def test_every_two_reports_on_a_patient_are_compared_also_by_way_of_a_third(tmp_path: Path) -> None:
    """The first and the second contradict each other in sex; both are joined to a third that tells none."""
    text = TELLINGS[1].read_text(encoding="utf-8")
    third = document(
        text.replace("second-telling", "third-telling").replace("sex: male", "sex: unknown"),
        tmp_path,
        "t.yaml",
    )
    place = str(tmp_path / "store")
    run_cli("load", *TELLINGS, third, "--store", place)
    decide_same(place, (FIRST, "10.5555/third-telling/1"), ("10.5555/third-telling/1", SECOND))
    rows = run_cli("query", "conflicts_between_reports", "-f", "csv", "--store", place).stdout.splitlines()
    (sex,) = [row for row in rows if "sexConflict" in row]
    assert "first-telling" in sex
    assert "second-telling" in sex
    before = run_cli("digest", "--store", place).stdout
    with open_store(place, writable=True) as store:
        (link,) = [each for each in links(store) if "second" in each.between[0]]
        undo(store, [link.iri])
    rows = run_cli("query", "conflicts_between_reports", "-f", "csv", "--store", place).stdout.splitlines()
    assert not [row for row in rows if "sexConflict" in row]
    decide_same(place, ("10.5555/third-telling/1", SECOND))
    assert run_cli("digest", "--store", place).stdout == before


@pytest.mark.slow
def test_patients_of_one_report_are_not_one_by_way_of_a_third(store: Store) -> None:
    list(load(store, shipped("cases", "rituximab-registry-2011.yaml")))
    list(load(store, TELLINGS))
    decision = {"decision": "same-patient", "by": "x", "why": "y"}
    apply(store, linked(make_plan(store, []), of("10.3899/jrheum.101321/2", FIRST, **decision)))
    before = store.digest()
    with pytest.raises(DocumentError, match="two patients of one report, and would be one"):
        apply(store, linked(make_plan(store, []), of("10.3899/jrheum.101321/4", FIRST, **decision)))
    assert store.digest() == before


@pytest.mark.slow
def test_a_decision_that_contradicts_earlier_ones_is_refused(filled: Store) -> None:
    list(load(filled, TELLINGS))
    plan = make_plan(filled, [A, B])
    who = {"by": "x", "why": "y"}
    same = {"decision": "same-patient", **who}
    apply(filled, linked(plan, of("clinic_a/p1", "clinic_b/q1", **same)))
    apply(filled, linked(plan, of("clinic_b/q1", FIRST, **same)))
    before = filled.digest()
    with pytest.raises(DocumentError, match="the same by way of other links"):
        apply(filled, linked(plan, of("clinic_a/p1", FIRST, decision="different-patients", **who)))
    assert filled.digest() == before


@pytest.mark.slow
def test_a_row_says_that_another_report_contradicts_its_claim(tmp_path: Path) -> None:
    place = told_twice(tmp_path)
    rows = run_cli("query", "conflicts_between_reports", "-f", "csv", "--store", place).stdout.splitlines()
    claims = [cell for row in rows[1:] for cell in row.split(",") if "first-telling/1#" in cell]
    assert claims
    told = run_cli("query", "claims_of_case", "-p", f"case={FIRST}", "-f", "csv", "--store", place)
    listed = sum(any(claim in row for claim in claims) for row in told.stdout.splitlines()[1:])
    assert f"{listed} of " in told.stderr
    assert "another report on the patient contradicts" in told.stderr
    shown = run_cli("show", FIRST, "--store", place).stdout
    assert "Other reports on this patient" in shown
    assert f"{CASE}{SECOND}" in shown


@pytest.mark.slow
def test_a_load_through_python_keeps_what_was_merged_in_line(tmp_path: Path) -> None:
    place = told_twice(tmp_path)
    text = TELLINGS[1].read_text(encoding="utf-8").replace("sex: male", "sex: female")
    casegraph.open(place).load(document(text, tmp_path, "second.yaml"))
    rows = casegraph.open(place).query("conflicts_between_reports")
    assert rows
    assert "sexConflict" not in {str(row["matter"]).rpartition("#")[2] for row in rows}


@pytest.mark.slow
def test_a_load_that_was_cut_off_before_it_compared_is_made_good_by_the_next(tmp_path: Path) -> None:
    place = told_twice(tmp_path)
    text = TELLINGS[1].read_text(encoding="utf-8").replace("sex: male", "sex: female")
    corrected = document(text, tmp_path, "second.yaml")
    with open_store(place, writable=True) as store:
        list(load(store, [corrected]))  # and nothing after it
    ask = ("query", "conflicts_between_reports", "-f", "csv", "--store", place)
    assert "sexConflict" in run_cli(*ask).stdout
    again = run_cli("load", corrected, "--store", place)
    assert "\nunchanged\t" in again.stdout
    assert "1 pairs of cases of one patient were compared anew" in again.stderr
    assert "sexConflict" not in run_cli(*ask).stdout
    assert "compared" not in run_cli("load", corrected, "--store", place).stderr


@pytest.mark.slow
def test_a_load_of_something_new_makes_good_what_an_earlier_one_left(tmp_path: Path) -> None:
    place = told_twice(tmp_path)
    text = TELLINGS[1].read_text(encoding="utf-8").replace("sex: male", "sex: female")
    with open_store(place, writable=True) as store:
        list(load(store, [document(text, tmp_path, "second.yaml")]))  # and nothing after it
    told = run_cli("load", shipped("cases", "miao-2020.yaml")[0], "--store", place)
    assert "1 pairs of cases of one patient were compared anew" in told.stderr
    ask = ("query", "conflicts_between_reports", "-f", "csv", "--store", place)
    assert "sexConflict" not in run_cli(*ask).stdout


OWN = """format-version: 1.2
ontology: own
idspace: OWN https://example.org/own#

[Term]
id: OWN:1
name: glow of the cheeks
is_a: HP:0000118
{above}
[Term]
id: OWN:2
name: glow
is_a: HP:0000118
"""


@pytest.mark.slow
def test_what_was_compared_by_another_vocabulary_is_compared_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A glow in one report, denied in the other: a conflict once the vocabulary makes one a kind of it."""
    monkeypatch.setenv("CASEGRAPH_VOCABULARY", str(tmp_path / "vocabulary"))
    add = ("vocab", "add", "--prefix", "OWN=https://example.org/own#", tmp_path / "own.obo")
    document(OWN.format(above=""), tmp_path, "own.obo")
    run_cli(*add)
    place, said = str(tmp_path / "store"), [each.read_text(encoding="utf-8") for each in TELLINGS]
    one = said[0].replace("HP:0010783 Erythema", "OWN:1 glow of the cheeks")
    other = said[1].replace("HP:0001945 Fever", "OWN:2 glow")
    told = [document(one, tmp_path, "one.yaml"), document(other, tmp_path, "other.yaml")]
    run_cli("load", *told, "--store", place)
    decide_same(place, (FIRST, SECOND))
    ask = ("query", "conflicts_between_reports", "-f", "csv", "--store", place)
    assert "findingConflict" not in run_cli(*ask).stdout
    document(OWN.format(above="is_a: OWN:2\n"), tmp_path, "own.obo")
    run_cli(*add)
    new = shipped("cases", "miao-2020.yaml")[0]
    assert "1 pairs of cases" in run_cli("load", new, "--store", place).stderr
    assert "findingConflict" in run_cli(*ask).stdout
    assert "compared" not in run_cli("load", new, "--store", place).stderr


#: The ends of what the graphs of merging say, and the class that the property wants of each.
ENDS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?end ?property ?class (EXISTS { ?end a/rdfs:subClassOf* ?class } AS ?fits) {
  { GRAPH ?graph { ?end ?property ?object } ?property rdfs:domain ?class } UNION
  { GRAPH ?graph { ?subject ?property ?end } ?property rdfs:range ?class FILTER(isIRI(?end)) }
  FILTER(REGEX(STR(?graph), "^https://w3id.org/casegraph/(link/|patients$|compared/|merged/)"))
}"""


def test_links_of_every_kind_fit_the_domains_and_ranges_of_their_properties(store: Store) -> None:
    """Else a reasoner takes a group for a case, which no group is, and answers nothing any more."""
    list(load(store, [*TELLINGS, *shipped("cases", "rituximab-registry-2011.yaml")]))
    group = "https://w3id.org/casegraph/group/10.3899/jrheum.101321/series"
    reports = [f"https://w3id.org/casegraph/report/10.5555/{each}-telling" for each in ("first", "second")]
    who = {"by": "x", "why": "y"}
    second = FIRST.replace("first", "second").replace("/1", "/2")
    plan = linked(
        make_plan(store, [A]),
        of(FIRST, SECOND, decision="same-patient", **who),
        of(FIRST, "clinic_a/p1", decision="probably-same-patient", **who),
        of(FIRST, second, decision="different-patients", **who),
        {"between": (group, f"{CASE}{FIRST}"), "decision": "different-patients", **who},
        {"between": (group, f"{CASE}{SECOND}"), "decision": "possible-overlap", **who},
        {"between": reports, "decision": "same-document", "proposed": "same-document", **who},
    )
    assert len(apply(store, plan).decided) == 6
    rows = list(Rows.read(store.query(ENDS)))
    used = {str(row["property"]).rpartition("#")[2] for row in rows}
    assert {"samePatientAs", "probablySamePatientAs", "notSamePatientAs", "possiblyOverlaps"} <= used
    assert {"countedAs", "links", "brings", "ofComparison"} <= used
    assert [row for row in rows if row["fits"] is not True] == []


@pytest.mark.slow
def test_a_plan_tells_what_was_decided_of_two_before_one_of_them_was_removed(tmp_path: Path) -> None:
    text = TELLINGS[0].read_text(encoding="utf-8")
    copy = document(text.replace("first-telling", "copied-telling"), tmp_path, "copy.yaml")
    place = str(tmp_path / "store")
    run_cli("load", TELLINGS[0], copy, "--store", place)
    decide_same(place, (FIRST, "10.5555/copied-telling/1"))
    assert "the ledger keeps who decided them" in run_cli("remove", FIRST, "--store", place).stderr
    run_cli("load", TELLINGS[0], "--store", place)
    with open_store(place) as store:
        assert links(store) == ()
        (link,) = [each for each in make_plan(store, []).links if each.proposed != "same-document"]
    (before,) = link.decided_before
    assert before.startswith("same-patient, by x on 20")
    assert before.endswith(": y")
    assert link.decision == "undecided"


@pytest.mark.slow
def test_links_go_with_a_case_that_is_removed(tmp_path: Path) -> None:
    place = str(tmp_path / "store")
    link = of("clinic_a/p2", "clinic_b/q2", decision="same-patient", by="x", why="y")
    with open_store(place, writable=True) as opened:
        apply(opened, linked(make_plan(opened, [A, B]), link))
    removed = run_cli("remove", "clinic_b/q2", "--store", place)
    assert "1 links went with it" in removed.stderr
    assert "clinic_b.ttl still tells of it" in removed.stderr
    with open_store(place) as store:
        assert links(store) == ()
        assert "https://w3id.org/casegraph/patients" not in store.graphs()


def test_an_archive_is_the_document_that_its_folder_is(tmp_path: Path, store: Store) -> None:
    folder = tmp_path / "clinics"
    folder.mkdir()
    for path in (A, B):
        shutil.copy(path, folder)
    archive = shutil.make_archive(str(tmp_path / "clinics"), "zip", folder)
    one, other = make_plan(store, [folder, Path(archive)]).sources
    assert one.document == other.document
    assert (one.dataset, one.statements) == ("clinics", 35)  # 18 each, one of them in both
    assert len(one.cases) == 4


# The command line


@pytest.mark.slow
def test_the_way_of_a_newcomer(tmp_path: Path) -> None:
    store, plan = str(tmp_path / "store"), str(tmp_path / "plan.yaml")
    run_cli("load", str(shipped("cases", "behcet-il2-2022.yaml")[0]), "--store", store)
    before = run_cli("digest", "--store", store).stdout
    planned = run_cli("merge", "plan", str(A), "-o", plan, "--store", store)
    assert "lifted by neurobagel" in planned.stdout
    assert run_cli("digest", "--store", store).stdout == before
    assert run_cli("merge", "apply", plan, "--store", store).stdout.startswith("new\t")
    listed = json.loads(run_cli("merge", "list", "-f", "json", "--store", store).stdout)
    assert [each["about"] for each in listed] == ["clinic_a.ttl"]
    assert "whole" in run_cli("verify", "--store", store).stderr
    run_cli("merge", "undo", "clinic_a.ttl", "--store", store)
    assert run_cli("digest", "--store", store).stdout == before
    refused = run_cli("merge", "undo", "clinic_a.ttl", "--store", store, code=2)
    assert "casegraph merge list" in refused.stderr


def test_a_document_that_is_refused_ends_the_program_with_1_and_a_wrong_call_with_2(tmp_path: Path) -> None:
    bad = sorted((FOREIGN / "bad").iterdir())
    assert len(bad) == 15
    place, plan = tmp_path / "store", tmp_path / "plan.yaml"
    for path in bad:
        run_cli("merge", "plan", path, "-o", plan, "--store", place, code=1)
    run_cli("merge", "plan", tmp_path / "none.ttl", "-o", plan, "--store", place, code=2)
    assert not plan.exists()


def test_a_plan_cannot_be_written_for_what_cannot_be_read(tmp_path: Path) -> None:
    store, plan = str(tmp_path / "store"), tmp_path / "plan.yaml"
    open_store(store, writable=True).close()
    bad = FOREIGN / "bad" / "ill-typed.ttl"
    refused = run_cli("merge", "plan", bad, "-o", plan, "--store", store, code=1)
    assert "ill-typed.ttl" in refused.stderr
    assert not plan.exists()
