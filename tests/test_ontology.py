"""The ontology is complete, agrees with the code, and two reasoners say the same of it."""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

import pyoxigraph as ox
import pytest
import rdflib
from msgspec.structs import replace

import casegraph
from casegraph.derive import derive
from casegraph.errors import InputError
from casegraph.loaders import read_document
from casegraph.model import Case, CaseDocument, Findings, Group, TestResult, Value
from casegraph.model.claims import Diagnoses
from casegraph.namespaces import CG, PREFIXES, compact, expand
from casegraph.reason import Classification, classify, individuals, infer_case_classes, ontology_ntriples
from casegraph.terms import shipped_terms
from casegraph.timeline import solve
from casegraph.triples import asserted_quads, inferred_quads, subjects
from casegraph.triples.fields import FIELDS

ROOT = Path(__file__).resolve().parents[1]
OWN = sorted((ROOT / "ontology").glob("*.ttl"))
IMPORTS = sorted((ROOT / "ontology" / "imports").glob("*.ttl"))
ALIGNMENTS = sorted((ROOT / "ontology" / "alignments").glob("*.ttl"))
KINDS = ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "NamedIndividual")
RDF_TYPE = ox.NamedNode(expand("rdf:type"))
CASE = "https://w3id.org/casegraph/case/10.1007/s13555-020-00421-8/"
JAK, RITUXIMAB, CALCINEURIN = (
    f"cg:{drug}TreatedCase" for drug in ("JanusKinaseInhibitor", "Rituximab", "CalcineurinInhibitor")
)
OF_A_MYOSITIS = {"cg:MyositisCase", "cg:DermatomyositisCase", "cg:Interleukin2TreatedMyositisCase"}
OF_AN_ANTIBODY = {"cg:AntisynthetaseAntibodyCase", "cg:AutoantibodyCase"}
#: the defined classes that the seed case is in: all but two.
OF_SEED = {
    *OF_A_MYOSITIS,
    *OF_AN_ANTIBODY,
    "cg:GlucocorticoidTreatedCase",
    "cg:Interleukin2TreatedCase",
    CALCINEURIN,
    "cg:HandFindingCase",
    "cg:RegulatoryTCellCase",
}


@cache
def graph_of(*paths: Path) -> ox.Store:
    store = ox.Store()
    for path in paths:
        store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    return store


def text_of(node: object) -> str:
    assert isinstance(node, ox.NamedNode | ox.BlankNode | ox.Literal)
    return node.value


def values(subject: str, prop: str, *paths: Path) -> list[str]:
    """Return the values of a property of a term in files, by CURIEs or IRIs."""
    quads = graph_of(*paths).quads_for_pattern(ox.NamedNode(iri(subject)), ox.NamedNode(iri(prop)), None)
    return sorted(text_of(quad.object) for quad in quads)


def iri(name: str) -> str:
    return name if "://" in name else expand(name)


@cache
def declared(*paths: Path) -> dict[str, set[str]]:
    """Return the own terms that files declare, with the kinds they are declared as."""
    found: dict[str, set[str]] = {}
    for kind in KINDS:
        for quad in graph_of(*paths).quads_for_pattern(None, RDF_TYPE, ox.NamedNode(expand(f"owl:{kind}"))):
            if text_of(quad.subject).startswith(CG):
                found.setdefault(text_of(quad.subject), set()).add(kind)
    return found


@cache
def seed() -> CaseDocument:
    return read_document(ROOT / "cases" / "miao-2020.yaml").document


# What the files say


@pytest.mark.parametrize("path", [*OWN, *IMPORTS, *ALIGNMENTS], ids=lambda path: path.stem)
def test_a_file_says_what_it_is_and_how_it_may_be_used(path: Path) -> None:
    kind = ox.NamedNode(expand("owl:Ontology"))
    (header,) = (text_of(quad.subject) for quad in graph_of(path).quads_for_pattern(None, RDF_TYPE, kind))
    base = "https://w3id.org/casegraph/ontology"
    place = "/".join(path.with_suffix("").relative_to(ROOT / "ontology").parts)
    assert header == (base if place == "casegraph" else f"{base}/{place}")
    for prop in ("dcterms:title", "dcterms:description", "dcterms:license", "owl:versionInfo"):
        assert len(values(header, prop, path)) == 1, prop
    if path in ALIGNMENTS or path in OWN:
        licence = "https://creativecommons.org/licenses/by/4.0/"
        assert values(header, "dcterms:license", path) == [licence]
    assert values(header, "owl:imports", path) == []


def test_the_header_of_the_ontology() -> None:
    header = "https://w3id.org/casegraph/ontology"
    facts = {
        "dcterms:title": "casegraph ontology",
        "dcterms:creator": "The casegraph developers",
        "vann:preferredNamespacePrefix": "cg",
        "vann:preferredNamespaceUri": "https://w3id.org/casegraph/ontology#",
        "owl:versionInfo": casegraph.__version__,
        "owl:versionIRI": f"{header}/{casegraph.__version__}",
    }
    assert {prop: values(header, prop, *OWN) for prop in facts} == {p: [v] for p, v in facts.items()}


def test_every_own_term_has_one_label_and_definition() -> None:
    terms = declared(*OWN, *IMPORTS, *ALIGNMENTS)
    assert len(terms) >= 370
    for term in terms:
        assert len(values(term, "rdfs:label", *OWN)) == 1, term
        assert len(values(term, "skos:definition", *OWN)) == 1, term
        assert len(values(term, "rdfs:isDefinedBy", *OWN)) == 1, term


def test_every_term_of_the_core_has_an_example_and_a_source() -> None:
    core = ROOT / "ontology" / "casegraph.ttl"
    terms = declared(core)
    assert len(terms) >= 300
    for term in terms:
        assert values(term, "skos:example", core), term
        assert values(term, "dcterms:source", core), term


def test_no_term_is_of_two_kinds() -> None:
    kinds = declared(*OWN, *IMPORTS, *ALIGNMENTS)
    assert {term: each for term, each in kinds.items() if len(each) != 1} == {}


# What the rest of the project says


def used_names(text: str) -> set[str]:
    """Return the own terms that a text names, as CURIEs or as IRIs."""
    curies = re.findall(r"(?<![\w:-])cg:([A-Za-z]\w*)", text)
    return {CG + name for name in (*curies, *re.findall(re.escape(CG) + r"(\w+)", text))}


def test_every_own_term_that_a_file_uses_is_declared() -> None:
    rules = sorted((ROOT / "ontology" / "rules").glob("*.rq"))
    others = [*(ROOT / "shapes").glob("**/*.ttl"), *(ROOT / "queries").glob("**/*.rq")]
    used = {path: used_names(path.read_text(encoding="utf-8")) for path in (*OWN, *IMPORTS, *ALIGNMENTS)}
    used |= {path: used_names(path.read_text(encoding="utf-8")) for path in (*rules, *others)}
    assert len(rules) >= 5
    assert len(set().union(*used.values())) >= 370
    terms = declared(*OWN).keys()
    assert {path.name: names - terms for path, names in used.items() if names - terms} == {}


def test_every_own_term_in_the_quads_of_the_seed_case_is_declared() -> None:
    written = asserted_quads(seed())
    for name, subject in subjects(seed()):
        timeline = solve(subject.occasions, zero=subject.zero_point)
        written += inferred_quads(name, timeline, derive(subject, timeline, whole=True))
    used = used_names(written)
    assert len(used) >= 190
    assert used - declared(*OWN).keys() == set()


def literals(kind: object) -> Iterator[str]:
    """Yield the texts that a type allows, however deep they stand in it."""
    if get_origin(kind) is Literal:
        yield from (value for value in get_args(kind) if isinstance(value, str))
    elif get_origin(kind) in (Annotated, Union, UnionType, tuple):
        for each in get_args(kind):
            yield from literals(each)


def fields_with_values() -> dict[str, set[str]]:
    """Return the fields that hold a member of a closed list, with its members; ``kind`` names a class."""
    found: dict[str, set[str]] = {}
    todo = [Value]
    while todo:
        struct = todo.pop()
        todo += [each for each in struct.__subclasses__() if each.__module__.startswith("casegraph.model")]
        for name, kind in get_type_hints(struct, include_extras=True).items():
            if name != "kind" and (members := set(literals(kind))):
                found.setdefault(name, set()).update(members)
    return found


#: fields of a report, a case or an occasion, and derived ones, whose property is not named in FIELDS.
OTHER_FIELDS = {
    "attribution": "attribution",
    "dose_changes": "doseChange",
    "extent": "extentRead",
    "time_convention": "timeConvention",
    "sex": "sex",
    "phase": "phase",
}


def test_every_value_of_the_model_is_an_individual() -> None:
    fields = fields_with_values()
    assert len(fields) >= 16
    assert sum(len(members) for members in fields.values()) >= 70
    individuals_declared = {term for term, kinds in declared(*OWN).items() if kinds == {"NamedIndividual"}}
    missing = {
        name: {each for each in members if CG + each not in individuals_declared}
        for name, members in fields.items()
    }
    assert {name: each for name, each in missing.items() if each} == {}


def test_every_property_of_a_claim_is_declared_for_what_it_is_written_as() -> None:
    kinds = {
        "concept": "AnnotationProperty",
        "decimal": "DatatypeProperty",
        "integer": "DatatypeProperty",
        "text": "DatatypeProperty",
        "boolean": "DatatypeProperty",
    }
    core = ROOT / "ontology" / "casegraph.ttl"
    assert len(FIELDS) >= 55
    for name, render in FIELDS.values():
        written_as = render.__name__
        assert declared(core).get(CG + name) == {kinds.get(written_as, "ObjectProperty")}, name
        if written_as in ("decimal", "integer"):
            assert values(f"cg:{name}", "rdfs:range", core) == [expand(f"xsd:{written_as}")], name


# What others call it


def test_foreign_terms_of_the_alignments_are_verified_and_have_their_label(material: Path) -> None:
    with (material / "terms.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    verified = {row["prefix_id"]: row["label"] for row in rows if row["confidence"] == "verified"}
    (obo,) = (path for path in ALIGNMENTS if path.stem == "obo")
    foreign = {compact(each) for each in foreign_terms(obo)}
    assert len(foreign) >= 25
    assert {term: values(term, "rdfs:label", obo) for term in foreign} == {t: [verified[t]] for t in foreign}


def test_terms_of_prov_and_time_are_in_those_vocabularies() -> None:
    for stem, vocabulary, least in (("prov", rdflib.PROV, 5), ("time", rdflib.TIME, 7)):
        (path,) = (each for each in ALIGNMENTS if each.stem == stem)
        foreign = foreign_terms(path)
        assert len(foreign) >= least
        for term in foreign:
            assert rdflib.URIRef(term) in vocabulary, term
            assert len(values(term, "rdfs:label", path)) == 1, term


def foreign_terms(path: Path) -> set[str]:
    """Return the terms of others that a file labels, and all that it links to."""
    links = ("label", "subClassOf", "subPropertyOf", "closeMatch", "relatedMatch", "disjointWith")
    quads = [each for each in graph_of(path) if each.predicate.value.endswith(links)]
    ends = (node for quad in quads for node in (quad.subject, quad.object) if isinstance(node, ox.NamedNode))
    return {node.value for node in ends if not node.value.startswith(CG)}


# What the reasoners say


@pytest.fixture(scope="module")
def java() -> Iterator[None]:
    """Skip a test of HermiT where there is no Java; in CI there must be one.

    The runs are short: without the JVM's second compiler they take half the time.
    """
    if shutil.which("java") is None:
        reason = "HermiT needs Java, and no java is on the PATH"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1")
        yield


def pairs(found: Classification) -> int:
    return sum(len(above) for above in found.superclasses.values())


def test_the_ontology_is_read_whole() -> None:
    lines = ontology_ntriples().splitlines()
    assert len(lines) == len(set(lines)) >= 12_000
    assert sorted(lines) == sorted(ontology_ntriples().splitlines())
    with_restrictions = [line for line in lines if "someValuesFrom" in line]
    assert len({line.split()[0] for line in with_restrictions}) == len(with_restrictions) >= 350


@pytest.mark.slow
@pytest.mark.usefixtures("java")
@pytest.mark.parametrize(
    "extra",
    [(), tuple(ALIGNMENTS), *(pytest.param((path,), marks=pytest.mark.long) for path in ALIGNMENTS)],
    ids=lambda paths: "+".join(p.stem for p in paths) or "alone",
)
def test_both_reasoners_say_the_same(extra: tuple[Path, ...]) -> None:
    fast = classify(extra=extra)
    assert fast.consistent
    assert fast.unsatisfiable == ()
    assert len(fast.superclasses) > 1_300
    assert pairs(fast) > 10_000
    assert classify(engine="hermit", extra=extra) == fast


@pytest.mark.slow
def test_alignments_put_claims_below_information_and_diseases_nowhere_near() -> None:
    assert len(ALIGNMENTS) == 4
    above = classify(extra=ALIGNMENTS).superclasses
    assert {expand("IAO:0000030"), expand("prov:Entity")} <= above[CG + "FinalDiagnosis"]
    assert expand("BFO:0000002") in above[CG + "FinalDiagnosis"]
    assert expand("IAO:0000310") in above[CG + "CaseReport"]
    assert expand("time:TemporalEntity") in above[CG + "Occasion"]
    diseases = {each for each, kinds in above.items() if expand("MONDO:0000001") in kinds}
    assert len(diseases) >= 200
    assert not {each for each in diseases if expand("IAO:0000030") in above[each]}


def asked(pattern: str) -> list[tuple[str, ...]]:
    """Return the rows that the files have for a pattern, sorted."""
    prefixes = "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in ("cg", "owl", "rdfs"))
    answer = graph_of(*OWN, *IMPORTS).query(f"{prefixes} SELECT DISTINCT * {{ {pattern} }}")
    assert isinstance(answer, ox.QuerySolutions)
    names = sorted(variable.value for variable in answer.variables)
    return sorted(tuple(text_of(row[name]) for name in names) for row in answer)


@pytest.mark.slow
def test_a_reasoner_adds_no_superclass_to_a_concept() -> None:
    """The closure follows what is stated: it would miss what follows for a concept from its definition."""
    (classes,) = (path for path in OWN if path.stem == "case_classes")
    defined = declared(classes).keys()
    assert len(defined) >= 12
    stated: dict[str, set[str]] = {}
    for parent, child in asked("?child rdfs:subClassOf+ ?above FILTER(ISIRI(?above) && ?child != ?above)"):
        stated.setdefault(child, set()).add(parent)
    reasoned = {name: above for name, above in classify().superclasses.items() if name not in defined}
    assert len(reasoned) > 1_300
    more = {name: above - stated.get(name, set()) for name, above in reasoned.items()}
    assert {name: above for name, above in more.items() if above} == {}


def test_each_drug_group_is_said_for_paths_and_as_an_axiom() -> None:
    restriction = "a owl:Restriction ; owl:onProperty cg:ofDrugGroup ; owl:someValuesFrom ?group"
    annotated = asked("?drug cg:drugGroup ?group")
    assert len(annotated) >= 300
    assert asked(f"?drug rdfs:subClassOf [ {restriction} ]") == annotated


FURTHER = f"""
@prefix owl: <{PREFIXES["owl"]}> . @prefix rdfs: <{PREFIXES["rdfs"]}> . @prefix cg: <{CG}> .
<urn:x:both> a owl:Class ; rdfs:subClassOf cg:PresentFinding , cg:AbsentFinding .
<urn:x:below> a owl:Class ; rdfs:subClassOf <urn:x:both> .
<urn:x:same> a owl:Class ; owl:equivalentClass cg:Flare .
<urn:x:in-hand> a owl:Class ; owl:equivalentClass [
  a owl:Restriction ; owl:onProperty cg:within ; owl:someValuesFrom <{expand("UBERON:0002398")}>
] .
"""


@pytest.mark.slow
@pytest.mark.usefixtures("java")
def test_both_reasoners_find_empty_and_equal_classes_and_what_is_in_the_hand(tmp_path: Path) -> None:
    path = tmp_path / "empty.ttl"
    path.write_text(FURTHER, encoding="utf-8")
    fast = classify(extra=[path])
    assert fast.unsatisfiable == ("urn:x:below", "urn:x:both")
    assert fast.superclasses["urn:x:same"] == {CG + "Flare", CG + "CourseClaim", CG + "Claim"}
    assert fast.superclasses[CG + "Flare"] == {"urn:x:same", CG + "CourseClaim", CG + "Claim"}
    in_hand = {site for site, inside in hand_sites().items() if inside}
    assert {each for each, above in fast.superclasses.items() if "urn:x:in-hand" in above} == in_hand
    assert classify(engine="hermit", extra=[path]) == fast


@pytest.mark.slow
def test_what_rustdl_leaves_out_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "key.ttl"
    path.write_text(
        f"<urn:x:a> a <{expand('owl:Class')}> ; <{expand('owl:hasKey')}> ( <{CG}at> ) .", encoding="utf-8"
    )
    with pytest.raises(InputError, match=r"leaves out 1 x HasKey.*--engine hermit"):
        classify(extra=[path])


@pytest.mark.slow
def test_a_file_without_a_triple_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "nothing.ttl"
    path.write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(InputError, match="holds no triple"):
        classify(extra=[path])


@pytest.mark.parametrize(
    "run", [lambda: classify(engine="hermit"), lambda: infer_case_classes("")], ids=["classes", "cases"]
)
def test_hermit_without_java_names_the_other_engine(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match=r"HermiT needs Java.*use --engine (rustdl|closure)"):
        run()


def test_an_unknown_engine_is_an_error() -> None:
    with pytest.raises(InputError, match="rustdl or hermit"):
        classify(engine="pellet")
    with pytest.raises(InputError, match="hermit or closure"):
        infer_case_classes("", engine="rustdl")


# What a case is an instance of


def test_the_absent_excluded_negative_and_unsaid_get_no_thing() -> None:
    lines = individuals(asserted_quads(seed())).splitlines()
    links = [line for line in lines if f"<{CG}aboutInstance>" in line]
    claims = {line.split()[0].strip("<>").removeprefix(f"{CASE}1#") for line in links}
    assert len(links) == len(claims) == 27
    assert {"pruritus", "diagnosis", "il2", "pl7", "treg", "ldh"} <= claims
    for name in (
        "no-fever-at-onset",
        "no-malignancy",
        "all-autoantibodies",
        "ck-at-workup",
        "emg",
        "unstated-ild",
    ):
        assert any(f"#{name}>" in line for line in lines), f"{name} is not in the case"
        assert name not in claims
    assert not [line for line in lines if "HP_0001945" in line]
    assert not [line for line in lines if '"' in line]


def test_a_thing_has_the_concept_as_type_and_a_place_for_each_site() -> None:
    lines = set(individuals(asserted_quads(seed())).splitlines())
    thing = f"{CASE}1#flare-rough-skin--thing"
    for link in (
        f"<{thing}> <{RDF_TYPE.value}> <{CG}RoughSkin> .",
        f"<{thing}> <{CG}locatedIn> <{thing}-site-1> .",
        f"<{thing}-site-1> <{RDF_TYPE.value}> <{expand('UBERON:0002398')}> .",
        f"<{thing}> <{RDF_TYPE.value}> <{expand('owl:NamedIndividual')}> .",
    ):
        assert link in lines
    assert sum(f"<{CG}locatedIn> <{CASE}1#pruritus--thing-site-" in line for line in lines) == 4


def changed_tests(case: Case, **changes: TestResult | None) -> Case:
    """Return a case with some tests replaced, or left out where the change is None."""
    kept = [changes.get((each.id or "").replace("-", "_"), each) for each in case.tests]
    return replace(case, tests=tuple(each for each in kept if each is not None))


def result_of(case: Case, name: str) -> TestResult:
    return next(each for each in case.tests if each.id == name)


def core_of_seed() -> Case:
    """Return the claims of the seed case that put it into its classes, and no others."""
    told = seed().cases["1"]
    present = tuple(each for each in told.findings.present if each.id == "flare-rough-skin")
    return Case(
        findings=Findings(present=present),
        diagnoses=Diagnoses(final=told.diagnoses.final),
        tests=tuple(each for each in told.tests if each.id in ("pl7", "treg", "th17-treg-ratio")),
        treatments=tuple(
            replace(each, doses=())
            for each in told.treatments
            if each.id in ("il2", "csa", "prednisone-1", "prednisone-2")
        ),
    )


#: A case one step away from the core, and the classes that the step takes it out of or into.
Steps = dict[str, tuple[Case, set[str]]]


def steps_of_treatments(case: Case) -> Steps:
    """Return cases with other treatments."""

    def treated(*left_out: str) -> Case:
        return replace(case, treatments=tuple(each for each in case.treatments if each.id not in left_out))

    def given(what: str, **changes: str) -> Case:
        """Return the core with another treatment in place of cyclosporin A."""
        treatments = (
            replace(each, what=what, **changes) if each.id == "csa" else each for each in case.treatments
        )
        return replace(case, treatments=tuple(treatments))

    return {
        "no-il2": (treated("il2"), {"cg:Interleukin2TreatedCase", "cg:Interleukin2TreatedMyositisCase"}),
        "one-prednisone": (treated("prednisone-1"), set()),
        "no-prednisone": (treated("prednisone-1", "prednisone-2"), {"cg:GlucocorticoidTreatedCase"}),
        "tofacitinib-for-csa": (given("CHEBI:71200 tofacitinib"), {CALCINEURIN, JAK}),
        "upadacitinib-for-csa": (given("cg:Upadacitinib upadacitinib"), {CALCINEURIN, JAK}),
        "any-jak-inhibitor": (given("cg:JanusKinaseInhibitor Janus kinase inhibitor"), {CALCINEURIN, JAK}),
        "jak-inhibitor-claimed": (given("CHEBI:71200 tofacitinib", basis="authorClaim"), {CALCINEURIN}),
        "tacrolimus-for-csa": (given("CHEBI:61049 tacrolimus (anhydrous)"), set()),
        "any-calcineurin-inhibitor": (given("cg:CalcineurinInhibitor calcineurin inhibitor"), set()),
        "any-immunosuppressant": (given("CHEBI:35705 immunosuppressive agent"), {CALCINEURIN}),
        "rituximab-for-csa": (given("cg:Rituximab rituximab"), {CALCINEURIN, RITUXIMAB}),
        "abatacept-for-csa": (given("cg:Abatacept abatacept"), {CALCINEURIN}),
    }


def steps_of_tests(case: Case) -> Steps:
    """Return cases with other results of tests."""
    pl7, treg, ratio = (result_of(case, name) for name in ("pl7", "treg", "th17-treg-ratio"))
    return {
        "pl7-negative": (
            changed_tests(case, pl7=replace(pl7, result="negative")),
            OF_AN_ANTIBODY,
        ),
        "pl7-lowered-to-none": (
            changed_tests(case, pl7=replace(pl7, result="negative", direction="lowered")),
            OF_AN_ANTIBODY,
        ),
        "pl7-claimed": (
            changed_tests(case, pl7=replace(pl7, basis="authorClaim")),
            OF_AN_ANTIBODY,
        ),
        "pl12-for-pl7": (
            changed_tests(case, pl7=replace(pl7, what="cg:AntiPL12 anti-PL-12 antibody")),
            set(),
        ),
        "ro52-for-pl7": (
            changed_tests(case, pl7=replace(pl7, what="cg:AntiRo52 anti-Ro52 antibody")),
            {"cg:AntisynthetaseAntibodyCase"},
        ),
        "treg-unchanged": (changed_tests(case, treg=replace(treg, direction="unchanged")), set()),
        "no-change-of-treg": (
            changed_tests(case, treg=replace(treg, direction="unchanged"), th17_treg_ratio=None),
            {"cg:RegulatoryTCellCase"},
        ),
        "treg-normal": (
            changed_tests(
                case, treg=replace(treg, result="normal"), th17_treg_ratio=replace(ratio, direction=None)
            ),
            {"cg:RegulatoryTCellCase"},
        ),
    }


def steps_of_diagnoses(case: Case) -> Steps:
    """Return cases with other diagnoses."""
    (diagnosis,) = case.diagnoses.final
    other = replace(diagnosis, id="other", what="MONDO:0005093 skin disorder")
    myositis = replace(diagnosis, id="myositis", what="MONDO:0021167 myositis disease")
    confirmed = replace(diagnosis, id="late", what="MONDO:0016367 dermatomyositis")

    def diagnosed(**lists: tuple[object, ...]) -> Case:
        return replace(case, diagnoses=Diagnoses(**lists))  # type: ignore[arg-type]

    return {
        "excluded": (diagnosed(excluded=(diagnosis,)), OF_A_MYOSITIS),
        "considered": (diagnosed(considered=(diagnosis,)), OF_A_MYOSITIS),
        "working": (diagnosed(working=(diagnosis,)), set()),
        "working-overruled": (diagnosed(working=(diagnosis,), final=(other,)), OF_A_MYOSITIS),
        "working-confirmed": (diagnosed(working=(other,), final=(confirmed,)), set()),
        "another-myositis": (diagnosed(final=(myositis,)), {"cg:DermatomyositisCase"}),
    }


def steps_of_findings(case: Case) -> Steps:
    """Return cases with findings elsewhere."""
    present = case.findings.present

    def found(*sites: str, absent: bool = False) -> Case:
        at_sites = tuple(replace(each, site=sites) for each in present)
        return replace(case, findings=Findings(absent=at_sites) if absent else Findings(present=at_sites))

    return {
        "elbow": (found("UBERON:0001461 elbow"), {"cg:HandFindingCase"}),
        "palm": (found("cg:SideOfPalm side of the palm"), set()),
        "hand": (found("UBERON:0002398 manus"), set()),
        "no-site": (found(), {"cg:HandFindingCase"}),
        "hand-absent": (found("UBERON:0002398 manus", absent=True), {"cg:HandFindingCase"}),
    }


def steps_away() -> Steps:
    """Return cases one step away from that core."""
    case = core_of_seed()
    steps = steps_of_treatments(case) | steps_of_tests(case) | steps_of_diagnoses(case)
    return {"unchanged": (case, set()), **steps, **steps_of_findings(case), "nothing": (Case(), OF_SEED)}


def hand_sites() -> dict[str, bool]:
    """Return every site there is, and whether it is in the hand by the links of the slices."""
    terms = shipped_terms()
    in_hand = set(terms.below(expand("UBERON:0002398")))
    sites = {each for each in terms.classes if each in terms.wholes or each in in_hand}
    return {site: site in in_hand for site in sorted(sites)}


def one_finding_each(sites: dict[str, bool]) -> str:
    """Return a case for each site, with one finding there."""
    lines = []
    for number, site in enumerate(sites):
        case, finding = f"<urn:site:{number}>", f"<urn:site:{number}#finding>"
        lines.append(f"{case} <{RDF_TYPE.value}> <{CG}Case> .")
        lines.append(f"{case} <{CG}hasFinding> {finding} .")
        lines.append(f"{finding} <{RDF_TYPE.value}> <{CG}PresentFinding> .")
        lines.append(f"{finding} <{CG}site> <{site}> .")
    return "\n".join(lines) + "\n"


def every_value() -> str:
    """Return each member of a closed list as a value of the property that it is written with."""
    properties = {**{name: prop for name, (prop, _) in FIELDS.items()}, **OTHER_FIELDS}
    lines = [
        f"<urn:value:{name}:{value}> <{CG}{properties[name]}> <{CG}{value}> ."
        for name, members in sorted(fields_with_values().items())
        for value in sorted(members)
    ]
    assert len(lines) >= 70
    return "\n".join(lines) + "\n"


#: the steps that ask something of the reasoner, not only of what is made for it.
STEPS_FOR_HERMIT = (
    "no-il2",
    "no-prednisone",
    "pl7-negative",
    "pl12-for-pl7",
    "ro52-for-pl7",
    "no-change-of-treg",
    "excluded",
    "working-confirmed",
    "another-myositis",
    "tofacitinib-for-csa",
    "any-jak-inhibitor",
    "jak-inhibitor-claimed",
    "any-immunosuppressant",
    "rituximab-for-csa",
    "elbow",
    "palm",
    "nothing",
)


def cases_to_classify(*steps: str) -> tuple[str, dict[str, set[str]]]:
    """Return the seed case, cases one step away, a group and all values, and the classes of each case."""
    away = {name: steps_away()[name] for name in steps}
    cases = {"1": seed().cases["1"], **{name: case for name, (case, _) in away.items()}}
    group = Group(patients=18, diagnoses=seed().cases["1"].diagnoses)
    document = replace(seed(), cases=cases, groups={"cohort": group})
    expected = {
        f"{CASE}1": OF_SEED,
        **{CASE + name: OF_SEED ^ changed for name, (_, changed) in away.items()},
    }
    return asserted_quads(document) + every_value(), expected


def compacted(found: dict[str, frozenset[str]]) -> dict[str, set[str]]:
    return {case: {compact(each) for each in classes} for case, classes in found.items()}


def test_the_closure_classes_the_seed_case_and_cases_one_step_away() -> None:
    nquads, expected = cases_to_classify(*steps_away())
    assert len(expected) >= 24
    assert compacted(infer_case_classes(nquads, engine="closure")) == expected


def test_the_closure_finds_every_site_in_the_hand() -> None:
    sites = hand_sites()
    assert 10 <= sum(sites.values()) <= len(sites) - 100
    found = infer_case_classes(one_finding_each(sites), engine="closure")
    assert [bool(found[f"urn:site:{number}"]) for number in range(len(sites))] == list(sites.values())


@pytest.mark.slow
@pytest.mark.usefixtures("java")
def test_hermit_says_the_same_of_them_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    nquads, expected = cases_to_classify(*STEPS_FOR_HERMIT)
    found = infer_case_classes(nquads, engine="hermit")
    assert capfd.readouterr().out == ""
    assert compacted(found) == expected


@pytest.mark.slow
@pytest.mark.usefixtures("java")
def test_hermit_refuses_a_case_that_contradicts_the_ontology() -> None:
    both = "".join(f"<urn:x:1> <{RDF_TYPE.value}> <{CG}{kind}> .\n" for kind in ("Case", "Group"))
    with pytest.raises(InputError, match="contradict the ontology"):
        infer_case_classes(both)
