"""The import slices are closed, live and labelled, and no whole and no role is a superclass."""

from __future__ import annotations

import csv
import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, BNode, Graph, Literal, URIRef

from casegraph.errors import InputError
from casegraph.namespaces import BASE, compact, expand

ROOT = Path(__file__).parents[1]
IMPORTS = ROOT / "ontology" / "imports"
#: prefix -> (the classes without a parent, how many wanted terms there are at least)
SLICES = {
    "CHEBI": ({"CHEBI:24431", "CHEBI:50906"}, 45),
    "CL": ({"CL:0000000"}, 26),
    "HP": ({"HP:0000001"}, 150),
    "MONDO": ({"MONDO:0000001"}, 75),
    "UBERON": ({"UBERON:0001062"}, 45),
}
#: Slices that no package ships: written from identifiers and labels read in the release itself.
BY_HAND = {"obi": "OBI:0000070", "maxo": "MAXO:0000001"}
WITHIN = URIRef(expand("cg:within"))
WITHIN_OR_KIND_OF = URIRef(expand("cg:withinOrKindOf"))
DRUG_GROUP = URIRef(expand("cg:drugGroup"))


@cache
def rows() -> tuple[dict[str, str], ...]:
    with (IMPORTS / "terms.tsv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter="\t"))


def wanted(prefix: str) -> list[dict[str, str]]:
    return [row for row in rows() if row["curie"].startswith(f"{prefix}:")]


@cache
def slice_of(prefix: str) -> Graph:
    return Graph().parse(IMPORTS / f"{prefix.lower()}.ttl")


def classes(graph: Graph) -> set[str]:
    return {compact(str(found)) for found in graph.subjects(RDF.type, OWL.Class)}


def upward(prefix: str) -> URIRef:
    return WITHIN_OR_KIND_OF if prefix == "UBERON" else RDFS.subClassOf


@cache
def above(curie: str) -> frozenset[str]:
    """Everything that the class is a kind of, or for anatomy within, itself left out."""
    prefix = curie.partition(":")[0]
    start = URIRef(expand(curie))
    found = slice_of(prefix).transitive_objects(start, upward(prefix))
    return frozenset(compact(str(node)) for node in found if isinstance(node, URIRef)) - {curie}


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_slices", ROOT / "tools" / "make_slices.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_slices"] = module
    spec.loader.exec_module(module)
    return module


def test_the_wanted_terms_are_sorted_and_each_is_there_once() -> None:
    curies = [row["curie"] for row in rows()]
    assert curies == sorted(set(curies))
    assert {curie.partition(":")[0] for curie in curies} == SLICES.keys()


def test_there_is_a_slice_for_each_prefix_and_no_other() -> None:
    found = {path.stem for path in IMPORTS.glob("*.ttl")} - BY_HAND.keys()
    assert found == {prefix.lower() for prefix in SLICES}


@pytest.mark.parametrize(("name", "root"), BY_HAND.items())
def test_a_slice_written_by_hand_reaches_its_root(name: str, root: str) -> None:
    graph = Graph().parse(IMPORTS / f"{name}.ttl")
    classes = set(graph.subjects(RDF.type, OWL.Class))
    assert len(classes) >= 8
    for each in classes:
        assert graph.value(each, RDFS.label) is not None
        assert URIRef(expand(root)) in graph.transitive_objects(each, RDFS.subClassOf)


@pytest.mark.slow
@pytest.mark.parametrize("prefix", SLICES)
def test_each_wanted_term_has_its_label_and_names(prefix: str) -> None:
    graph = slice_of(prefix)
    assert len(wanted(prefix)) >= SLICES[prefix][1]
    for row in wanted(prefix):
        term = URIRef(expand(row["curie"]))
        assert graph.value(term, RDFS.label) == Literal(row["label"], lang="en"), row["curie"]
        names = {str(name) for name in graph.objects(term, SKOS.altLabel)}
        assert names >= set((row["also"] or "").split("|")) - {""}, row["curie"]


@pytest.mark.parametrize("prefix", SLICES)
def test_each_class_reaches_a_root_and_only_roots_have_no_parent(prefix: str) -> None:
    roots = SLICES[prefix][0]
    found = classes(slice_of(prefix))
    assert {curie for curie in found if not above(curie)} == roots
    assert {curie for curie in found - roots if not above(curie) & roots} == set()


@pytest.mark.parametrize("prefix", SLICES)
def test_a_slice_holds_the_wanted_terms_their_ancestors_and_drug_groups_only(prefix: str) -> None:
    graph = slice_of(prefix)
    start = {row["curie"] for row in wanted(prefix)}
    start |= {compact(str(group)) for group in graph.objects(None, DRUG_GROUP)}
    assert classes(graph) == start.union(*(above(curie) for curie in start))


@pytest.mark.parametrize("prefix", SLICES)
def test_every_link_is_direct(prefix: str) -> None:
    parents: dict[str, set[str]] = {}
    for child, parent in slice_of(prefix).subject_objects(upward(prefix)):
        if isinstance(parent, URIRef):
            parents.setdefault(compact(str(child)), set()).add(compact(str(parent)))
    assert len(parents) > 60
    assert [
        curie for curie, direct in parents.items() if any(direct & above(parent) for parent in direct)
    ] == []


@pytest.mark.parametrize("prefix", SLICES)
def test_every_class_has_one_label_and_none_is_obsolete(prefix: str) -> None:
    graph = slice_of(prefix)
    for term in graph.subjects(RDF.type, OWL.Class):
        (label,) = graph.objects(term, RDFS.label)
        assert "obsolete" not in str(label).lower()
        assert "\\" not in str(label)
    assert not set(graph.subjects(OWL.deprecated, None))


def test_obsolete_doubles_and_diseases_of_animals_are_out() -> None:
    out = {"MONDO:0005014", "MONDO:0005054", "MONDO:0005234", "MONDO:0005583", "MONDO:1010745"}
    assert not classes(slice_of("MONDO")) & out


@pytest.mark.parametrize(
    ("narrow", "broad"),
    [
        ("MONDO:1010089", "MONDO:1010096"),  # hypomyopathic < clinically amyopathic dermatomyositis
        ("MONDO:1010089", "MONDO:0016367"),  # < dermatomyositis
        ("MONDO:1010089", "MONDO:0021167"),  # < myositis disease
        ("MONDO:0016367", "MONDO:0019127"),  # MONDO has dermatomyositis below polymyositis
        ("MONDO:0007827", "MONDO:0021167"),  # inclusion body myositis < myositis disease
        ("MONDO:0015264", "MONDO:0005275"),  # cryptogenic organizing pneumonia < lung disorder
        ("CL:0000815", "CL:0000084"),  # regulatory T cell < T cell
        ("CL:0000899", "CL:0000624"),  # Th17 < CD4-positive, alpha-beta T cell
        ("HP:0034143", "HP:0030057"),  # anti-PL-7 < autoimmune antibody positivity
        ("HP:0003701", "HP:0001324"),  # proximal muscle weakness < muscle weakness
        ("HP:0003326", "HP:0000118"),  # myalgia < phenotypic abnormality
        ("CHEBI:8382", "CHEBI:24261"),  # prednisone < glucocorticoid
        ("CHEBI:35705", "CHEBI:50906"),  # immunosuppressive agent < role
        ("UBERON:0001461", "UBERON:0002102"),  # elbow within forelimb
        ("UBERON:0013777", "UBERON:0002398"),  # skin of palm within hand
        ("UBERON:0001377", "UBERON:0002103"),  # quadriceps femoris within lower limb
    ],
)
def test_what_holds(narrow: str, broad: str) -> None:
    assert broad in above(narrow)


@pytest.mark.parametrize(
    ("narrow", "broad"),
    [
        ("MONDO:1010089", "MONDO:0043317"),  # amyopathic is a sibling of hypomyopathic, not above it
        ("MONDO:0019127", "MONDO:0016367"),  # polymyositis is not a dermatomyositis
        (
            "MONDO:0007827",
            "MONDO:0600023",
        ),  # inclusion body myositis is not an idiopathic inflammatory myopathy
        ("CL:0000899", "CL:0000815"),  # Th17 is not a regulatory T cell
        ("HP:0033555", "HP:6000678"),  # anti-Ro is not myositis-specific
        ("UBERON:0001461", "UBERON:0002103"),  # the elbow is not in the lower limb
        ("UBERON:0002102", "UBERON:0001461"),  # the forelimb is not in the elbow
    ],
)
def test_what_does_not_hold(narrow: str, broad: str) -> None:
    assert {narrow, broad} <= classes(slice_of(narrow.partition(":")[0]))
    assert broad not in above(narrow)


def test_no_chemical_is_below_a_role() -> None:
    found = classes(slice_of("CHEBI"))
    roles = {curie for curie in found if "CHEBI:50906" in above(curie)}
    chemicals = {curie for curie in found if "CHEBI:24431" in above(curie)}
    assert {"CHEBI:35705", "CHEBI:38068", "CHEBI:76617"} <= roles
    assert {"CHEBI:8382", "CHEBI:5801", "CHEBI:71200"} <= chemicals
    assert not roles & chemicals


@pytest.mark.parametrize(
    ("drug", "inside", "outside"),
    [
        ("CHEBI:8382", "CHEBI:35705", "CHEBI:38068"),  # prednisone: immunosuppressive, not an antimalarial
        ("CHEBI:5801", "CHEBI:38068", "CHEBI:35705"),  # hydroxychloroquine: the other way round
        (
            "CHEBI:71200",
            "CHEBI:76617",
            "CHEBI:35610",
        ),  # tofacitinib: tyrosine kinase inhibitor, no antineoplastic
        ("CHEBI:4027", "CHEBI:35705", "CHEBI:88188"),  # cyclophosphamide: drug allergen is no group of drugs
        (
            "CHEBI:4031",
            "CHEBI:50846",
            "CHEBI:25212",
        ),  # ciclosporin: immunomodulator (from above), not metabolite
    ],
)
def test_drug_groups(drug: str, inside: str, outside: str) -> None:
    groups = {compact(str(group)) for group in slice_of("CHEBI").objects(URIRef(expand(drug)), DRUG_GROUP)}
    assert inside in groups
    assert outside not in groups


def test_drug_groups_lead_from_wanted_drugs_to_roles() -> None:
    pairs = [(compact(str(s)), compact(str(o))) for s, o in slice_of("CHEBI").subject_objects(DRUG_GROUP)]
    assert len({drug for drug, _ in pairs}) >= 30
    assert {drug for drug, _ in pairs} <= {row["curie"] for row in wanted("CHEBI")}
    assert all("CHEBI:24431" in above(drug) and "CHEBI:50906" in above(group) for drug, group in pairs)


def test_anatomy_has_no_superclass_but_the_same_links_as_axioms() -> None:
    graph = slice_of("UBERON")
    axioms = set()
    for child, restriction in graph.subject_objects(RDFS.subClassOf):
        assert isinstance(restriction, BNode)
        assert graph.value(restriction, RDF.type) == OWL.Restriction
        assert graph.value(restriction, OWL.onProperty) == WITHIN
        axioms.add((child, graph.value(restriction, OWL.someValuesFrom)))
    assert len(axioms) > 200
    assert axioms == set(graph.subject_objects(WITHIN_OR_KIND_OF))


def test_a_plain_name_is_a_synonym_of_its_class_and_of_no_other() -> None:
    concepts = Graph().parse(ROOT / "ontology" / "concepts.ttl")
    plain = list(concepts.subject_objects(SKOS.prefLabel))
    assert {str(name) for _, name in plain} >= {"foot", "hand", "methylprednisolone", "tacrolimus"}
    assert len(plain) >= 15
    for term, name in plain:
        assert list(slice_of(compact(str(term)).partition(":")[0]).subjects(SKOS.altLabel, name)) == [term]


@pytest.mark.parametrize("prefix", SLICES)
def test_each_file_declares_all_it_uses_and_has_no_other_blank_node(prefix: str) -> None:
    graph = slice_of(prefix)
    declared = set(graph.subjects(RDF.type, OWL.AnnotationProperty))
    built_in = (str(RDF), str(RDFS), str(OWL))
    used = {predicate for predicate in graph.predicates() if not str(predicate).startswith(built_in)}
    assert used == declared
    assert set(graph.subjects(RDF.type, OWL.ObjectProperty)) == set(graph.objects(None, OWL.onProperty))
    blank = {node for triple in graph for node in triple if isinstance(node, BNode)}
    assert blank == set(graph.subjects(RDF.type, OWL.Restriction))


@pytest.mark.parametrize("prefix", SLICES)
def test_each_file_says_where_it_comes_from(prefix: str) -> None:
    graph = slice_of(prefix)
    (ontology,) = graph.subjects(RDF.type, OWL.Ontology)
    assert ontology == URIRef(f"{BASE}ontology/imports/{prefix.lower()}")
    version = str(graph.value(ontology, OWL.versionInfo))
    assert version in str(graph.value(ontology, DCTERMS.source))
    assert version in str(graph.value(ontology, DCTERMS.rights))
    assert str(graph.value(ontology, DCTERMS.license)) in str(graph.value(ontology, DCTERMS.rights))
    assert graph.value(ontology, DCTERMS.title)
    assert graph.value(ontology, DCTERMS.description)


def test_obo_gives_is_a_and_exact_synonyms_only(tool: ModuleType) -> None:
    text = """format-version: 1.2

[Term]
id: X:1
name: elbow
synonym: "cubit" RELATED []
synonym: "elbow region" EXACT []
is_a: X:0 {source="y"} ! region
relationship: part_of X:9 ! arm

[Term]
id: X:2
name: obsolete wing
is_obsolete: true

[Typedef]
id: part_of
name: part of
"""
    assert tool.read_obo(text) == {
        "X:1": tool.Term("elbow", ("elbow region",), frozenset({"X:0"})),
        "X:2": tool.Term("obsolete wing", obsolete=True),
    }


@pytest.mark.parametrize("curie", ["X:1", "X:2"])
def test_an_obsolete_or_unknown_term_is_refused(tool: ModuleType, curie: str) -> None:
    with pytest.raises(InputError, match=f"{curie}: not a live class"):
        tool.cut([curie], {"X:1": tool.Term("wing", obsolete=True)})


def test_the_same_input_gives_the_same_bytes_in_any_order(tool: ModuleType) -> None:
    source = tool.Source("UBERON", "a", "1", mixed=True)
    parts = {"UBERON:1": tool.Term("b", ("z", 'a "quoted" name')), "UBERON:0": tool.Term("a")}
    parts["UBERON:2"] = tool.Term("c", parents=frozenset(parts))
    once = tool.turtle(source, tool.cut(["UBERON:2"], parts), {})
    again = tool.turtle(source, tool.cut(["UBERON:2"], dict(reversed(parts.items()))), {})
    assert once == again
    assert once.index('"a \\"quoted\\" name"@en') < once.index('"z"@en')
    assert "rdfs:subClassOf UBERON" not in once
