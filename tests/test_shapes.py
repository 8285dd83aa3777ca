"""The shipped shapes: what each says of itself, its examples, and the change that it alone notices."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pyoxigraph as ox
import pytest
import yaml
from pyshacl.entrypoints import meta_validate
from rdflib import DCTERMS, OWL, RDF, RDFS, SH, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from casegraph.ingest import prepare
from casegraph.loaders.records import Options, RecordBuilder
from casegraph.model import Finding
from casegraph.model.values import Change, ResponseDirection
from casegraph.namespaces import CG, PREFIXES, compact
from casegraph.resources import shipped
from casegraph.rules import data_with_hierarchy
from casegraph.terms import shipped_terms
from casegraph.triples import asserted_quads
from casegraph.validate import Report, read_data, read_shapes, shipped_shapes, validate
from casegraph.validate.paths import sparql_path
from casegraph.validate.rdflib_terms import rdflib_graph

EXAMPLES = Path(__file__).parent / "shapes"
FILES = shipped("shapes", "*.ttl")
SEED = shipped("cases", "miao-2020.yaml")
CORPUS = (*SEED, *sorted((EXAMPLES / "corpus").glob("*.yaml")))
ONTOLOGY = Graph().parse(shipped("ontology", "casegraph.ttl")[0])
SHAPES = rdflib_graph(shipped_shapes().ntriples)
CGSH = PREFIXES["cgsh"]
CG_TERM = Namespace(CG)

#: What a shape says about itself or about where it applies, not about the data.
NO_CONSTRAINT = {SH.targetClass, SH.property, SH.message, SH.severity, SH.path}
NAMED = {
    shape: str(shape).removeprefix(CGSH)
    for kind in (SH.NodeShape, SH.PropertyShape)
    for shape in SHAPES.subjects(RDF.type, kind)
    if isinstance(shape, URIRef)
}


def asserts(shape: Node) -> bool:
    """Say whether a shape asks something of its own, and does not only hold other shapes."""
    terms = set(SHAPES.predicates(shape))
    return any(str(term).startswith(str(SH)) and term not in NO_CONSTRAINT for term in terms)


ASSERTING = {name: shape for shape, name in sorted(NAMED.items()) if asserts(shape)}
#: Shapes of a property of which the corpus has no value: good data have none, or no vocabulary knows it.
FORBIDDING = {"CaseShape-counts", "ClaimShape-aboutInstance", "SubjectShape-sameAs", "UnresolvedConceptShape"}


def targets(shape: Node) -> set[Node]:
    holders = {shape, *SHAPES.subjects(SH.property, shape)}
    return {target for holder in holders for target in SHAPES.objects(holder, SH.targetClass)}


def report(ntriples: str) -> Report:
    return validate(data_with_hierarchy(ntriples, shipped_terms()), shipped_shapes())


def found_by(report: Report) -> set[str]:
    return {result.shape.strip("<>").removeprefix(CGSH) for result in report.results}


@cache
def corpus() -> str:
    """Return the quads of all corpus documents, without the hierarchy."""
    prepared = [prepare(path) for path in CORPUS]
    return "".join(each.asserted + each.inferred for each in prepared) + record()


def record() -> str:
    """Return the quads of a case of a data set, with a code that no vocabulary knows."""
    builder = RecordBuilder(Options("made-up"), "packet-1")
    builder.present.append(builder.claim(Finding, what="cgt:CLINIC:7 a code of a clinic"))
    return asserted_quads(builder.imported().document)


def store_of(ntriples: str) -> ox.Store:
    store = ox.Store()
    triples = data_with_hierarchy(ntriples, shipped_terms())
    store.load(triples.encode(), format=ox.RdfFormat.N_TRIPLES)
    return store


def has_focus(store: ox.Store, shape: Node, *, with_value: bool) -> bool:
    """Say whether a shape has a focus node, if asked for with a value at the end of its path."""
    path = SHAPES.value(shape, SH.path) if with_value else None
    value = f"?focus {sparql_path(path, SHAPES)} ?value ." if path is not None else ""
    is_a = f"a/<{RDFS.subClassOf}>*"
    return any(store.query(f"ASK {{ ?focus {is_a} <{target}> . {value} }}") for target in targets(shape))


def test_there_are_shapes_of_each_severity() -> None:
    assert len(FILES) >= 20
    assert len(NAMED) >= 110
    assert len(ASSERTING) >= 105
    assert set(SHAPES.objects(None, SH.severity)) == {SH.Violation, SH.Warning, SH.Info}


@pytest.mark.parametrize("name", NAMED.values())
def test_a_shape_says_what_to_do_how_grave_it_is_and_why(name: str) -> None:
    shape = URIRef(CGSH + name)
    (message,) = SHAPES.objects(shape, SH.message)
    (severity,) = SHAPES.objects(shape, SH.severity)
    (reason,) = SHAPES.objects(shape, RDFS.comment)
    assert re.fullmatch(r".{24,}\.", str(message))
    assert severity in (SH.Violation, SH.Warning, SH.Info)
    assert isinstance(reason, Literal)
    assert reason.language == "en"
    assert reason != message
    sources = list(map(str, SHAPES.objects(shape, DCTERMS.source)))
    assert all(re.match(r"CARE guideline, item \d|Phenopackets v2, |IMACS ", source) for source in sources)


def test_no_two_shapes_share_a_message_or_a_reason() -> None:
    for term in (SH.message, RDFS.comment):
        said = Counter(SHAPES.objects(None, term))
        twice = {text for text, times in said.items() if times > 1}
        assert twice <= {
            Literal("With the bounds swapped no day fits, and the order of the case is lost.", "en")
        }


def test_every_shape_that_can_report_is_named() -> None:
    held = set(SHAPES.objects(None, SH.property))
    operands = {each for each in held if not isinstance(each, URIRef)}
    holders = {holder for each in operands for holder in SHAPES.subjects(SH.property, each)}
    assert not holders & set(NAMED)
    assert not [each for each in SHAPES.subjects(SH.targetClass) if each not in NAMED]
    assert {each for each in held - operands if each not in NAMED} == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_has_a_header_and_the_shapes_of_one_class(path: Path) -> None:
    graph = Graph().parse(path)
    (header,) = graph.subjects(RDF.type, OWL.Ontology)
    assert str(header) == f"https://w3id.org/casegraph/shapes/{path.stem}"
    for term in (DCTERMS.title, DCTERMS.description, DCTERMS.creator, OWL.versionInfo):
        assert graph.value(header, term), term
    assert str(graph.value(header, DCTERMS.license)) == "https://creativecommons.org/licenses/by/4.0/"
    uses_sparql = (None, SH.select, None) in graph
    assert uses_sparql == ((header, SH.declare, None) in graph)
    here = {str(each).partition("-")[0] for each in NAMED if (each, RDF.type, None) in graph}
    elsewhere = {str(each).partition("-")[0] for each in NAMED if (each, RDF.type, None) not in graph}
    assert here
    assert not here & elsewhere


def test_every_term_of_the_shapes_is_in_the_ontology() -> None:
    queries = " ".join(map(str, SHAPES.objects(None, SH.select)))
    used = {str(term) for triple in SHAPES for term in triple if str(term).startswith(CG)}
    used |= {CG + name for name in re.findall(r"\bcg:(\w+)", queries)}
    assert len(used) >= 200
    assert {term for term in used - {CG} if (URIRef(term), None, None) not in ONTOLOGY} <= {
        f"{CG}{name}" for name in ("Interleukin2Drug",)
    }
    foreign = {str(term) for term in SHAPES.objects(None, SH.hasValue) if "/obo/" in str(term)}
    assert len(foreign) == 6
    assert all(term in shipped_terms() for term in (*foreign, f"{CG}Interleukin2Drug"))


def members(owner: Node | None, term: Node) -> set[Node]:
    """Return the members of a list of the shapes graph."""
    head = SHAPES.value(owner, term)
    assert head is not None
    return set(Collection(SHAPES, head))


def alternatives(name: str) -> set[Node]:
    """Return what the path of a shape is an alternative of."""
    return members(SHAPES.value(ASSERTING[name], SH.path), SH.alternativePath)


LISTS = {
    "ClaimShape-basis": ("Basis",),
    "ClaimShape-domain": ("Domain",),
    "ClaimShape-qualifier": (
        *("Degree", "Severity", "Laterality", "Coverage", "StopReason", "Missing", "Basis"),
    ),
    "CaseReportShape-extentRead": ("Extent",),
    "CaseShape-sex": ("Sex",),
    "TestResultShape-result": ("Result",),
    "DoseSegmentShape-route": ("Route",),
    "OccasionShape-phase": ("Phase",),
    "AttributedOutcomeShape-domain": ("Domain",),
    "AttributedOutcomeShape-attribution": ("Attribution",),
    "TreatmentResponseShape-meetsItem": ("QualityItem",),
    "JudgementShape-domain": ("Domain",),
    "TreatmentFailureShape-failureKind": ("FailureKind",),
    "RefractoryJudgementShape-refractoryBy": ("RefractoryDefinition",),
    "RefractoryJudgementShape-refractoryScope": ("RefractoryScope",),
    "DrugOutcomeShape-verdict": ("Verdict",),
    "DrugOutcomeShape-attribution": ("Attribution",),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_values_is_the_one_of_the_ontology(name: str) -> None:
    values = {value for kind in LISTS[name] for value in ONTOLOGY.subjects(RDF.type, CG_TERM[kind])}
    assert members(ASSERTING[name], SH["in"]) == values
    assert values


def test_the_directions_are_those_of_the_document_shared_out() -> None:
    lists = {
        name.removesuffix("Shape-direction"): {
            str(value).removeprefix(CG) for value in members(shape, SH["in"])
        }
        for name, shape in ASSERTING.items()
        if name.endswith("-direction")
    }
    assert lists.pop("FindingClaim") == set(get_args(Change)) - {"raised", "lowered"}
    assert lists.pop("TestResult") == set(get_args(Change))
    assert lists.keys() == {"ResponseClaim", "NonResponseClaim", "UnevaluableResponse"}
    assert sorted(value for values in lists.values() for value in values) == sorted(
        get_args(ResponseDirection)
    )


@pytest.mark.parametrize("kind", ["decimal", "integer"])
def test_every_number_of_the_ontology_has_its_datatype_checked(kind: str) -> None:
    checked = alternatives(f"NumberShape-{kind}")
    of_ledger = set(ONTOLOGY.subjects(DCTERMS.source, Literal("casegraph store ledger")))
    assert checked == set(ONTOLOGY.subjects(RDFS.range, URIRef(PREFIXES["xsd"] + kind))) - of_ledger
    assert len(of_ledger) == 8
    assert len(checked) >= 14


def below(kind: str) -> set[Node]:
    found = ONTOLOGY.transitive_subjects(RDFS.subClassOf, CG_TERM[kind])
    return {each for each in found if each is not None}


def links(source: str, target: str) -> set[Node]:
    """Return the properties of the ontology from a kind of one class to a kind of another."""
    return {
        link
        for link in ONTOLOGY.subjects(RDF.type, OWL.ObjectProperty)
        if ONTOLOGY.value(link, RDFS.domain) in below(source)
        and ONTOLOGY.value(link, RDFS.range) in below(target)
    }


def test_every_link_to_a_claim_is_checked() -> None:
    assert links("Subject", "Claim") | {CG_TERM.excludesAdverseEvent} == alternatives("SubjectShape-claims")
    checked = alternatives("ClaimShape-relatedClaim") | alternatives("ClaimShape-exposure")
    own_shape_or_derived = {CG_TERM[name] for name in ("follows", "hasBackground", "mayHaveBackground")}
    assert links("Claim", "Claim") == checked | own_shape_or_derived


@pytest.mark.parametrize("kind", ["FindingClaim", "DiagnosisClaim", "OutcomeClaim"])
def test_polarity_is_asked_of_every_kind_of_claim(kind: str) -> None:
    shape = ASSERTING[f"{kind}Shape"]
    asked = {
        target
        for node in SHAPES.transitive_objects(shape, None)
        for target in SHAPES.objects(node, SH["class"])
    }
    assert below(kind) - {CG_TERM[kind]} <= asked


def test_the_shapes_are_valid_shapes() -> None:
    """The standard's shapes of shapes, as pyshacl ships them, find nothing; they do find a planted fault."""
    standard = read_shapes([Path(str(files("pyshacl") / "assets" / "shacl-shacl.ttl"))])
    shapes = shipped_shapes().ntriples
    assert validate(shapes, standard).results == ()
    planted = f'<{CGSH}CaseShape-sex> <{SH.minCount}> "one" .\n'
    assert {result.focus for result in validate(shapes + planted, standard).results} == {
        f"<{CGSH}CaseShape-sex>"
    }


@pytest.mark.long
def test_pyshacl_finds_the_shapes_valid() -> None:
    conforms, _, text = meta_validate(SHAPES, max_validation_depth=40)
    assert conforms, text


def components(shape: Node) -> set[str]:
    """Return the constraint components that a shape uses."""
    terms = {str(term) for term in set(SHAPES.predicates(shape)) - NO_CONSTRAINT - {SH.qualifiedValueShape}}
    names = {term.removeprefix(str(SH)) for term in terms if term.startswith(str(SH))}
    names = {"SPARQL" if name == "sparql" else name[0].upper() + name[1:] for name in names}
    return {f"{SH}{name}ConstraintComponent" for name in names}


def examples_of(name: str) -> dict[str, Path]:
    node, _, suffix = name.partition("-")
    return {kind: EXAMPLES / node / f"{suffix or 'itself'}-{kind}.ttl" for kind in ("pass", "fail")}


def test_there_are_two_examples_of_each_shape_and_no_others() -> None:
    expected = {path for name in ASSERTING for path in examples_of(name).values()}
    assert set(EXAMPLES.rglob("*.ttl")) == expected
    assert len(expected) >= 2 * 105


@pytest.mark.parametrize("name", ASSERTING)
def test_the_passing_example_passes_and_is_looked_at(name: str) -> None:
    data = read_data(examples_of(name)["pass"])
    assert name not in found_by(report(data))
    with_value = name not in FORBIDDING
    assert has_focus(store_of(data), ASSERTING[name], with_value=with_value)


@pytest.mark.parametrize("name", ASSERTING)
def test_the_failing_example_fails(name: str) -> None:
    (severity,) = SHAPES.objects(ASSERTING[name], SH.severity)
    (message,) = SHAPES.objects(ASSERTING[name], SH.message)
    results = report(read_data(examples_of(name)["fail"])).results
    mine = [result for result in results if result.shape == f"<{CGSH}{name}>"]
    assert {result.severity for result in mine} == {f"<{severity}>"}
    assert {result.message for result in mine} == {str(message)}
    assert {result.component.strip("<>") for result in mine} == components(ASSERTING[name])


@pytest.mark.parametrize("name", ASSERTING)
def test_what_is_called_wrong_in_a_failing_example_fails_and_nothing_else(name: str) -> None:
    data = read_data(examples_of(name)["fail"])
    wrong = set(re.findall(r"<https://example\.org/wrong-[^>]*>", data))
    found = {result.focus for result in report(data).results if result.shape == f"<{CGSH}{name}>"}
    assert found == wrong if wrong else len(found) == 1


def test_the_shipped_case_has_no_violation_and_two_true_warnings() -> None:
    """The reference list lacks its first entry, and one statement of failure names no drug."""
    (prepared,) = map(prepare, SEED)
    found = {(result.shape, result.focus.rpartition("#")[2]) for result in prepared.report.results}
    assert found == {
        (f"<{CGSH}ReferenceShape-citation>", "reference-1>"),
        (f"<{CGSH}EffectivenessStatementShape-treatment>", "long-term-therapy-failed>"),
    }
    assert prepared.report.ok


def test_the_made_up_document_has_no_violation() -> None:
    reports = [prepare(path).report for path in CORPUS[1:]]
    assert len(reports) >= 1
    assert [each.violations for each in reports] == [()] * len(reports)


@pytest.mark.parametrize("name", NAMED.values())
def test_a_shape_has_something_to_look_at_in_the_corpus(name: str) -> None:
    shape = URIRef(CGSH + name)
    assert has_focus(store_of_corpus(), shape, with_value=name not in FORBIDDING)


@cache
def store_of_corpus() -> ox.Store:
    return store_of(corpus())


MUTATIONS = yaml.safe_load((EXAMPLES / "mutations.yaml").read_text(encoding="utf-8"))
_PLACES = {
    "paper": "report/10.1007/s13555-020-00421-8",
    "r": "report/10.1007/s13555-020-00421-8#",
    "case": "case/10.1007/s13555-020-00421-8/",
    "c": "case/10.1007/s13555-020-00421-8/1#",
    "mr": "report/10.5555/casegraph-made-up#",
    "mcase": "case/10.5555/casegraph-made-up/",
    "m": "case/10.5555/casegraph-made-up/1#",
    "mgroup": "group/10.5555/casegraph-made-up/",
    "mg": "group/10.5555/casegraph-made-up/1#",
    "rec": "case/made-up/packet-1#",
}
_HEAD = "".join(
    f"@prefix {prefix}: <{space}> .\n"
    for prefix, space in (
        *((prefix, f"https://w3id.org/casegraph/{place}") for prefix, place in _PLACES.items()),
        *((prefix, PREFIXES[prefix]) for prefix in ("cg", "dcterms", "owl", "void", "HP", "MONDO", "CHEBI")),
    )
)


def mutated(take: str = "", put: str = "") -> str:
    """Return the corpus as N-Triples without the triples to take and with those to put."""
    store = ox.Store()
    store.load(corpus().encode(), format=ox.RdfFormat.N_QUADS)
    for triple in ox.parse(_HEAD + take, ox.RdfFormat.TURTLE):
        value = None if isinstance(triple.object, ox.BlankNode) else triple.object
        gone = list(store.quads_for_pattern(triple.subject, triple.predicate, value))
        assert gone, f"nothing to take: {triple}"
        for quad in gone:
            store.remove(quad)
    added = ox.parse(_HEAD + put, ox.RdfFormat.TURTLE)
    triples = [quad.triple for quad in (*store, *added)]
    return (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()


@cache
def results_without_mutation() -> frozenset[object]:
    return frozenset(report(mutated()).results)


def test_there_is_a_mutation_for_each_shape() -> None:
    assert set(MUTATIONS) == set(ASSERTING)


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_shape_alone_notices_its_mutation(name: str) -> None:
    results = report(mutated(**MUTATIONS[name])).results
    new = {result for result in results if result not in results_without_mutation()}
    assert {compact(result.shape.strip("<>")) for result in new} == {f"cgsh:{name}"}
