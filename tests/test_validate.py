"""Validation: what is read, what is refused, what is reported, and that both engines agree."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from keyword import iskeyword
from pathlib import Path

import pytest
import shacl
from pyoxigraph import RdfFormat, parse
from rdflib import SH, URIRef

from casegraph.errors import InputError, ShapesError
from casegraph.validate import ENGINES, Report, Shapes, Violation, read_data, read_shapes, validate
from casegraph.validate.documents import SYNTAXES, to_ntriples
from casegraph.validate.paths import sparql_path, turtle_path
from casegraph.validate.rdflib_terms import rdflib_graph
from casegraph.validate.unsupported import KNOWN_TERMS

EX = "https://example.org/"
SH_NS = str(SH)
PREFIXES = f"""
@prefix ex: <{EX}> .
@prefix sh: <{SH_NS}> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
DOSE = """
ex:Dose a sh:NodeShape ; sh:targetClass ex:Dose ; sh:property ex:Dose-unit, ex:Dose-amount .
ex:Dose-unit sh:path ex:unit ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ;
    sh:message "Give the dose one unit." .
ex:Dose-amount sh:path ex:amount ; sh:datatype xsd:decimal ; sh:minExclusive 0 ; sh:severity sh:Warning .
ex:Dose sh:property [ sh:path [ sh:inversePath ex:dose ] ; sh:minCount 1 ; sh:class ex:Exposure ;
    sh:severity sh:Info ] ;
  sh:property [ sh:path ex:note ; sh:uniqueLang true ; sh:languageIn ( "en" "de" ) ; sh:maxLength 12 ] ;
  sh:property [ sh:path ( ex:part ex:code ) ; sh:pattern "^[A-Z]+$" ; sh:in ( "A" "BB" "c" ) ] ;
  sh:property [ sh:path ex:low ; sh:lessThanOrEquals ex:high ] ;
  sh:or ( [ sh:property [ sh:path ex:amount ; sh:minCount 1 ] ]
    [ sh:property [ sh:path ex:low ; sh:minCount 1 ] ] ) ;
  sh:sparql [ sh:message "{?other} has the same key." ;
    sh:prefixes [ sh:declare [ sh:prefix "ex" ; sh:namespace "https://example.org/"^^xsd:anyURI ] ] ;
    sh:select "SELECT $this ?other WHERE { $this ex:key ?k . ?other ex:key ?k . FILTER(?other != $this) }" ] .
"""
A = f"<{EX}a>"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
INTEGER = "^^<http://www.w3.org/2001/XMLSchema#integer>"
DECIMAL = "^^<http://www.w3.org/2001/XMLSchema#decimal>"
GOOD = f"""{A} {TYPE} <{EX}Dose> .
{A} <{EX}unit> <{EX}mg> .
{A} <{EX}amount> "37.50"{DECIMAL} .
{A} <{EX}note> "slowly"@en .
{A} <{EX}low> "1"{INTEGER} .
{A} <{EX}high> "2"{INTEGER} .
{A} <{EX}key> "k1" .
{A} <{EX}part> _:part .
_:part <{EX}code> "BB" .
<{EX}x> <{EX}dose> {A} .
<{EX}x> {TYPE} <{EX}Exposure> .
<{EX}b> <{EX}key> "k2" .
"""


def shapes_of(folder: Path, turtle: str, *, name: str = "shapes.ttl") -> Shapes:
    return read_shapes([written(folder / name, PREFIXES + turtle)])


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def dose(tmp_path: Path) -> Shapes:
    return shapes_of(tmp_path, DOSE)


@pytest.mark.parametrize("engine", ENGINES)
def test_good_data_conform_and_each_broken_line_is_found(dose: Shapes, engine: str) -> None:
    report = validate(GOOD, dose, engine=engine)
    assert (report.conforms, report.ok, report.results) == (True, True, ())
    report = validate(GOOD.replace(f"<{EX}mg>", '"mg"').encode(), dose, engine=engine)
    assert not report.ok
    assert report.results == (
        Violation(
            focus=A,
            path=f"<{EX}unit>",
            component=f"<{SH_NS}NodeKindConstraintComponent>",
            severity=f"<{SH_NS}Violation>",
            value='"mg"',
            shape=f"<{EX}Dose-unit>",
        ),
    )
    assert report.results[0].message == "Give the dose one unit."


@pytest.mark.parametrize("engine", ENGINES)
def test_a_warning_breaks_the_standards_verdict_and_not_ours(dose: Shapes, engine: str) -> None:
    report = validate(GOOD.replace(f'"37.50"{DECIMAL}', f'"037"{INTEGER}'), dose, engine=engine)
    assert (report.conforms, report.ok) == (False, True)
    assert [warning.value for warning in report.warnings] == [f'"037"{INTEGER}']
    report = validate(GOOD.replace(f"<{EX}x> <{EX}dose>", f"<{EX}x> <{EX}doze>"), dose, engine=engine)
    assert [(info.path, info.shape) for info in report.infos] == [(f"^<{EX}dose>", f"<{EX}Dose>")]
    assert (report.violations, report.warnings, report.ok) == ((), (), True)


@pytest.mark.parametrize("engine", ENGINES)
def test_blank_nodes_keep_the_names_they_have_in_the_data(dose: Shapes, engine: str) -> None:
    data = f"""_:zeta <{EX}knows> _:alpha .
_:alpha {TYPE} <{EX}Dose> .
_:alpha <{EX}unit> _:zeta .
_:alpha <{EX}amount> "1.0"{DECIMAL} .
<{EX}x> <{EX}dose> _:alpha .
<{EX}x> {TYPE} <{EX}Exposure> .
"""
    (found,) = validate(data, dose, engine=engine).results
    assert (found.focus, found.value, found.shape) == ("_:alpha", "_:zeta", f"<{EX}Dose-unit>")


@pytest.mark.parametrize("engine", ENGINES)
def test_two_messages_of_a_query_are_two_results_and_twins_are_one(dose: Shapes, engine: str) -> None:
    same = f'<{EX}b> <{EX}key> "k1" .\n<{EX}c> <{EX}key> "k1" .\n'
    report = validate(GOOD + same + same, dose, engine=engine)
    assert [result.message for result in report.results] == [
        f"{EX}b has the same key.",
        f"{EX}c has the same key.",
    ]


REPLACEMENTS = (
    ("", ""),
    (DECIMAL, INTEGER),
    ('"1"', '"3"'),
    ('"BB"', '"c"'),
    (f"<{EX}mg>", '"mg"'),
    ('"slowly"@en', '"much too slowly"@fr'),
    ('"slowly"@en', f'"slowly"@en .\n{A} <{EX}note> "again"@en'),
    ('"k2"', '"k1"'),
    ("37.50", "-37.50"),
    (f"<{EX}Exposure>", f"<{EX}Other>"),
    (f"{A} <{EX}key>", f"_:other {TYPE} <{EX}Dose> .\n_:other <{EX}key>"),
)


def mutations() -> list[str]:
    """Return the good data with each line or none left out, combined with each replacement."""
    lines = GOOD.splitlines()
    shortened = [GOOD] + ["\n".join(line for line in lines if line != left_out) for left_out in lines]
    return [data.replace(old, new) if old else data for data in shortened for old, new in REPLACEMENTS]


@pytest.mark.slow
def test_engines_agree_on_mutated_data(dose: Shapes) -> None:
    documents = mutations()
    assert len(documents) == 143
    broken = 0
    components = set()
    for document in documents:
        fast, reference = (validate(document, dose, engine=engine) for engine in ("shacl", "pyshacl"))
        assert set(fast.results) == set(reference.results), document
        assert (fast.conforms, fast.ok) == (reference.conforms, reference.ok)
        assert list(fast.results) == sorted(fast.results, key=Violation.sort_key)
        broken += not fast.conforms
        components |= {result.component for result in fast.results}
    assert broken >= 100
    assert len(components) >= 10


@pytest.mark.parametrize(
    ("low", "high", "engines"),
    [
        ('"2020-07-09"^^xsd:date', "90", {"shacl"}),
        ("true", "90", {"shacl"}),
        ("90", '"2020-07-09"^^xsd:date', {"shacl", "pyshacl"}),
        ('"text"', "90", {"shacl", "pyshacl"}),
    ],
)
def test_values_that_cannot_be_compared_are_found(
    dose: Shapes, low: str, high: str, engines: set[str]
) -> None:
    """SHACL 4.5.3 and 4.5.4; the reference engine goes by rdflib, which puts dates before all numbers."""
    turtle = f"{PREFIXES}ex:d a ex:Dose ; ex:low {low} ; ex:high {high} ."
    data = to_ntriples(quad.triple for quad in parse(turtle, RdfFormat.TURTLE))
    found = {
        engine
        for engine in ("shacl", "pyshacl")
        for each in validate(data, dose, engine=engine).results
        if "LessThanOrEquals" in each.component
    }
    assert found == engines


def test_threads_report_as_one_by_one(dose: Shapes) -> None:
    documents = mutations()[:50]
    with ThreadPoolExecutor(2) as pool:
        together: Sequence[Report] = list(pool.map(lambda document: validate(document, dose), documents))
    assert together == [validate(document, dose) for document in documents]
    assert len(set(together)) >= 20


def test_shapes_are_compiled_once(dose: Shapes, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []

    class Counting:
        @staticmethod
        def from_text(text: str, syntax: str) -> object:
            compiled.append(text)
            return original.from_text(text, syntax)

    original = shacl.Shapes
    monkeypatch.setattr(shacl, "Shapes", Counting)
    for _ in range(3):
        validate(GOOD, dose)
    assert compiled == [dose.ntriples]


def test_the_default_path_imports_no_rdflib(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from casegraph.validate import *\n"
        "shapes = read_shapes([pathlib.Path(sys.argv[1])])\n"
        "report = validate(read_data(pathlib.Path(sys.argv[2])), shapes)\n"
        "print(report.ok, len(report.to_text()) > 0, {'rdflib', 'pyshacl'} & set(sys.modules))"
    )
    shapes, data = written(tmp_path / "s.ttl", PREFIXES + DOSE), written(tmp_path / "d.nt", GOOD)
    done = subprocess.run(
        [sys.executable, "-c", program, str(shapes), str(data)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True True set()\n"


XML = f"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="{EX}">
<rdf:Description rdf:about="{EX}a">
<ex:amount rdf:datatype="{DECIMAL[3:-1]}">37.50</ex:amount>
</rdf:Description>
</rdf:RDF>"""
JSON_LD = f'{{"@id": "{EX}a", "{EX}amount": {{"@value": "37.50", "@type": "{DECIMAL[3:-1]}"}}}}'
ONE = f'{A} <{EX}amount> "37.50"{DECIMAL} .\n'
WRITTEN = {
    ".json": JSON_LD,
    ".jsonld": JSON_LD,
    ".nq": ONE.replace(" .\n", f" <{EX}g> .\n") + ONE.replace(" .\n", f" <{EX}h> .\n"),
    ".nt": ONE,
    ".owl": XML,
    ".rdf": XML,
    ".trig": f"GRAPH <{EX}g> {{ {A} <{EX}amount> 37.50 }} GRAPH <{EX}h> {{ {A} <{EX}amount> 37.50 }}",
    ".ttl": f"{A} <{EX}amount> 37.50 .",
    ".xml": XML,
}


def test_every_syntax_is_written_here() -> None:
    assert WRITTEN.keys() == SYNTAXES.keys()
    assert len(WRITTEN) == 9


@pytest.mark.parametrize("suffix", WRITTEN)
def test_every_syntax_reads_as_the_same_triple(tmp_path: Path, suffix: str) -> None:
    assert read_data(written(tmp_path / f"data{suffix}", WRITTEN[suffix])) == ONE


def test_relative_iris_and_blank_nodes_are_read_the_same_each_time(tmp_path: Path) -> None:
    path = written(tmp_path / "data.ttl", PREFIXES + "<#a> ex:p [ ex:q [] ] .")
    assert read_data(path) == read_data(path)
    assert f"<{path.as_uri()}#a>" in read_data(path)
    assert "_:b0 " in read_data(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.ttl", PREFIXES), ("a.jsonld", '{"name": "x"}'), ("a.trig", f"GRAPH <{EX}g> {{}}"), ("a.nq", "")],
)
def test_a_file_without_triples_is_an_error(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(InputError, match=f"no triples in {name}"):
        read_data(written(tmp_path / name, text))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "no triples"),
        (" \n# a remark\n", "no triples"),
        (b"\xff", "not UTF-8"),
        (f"{A} {A} .", "no N-Triples"),
        (ONE.replace(" .\n", f" <{EX}g> .\n"), "no N-Triples"),
    ],
)
def test_data_that_are_no_triples_are_refused(
    dose: Shapes, engine: str, data: bytes | str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        validate(data, dose, engine=engine)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "'
    + "x" * 100
    + '">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 20}">' for old, new in zip("abcdef", "bcdefg", strict=True))
    + f']><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="{EX}">'
    + f'<rdf:Description rdf:about="{EX}a"><ex:p>&g;</ex:p></rdf:Description></rdf:RDF>'
)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.ttl", PREFIXES + "ex:a ex:b\nex:c ex:d .", "a.ttl:7"),
        ("a.rdf", XML.removesuffix("</rdf:RDF>"), "a.rdf:6: no element found"),
        ("a.rdf", BOMB, "amplification"),
        ("a.jsonld", '{"@context": "https://example.org/remote", "p": 1}', "a.jsonld: "),
        ("a.xlsx", "", "unknown kind of RDF file"),
        ("a.nt", "<relative> <b> <c> .", "a.nt:1"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    with pytest.raises(InputError) as raised:
        read_data(written(tmp_path / name, text))
    assert said in str(raised.value)
    assert not isinstance(raised.value, ShapesError)


def test_a_mark_of_utf_8_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert (
        read_data(written(tmp_path / "a.ttl", f"\ufeff<{EX}a> <{EX}b> <{EX}c> ."))
        == f"<{EX}a> <{EX}b> <{EX}c> .\n"
    )


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ttl")
    with pytest.raises(InputError, match="not a regular file"):
        read_data(tmp_path / "pipe.ttl")


def test_missing_files_and_engines_are_errors(tmp_path: Path, dose: Shapes) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_data(tmp_path / "none.ttl")
    with pytest.raises(ShapesError, match="cannot be read"):
        read_shapes([tmp_path / "none.ttl"])
    with pytest.raises(InputError, match="unknown engine 'fast'"):
        validate(GOOD, dose, engine="fast")


def test_shapes_files_are_merged_and_their_blank_nodes_kept_apart(tmp_path: Path) -> None:
    paths = [
        written(tmp_path / f"{name}.nt", shape_in_ntriples(name, least))
        for name, least in (("p", 1), ("q", 0))
    ]
    shapes = read_shapes(paths)
    assert shapes.files == tuple(paths)
    for engine in ENGINES:
        (found,) = validate(f'{A} <{EX}other> "x" .', shapes, engine=engine).results
        assert (found.path, found.shape) == (f"<{EX}p>", f"<{EX}p-shape>")


def shape_in_ntriples(name: str, least: int) -> str:
    return f"""<{EX}{name}-shape> <{SH_NS}targetNode> {A} .
<{EX}{name}-shape> <{SH_NS}property> _:same .
_:same <{SH_NS}path> <{EX}{name}> .
_:same <{SH_NS}minCount> "{least}"{INTEGER} .
"""


@pytest.mark.parametrize(
    ("turtle", "said"),
    [
        ("ex:S a sh:NodeShape ; sh:property [ sh:path ex:p ;; sh:minCount ] .", "shapes.ttl:6"),
        ("ex:S rdfs:label 'no shape' .", "no shape in shapes.ttl"),
        ("ex:S a sh:NodeShape ; sh:property ex:P .", f"{EX}S points to {EX}P, which has no sh:path"),
        ("ex:S a sh:NodeShape ; sh:property [ sh:minCount 1 ] .", "which has no sh:path"),
        ("ex:S a sh:NodeShape ; sh:node ex:N .", f"{EX}S points to {EX}N, which is no shape"),
        ("ex:S a sh:NodeShape ; sh:not ex:N .", f"{EX}S points to {EX}N, which is no shape"),
    ],
)
def test_shapes_that_cannot_be_read_say_where_and_why(tmp_path: Path, turtle: str, said: str) -> None:
    with pytest.raises(ShapesError, match=said):
        shapes_of(tmp_path, turtle)


PARAMETER_BOUND_AGAIN = """
ex:Flagged a sh:ConstraintComponent ; sh:parameter [ sh:path ex:flag ] ;
    sh:validator [ a sh:SPARQLAskValidator ; sh:ask "ASK { BIND(1 AS ?flag) }" ] .
ex:S a sh:NodeShape ; sh:targetNode ex:a ; ex:flag true .
"""


@pytest.mark.parametrize(
    ("engine", "turtle"),
    [
        ("shacl", 'ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:amount ; sh:pattern "(?=x)" ] .'),
        ("shacl", 'ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:sparql [ sh:select "SELECT $this {" ] .'),
        ("pyshacl", 'ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:sparql [ sh:select "SELECT $this {" ] .'),
        ("pyshacl", 'ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:minLength "x" .'),
        ("shacl", PARAMETER_BOUND_AGAIN),
        ("pyshacl", PARAMETER_BOUND_AGAIN),
    ],
)
def test_shapes_that_an_engine_cannot_run_are_refused(tmp_path: Path, engine: str, turtle: str) -> None:
    shapes = shapes_of(tmp_path, turtle)
    with pytest.raises(ShapesError, match=r"shapes\.ttl"):
        validate(ONE, shapes, engine=engine)


#: construct -> a shapes file that uses it; the shape is always ex:S
UNSUPPORTED = {
    "sh:js": "ex:S a sh:NodeShape ; sh:js [ ex:x 1 ] .",
    "sh:jsFunctionName": 'ex:S a sh:NodeShape ; sh:property [ sh:path ex:p ; sh:jsFunctionName "f" ] .',
    "sh:jsLibrary": "ex:S a sh:NodeShape ; sh:jsLibrary ex:lib .",
    "sh:JSConstraint": "ex:S a sh:NodeShape ; ex:x [ a sh:JSConstraint ] .",
    "sh:JSValidator": "ex:S a sh:ConstraintComponent ; sh:validator [ a sh:JSValidator ] .",
    "sh:rule": "ex:S a sh:NodeShape ; sh:rule ex:rule .",
    "sh:TripleRule": "ex:S a sh:TripleRule .",
    "sh:SPARQLRule": "ex:S a sh:SPARQLRule .",
    "sh:condition": "ex:S a sh:NodeShape ; ex:x [ sh:condition ex:T ] .",
    "sh:construct": 'ex:S a sh:NodeShape ; ex:x [ sh:construct "CONSTRUCT {} WHERE {}" ] .',
    "sh:SPARQLFunction": "ex:S a sh:SPARQLFunction .",
    "sh:returnType": "ex:S a sh:Parameterizable ; sh:returnType xsd:string .",
    "sh:target": "ex:S a sh:NodeShape ; sh:target [ ex:x 1 ] .",
    "sh:SPARQLTarget": "ex:S a sh:SPARQLTarget .",
    "sh:SPARQLTargetType": "ex:S a sh:SPARQLTargetType .",
    "sh:expression": "ex:S a sh:NodeShape ; sh:expression [ ex:f () ] .",
    "sh:values": "ex:S a sh:NodeShape ; sh:property [ sh:path ex:p ; sh:values ex:x ] .",
    "sh:filterShape": "ex:S a sh:NodeShape ; ex:x [ sh:filterShape ex:T ] .",
    "sh:this": "ex:S a sh:NodeShape ; ex:x sh:this .",
    "sh:resultAnnotation": "ex:S a sh:NodeShape ; sh:sparql [ sh:resultAnnotation [] ] .",
    "sh:entailment": "ex:S a sh:NodeShape . ex:S sh:entailment ex:RDFS .",
    "sh:memberShape": "ex:S a sh:NodeShape ; sh:memberShape ex:T .",
    "sh:reifierShape": "ex:S a sh:NodeShape ; sh:property [ sh:path ex:p ; sh:reifierShape ex:T ] .",
    "sh:Debug": "ex:S a sh:NodeShape ; sh:severity sh:Debug .",
    "sh:mincount": "ex:S a sh:NodeShape ; sh:property [ sh:path ex:p ; sh:mincount 1 ] .",
    "sh:targetclass": "ex:S sh:targetclass ex:C .",
    "sh:Nodeshape": "ex:S a sh:Nodeshape .",
    "sh:Iri": "ex:S a sh:NodeShape ; sh:or ( [ sh:not [ sh:nodeKind sh:Iri ] ] ) .",
}


def test_there_is_an_example_of_each_construct() -> None:
    assert len(UNSUPPORTED) == 28


@pytest.mark.parametrize("construct", UNSUPPORTED)
def test_what_no_engine_implements_is_refused(tmp_path: Path, construct: str) -> None:
    with pytest.raises(ShapesError) as raised:
        shapes_of(tmp_path, UNSUPPORTED[construct])
    said = str(raised.value)
    assert said.startswith(f"{tmp_path / 'shapes.ttl'}: {EX}S uses {construct}, which")
    assert raised.value.todo


def test_a_near_miss_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShapesError, match=r"did you mean sh:minCount\?"):
        shapes_of(tmp_path, UNSUPPORTED["sh:mincount"])


def test_known_terms_are_the_standards_own() -> None:
    names = {str(term).removeprefix(SH_NS) for term in dir(SH) if str(term).startswith(SH_NS)}
    assert len(names) >= 170
    assert all(map(iskeyword, KNOWN_TERMS - names))  # rdflib lists no name that Python reserves
    rest = names - KNOWN_TERMS
    beyond = ("js", "JS", "annotation", "SPARQLRule", "SPARQLTarget", "Target", "Rule", "Function")
    left = {name for name in rest if not name.startswith(beyond) and "-" not in name}
    assert left == {
        *("ExpressionConstraintComponent", "ResultAnnotation", "SPARQLFunction", "TripleRule", "condition"),
        *("SPARQLConstructExecutable", "SPARQLUpdateExecutable", "construct", "update", "expression"),
        *("filterShape", "intersection", "nodes", "object", "predicate", "resultAnnotation", "returnType"),
        *("rule", "subject", "target", "this", "union"),
    }


def test_data_beside_the_shapes_may_use_any_term(tmp_path: Path) -> None:
    shapes = shapes_of(tmp_path, DOSE + "ex:a a ex:Dose ; sh:nodeShape ex:Dose .")
    assert validate(GOOD, shapes).ok


FORBIDDEN = {
    "MINUS": "SELECT $this WHERE { $this ?p ?o MINUS { $this a ?c } }",
    "SERVICE": "SELECT $this WHERE { service <https://example.org/sparql> { $this ?p ?o } }",
    "VALUES": "SELECT $this WHERE { $this ?p ?o VALUES ?o { 1 } }",
    "AS ?this": "SELECT $this WHERE { BIND(1 AS ?this) }",
    "AS ?currentShape": "SELECT $this WHERE { BIND(1 AS $currentShape) }",
    "a SELECT": "SELECT $this WHERE { { SELECT ?o WHERE { ?s ?p ?o } } }",
    "AS ?value": "ASK { BIND(1 AS ?value) }",
}


@pytest.mark.parametrize("construct", FORBIDDEN)
def test_what_the_standard_forbids_in_a_query_is_refused(tmp_path: Path, construct: str) -> None:
    kind = "ask" if FORBIDDEN[construct].startswith("ASK") else "select"
    with pytest.raises(ShapesError, match=rf"{EX}S uses {construct.replace('?', '.')} "):
        shapes_of(tmp_path, f'ex:S a sh:NodeShape ; sh:sparql [ sh:{kind} "{FORBIDDEN[construct]}" ] .')


def test_words_that_only_look_forbidden_are_not_refused(tmp_path: Path) -> None:
    query = """PREFIX ex: <https://example.org/MINUS#> # no SERVICE
        SELECT $this (?o AS ?value) WHERE {
        $this ex:values ?values . ?values ex:p "VALUES" , 'MINUS' ; ex:q ?o .
        { SELECT $this (COUNT(?x) AS ?n) WHERE { $this ex:p ?x } GROUP BY $this } }"""
    shapes = shapes_of(
        tmp_path, f'ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:sparql [ sh:select """{query}""" ] .'
    )
    assert validate(GOOD, shapes).ok


@pytest.mark.parametrize(
    ("path", "turtle"),
    [
        ("<p:a>", "<p:a>"),
        ("^<p:a>", "[ sh:inversePath <p:a> ]"),
        ("(<p:a>/<p:b>/^<p:c>)", "( <p:a> <p:b> [ sh:inversePath <p:c> ] )"),
        ("(<p:a>|(<p:b>/<p:c>))", "[ sh:alternativePath ( <p:a> ( <p:b> <p:c> ) ) ]"),
        ("((<p:a>|<p:b>))*", "[ sh:zeroOrMorePath [ sh:alternativePath ( <p:a> <p:b> ) ] ]"),
        ("^(<p:a>)+", "[ sh:inversePath [ sh:oneOrMorePath <p:a> ] ]"),
        ("(^<p:a>)?", "[ sh:zeroOrOnePath [ sh:inversePath <p:a> ] ]"),
    ],
)
def test_paths_are_spelled_both_ways(path: str, turtle: str) -> None:
    assert turtle_path(path) == turtle
    quads = parse(f"{PREFIXES} ex:s sh:path {turtle} .", RdfFormat.TURTLE)
    graph = rdflib_graph(to_ntriples(quad.triple for quad in quads))
    node = graph.value(URIRef(f"{EX}s"), SH.path)
    assert node is not None
    assert sparql_path(node, graph) == path


@pytest.mark.parametrize("engine", ENGINES)
def test_turtle_is_a_report_of_the_standard(dose: Shapes, engine: str) -> None:
    data = GOOD.replace(f"<{EX}x> <{EX}dose>", f"<{EX}x> <{EX}doze>").replace('"BB"', '"say \\"no\\""')
    report = validate(data, dose, engine=engine)
    quads = list(parse(report.to_turtle(), RdfFormat.TURTLE))
    said = [(quad.predicate.value.removeprefix(SH_NS), str(quad.object)) for quad in quads]
    assert ("conforms", '"false"^^<http://www.w3.org/2001/XMLSchema#boolean>') in said
    assert [name for name, _ in said].count("result") == len(report.results) == 3
    assert ("inversePath", f"<{EX}dose>") in said
    assert ("value", '"say \\"no\\""') in said
    shapes = {value for name, value in said if name == "sourceShape"}
    assert all(each.startswith("_:") for each in shapes), "the property shapes that fail have no name"
    for name in ("focusNode", "resultSeverity", "sourceConstraintComponent", "sourceShape"):
        assert [said_name for said_name, _ in said].count(name) == 3


def test_text_says_what_to_do_and_where(dose: Shapes) -> None:
    data = GOOD.replace(f"<{EX}unit>", f"<{EX}units>").replace("37.50", "-1")
    assert validate(data, dose).to_text(labels={f"{EX}a": "IL-2"}) == (
        "sh:Violation https://example.org/Dose-unit sh:minCount\n"
        "  Give the dose one unit.\n"
        "    https://example.org/a (IL-2)  https://example.org/unit\n"
        "\n"
        "sh:Warning https://example.org/Dose-amount sh:minExclusive\n"
        '    https://example.org/a (IL-2)  https://example.org/amount  "-1"^^xsd:decimal\n'
        "\n"
        "1 violation, 1 warning, 0 infos"
    )


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("sh:path e:a , e:b ; sh:minCount 1", "sh:path"),
        ("sh:path e:a ; sh:minCount 1 , 2", "sh:minCount"),
        ("sh:path e:a ; sh:in 5", "sh:in"),
        ("sh:path e:a ; sh:nodeKind e:Foo", "sh:nodeKind"),
        ("sh:path e:a ; sh:maxCount 'one'", "sh:maxCount"),
    ],
)
def test_shapes_that_are_not_well_formed_are_refused(
    tmp_path: Path, engine: str, wrong: str, said: str
) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <https://example.org/> .\n"
        f"e:Shape a sh:NodeShape ; sh:targetNode e:x ; sh:property [ {wrong} ] .",
        encoding="utf-8",
    )
    data = "<https://example.org/x> <https://example.org/a> <https://example.org/y> ."
    with pytest.raises(
        ShapesError, match=f"https://example.org/Shape is no well-formed shape: {said} "
    ) as caught:
        validate(data, read_shapes([path]), engine=engine)
    assert caught.value.where == str(path)


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_the_report_names_the_property_shape_itself(tmp_path: Path, engine: str) -> None:
    """A shape without a name is a blank node in the standard's report; people are told the one around it."""
    path = tmp_path / "shapes.ttl"
    path.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <https://example.org/> .\n"
        "e:Shape a sh:NodeShape ; sh:targetNode e:x ; sh:property [ sh:path e:a ; sh:minCount 1 ] .",
        encoding="utf-8",
    )
    report = validate(
        "<https://example.org/x> <https://example.org/b> 'y' .".replace("'", '"'),
        read_shapes([path]),
        engine=engine,
    )
    (result,) = report.results
    assert result.shape == "<https://example.org/Shape>"
    assert "sh:sourceShape _:s0" in report.to_turtle()
