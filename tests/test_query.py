"""Stored queries: what is read, what is refused, what is bound, and that nothing but terms gets in."""

import csv
import io
import json
import re
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import msgspec
import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode

from casegraph import query as query_module
from casegraph.errors import InputError, MissingExtraError, StoreError
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.parameters import ParameterValue
from casegraph.query import QueryHead, StoredQuery, bind, get_query, read_query, run, stored_queries
from casegraph.rows import Rows
from casegraph.store import open_store
from casegraph.terms import Terms

XSD = PREFIXES["xsd"]
EX = "https://example.org/"
LABELS = {
    EX + "Disease": "disease",
    EX + "Myositis": "myositis",
    EX + "Hypo": "hypomyopathic myositis",
    EX + "Cold1": "cold",
    EX + "Cold2": "Cold",
    PREFIXES["MONDO"] + "1010089": "hypomyopathic dermatomyositis",
}
TERMS = Terms(
    classes=frozenset(LABELS),
    labels=LABELS,
    preferred={EX + "Cold1": "a cold"},
    synonyms={EX + "Myositis": ("muscle inflammation",)},
    parents={EX + "Hypo": (EX + "Myositis",), EX + "Myositis": (EX + "Disease",)},
    wholes={},
)
CASES = f"""\
<{EX}case1> <{CG}diagnosis> <{EX}Hypo> <{EX}g1> .
<{EX}case1> <{CG}domain> <{CG}skin> <{EX}g1> .
<{EX}case1> <{CG}dose> "1000000.0"^^<{XSD}decimal> <{EX}g1> .
<{EX}case2> <{CG}diagnosis> <{EX}Myositis> <{EX}g2> .
<{EX}case2> <{CG}domain> <{CG}muscle> <{EX}g2> .
<{EX}case2> <{CG}dose> "2.50"^^<{XSD}decimal> <{EX}g2> .
"""
DOSES = """\
#+ summary: Doses by disease
#+ question: Which dose did patients with a disease get?
#+ description: >
#+   Two lines
#+   of prose.
#+ tags: [treatment, dose]
#+ parameters:
#+   disease: {type: concept-and-below, label: the disease}
#+   domain:
#+     type: value
#+     label: the domain
#+ returns:
#+   case: the case
#+   disease: its diagnosis
#+   dose: the dose in mg
#+ expect: nonempty
PREFIX cg: <https://w3id.org/casegraph/ontology#>
PREFIX ex: <https://example.org/>
SELECT ?case ?disease ?dose WHERE {
  VALUES ?disease { ex:Myositis ex:Hypo }  # the disease
  VALUES ?domain { cg:skin }
  GRAPH ?g { ?case cg:diagnosis ?disease ; cg:domain ?domain ; cg:dose ?dose }
} ORDER BY ?case
"""
EXAMPLES = {
    "concept": "ex:Hypo",
    "concept-and-below": "ex:Myositis ex:Hypo",
    "case": "<https://w3id.org/casegraph/case/10.1000/a/1>",
    "value": "cg:skin",
    "text": '"an \\"example\\" } # of text"',
    "integer": "7",
    "decimal": "37.5",
    "boolean": "true",
}


def evaluate(sparql: str) -> pyoxigraph.QuerySolutions:
    """Evaluate a SELECT over nothing."""
    answer = pyoxigraph.Store().query(sparql)
    assert isinstance(answer, pyoxigraph.QuerySolutions)
    return answer


def stored(query: StoredQuery, values: Mapping[str, ParameterValue] | None = None) -> Rows:
    """Run a query on the two cases."""
    with open_store(":memory:", writable=True) as store:
        store.replace([], CASES)
        return run(store, query, values, terms=TERMS)


def write(folder: Path, text: str = DOSES, name: str = "doses") -> Path:
    path = folder / f"{name}.rq"
    path.write_text(text, encoding="utf-8")
    return path


def one(kind: str) -> StoredQuery:
    """Return a query with one parameter x of a type and its example."""
    text = f"PREFIX cg: <{CG}>\nPREFIX ex: <{EX}>\nSELECT ?x {{\n  VALUES ?x {{ {EXAMPLES[kind]} }}\n}}\n"
    raw = {
        "summary": "s",
        "question": "q",
        "tags": ["t"],
        "returns": {"x": "it"},
        "parameters": {"x": {"type": kind, "label": "l"}},
    }
    return StoredQuery("one", msgspec.convert(raw, QueryHead), text, Path("one.rq"))


def bound(kind: str, value: ParameterValue) -> list[object]:
    """Return what the engine reads out of a bound query: the terms of its one VALUES block."""
    answer = evaluate(bind(one(kind), {"x": value}, terms=TERMS))
    return [row["x"] for row in answer]


def doses(folder: Path, values: Mapping[str, ParameterValue] | None = None) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in stored(read_query(write(folder)), values)]


# --- reading


def test_a_query_is_read_with_its_head(tmp_path: Path) -> None:
    query = read_query(write(tmp_path))
    assert (query.name, query.text, query.path.name) == ("doses", DOSES, "doses.rq")
    head = query.head
    assert head.question == "Which dose did patients with a disease get?"
    assert head.description == "Two lines of prose.\n"
    assert head.tags == ("treatment", "dose")
    assert {name: each.type for name, each in head.parameters.items()} == {
        "disease": "concept-and-below",
        "domain": "value",
    }
    assert list(head.returns) == ["case", "disease", "dose"]
    assert (head.expect, head.view, head.dataset) == ("nonempty", None, None)


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("#+ tags: [treatment, dose]\n", "", 1, "missing required field `tags`"),
        ("#+ tags: [treatment, dose]", "#+ tags: [treatment, 3]", 6, "Expected `str`, got `int`"),
        ("#+ tags: [treatment, dose]", "#+ tagz: [treatment]", 6, "unknown field `tagz`"),
        ("#+ tags: [treatment, dose]", "#+ tags: [treatment", 7, "not YAML"),
        ("#+ tags: [treatment, dose]", "#+ question: again\n#+ tags: []", 6, "question is there twice"),
        ("#+ summary: Doses by disease", "#+ summary: 2020-99-99", 1, "not YAML"),
        ("type: concept-and-below", "type: konzept", 8, "'konzept'"),
        ("#+     label: the domain", "#+     lable: the domain", 11, "unknown field `lable`"),
        ("#+     label: the domain\n", "", 9, "missing required field `label`"),
        ("#+ expect: nonempty", "#+ expect: full", 16, "'full'"),
        ("#+   case: the case", "#+   no: the case", 12, "Expected `str`, got `bool`"),
        ("?disease { ex:Myositis ex:Hypo }", "?disease { }", 8, "'disease' is not bound"),
        ("?disease { ex:Myositis ex:Hypo }", '?disease { "Myositis" }', 8, "'disease' is not bound"),
        ("?disease { ex:Myositis ex:Hypo }", "?disease {\n ex:Hypo }", 8, "'disease' is not bound"),
        ("  VALUES ?domain { cg:skin }\n", "  # VALUES ?domain { cg:skin }\n", 9, "'domain' is not bound"),
        ("  GRAPH", "  VALUES ?domain { cg:muscle }\n  GRAPH", 9, "'domain' is not bound"),
        ("  GRAPH", "  { VALUES (?x ?domain) { (1 cg:muscle) } } GRAPH", 9, "'domain' is not bound"),
        ("ORDER BY ?case", "ORDERED BY ?case", 23, "not SPARQL"),
        ("  GRAPH", "  FILTER(ex:f(1)) GRAPH", 1, "not SPARQL: The custom function"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, what: str
) -> None:
    assert old in DOSES
    path = write(tmp_path, DOSES.replace(old, new))
    with pytest.raises(InputError, match=what.replace("`", ".")) as refusal:
        read_query(path)
    assert refusal.value.where == f"{path}:{line}"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("SELECT ?case ?disease ?dose", "ASK", "must be a SELECT"),
        ("SELECT ?case ?disease ?dose", "CONSTRUCT { ?case cg:dose ?dose }", "must be a SELECT"),
        ("SELECT ?case ?disease ?dose", "SELECT ?case ?dose", "returns case, disease, dose"),
        ("#+", "#", "has no head"),
    ],
)
def test_what_is_no_stored_query_is_refused(tmp_path: Path, old: str, new: str, what: str) -> None:
    text = DOSES.replace(old, new).replace("} ORDER BY ?case", "}")
    with pytest.raises(InputError, match=what):
        read_query(write(tmp_path, text))


def test_a_file_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "latin.rq").write_bytes(b"#+ summary: caf\xe9\n")
    for name in ("latin.rq", "missing.rq"):
        with pytest.raises(InputError, match="cannot be read"):
            read_query(tmp_path / name)


def test_shipped_queries_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = (write(tmp_path, name="doses_by_disease"), write(tmp_path, name="responses"))
    monkeypatch.setattr(query_module, "shipped", lambda folder, pattern: paths)
    assert list(stored_queries()) == ["doses_by_disease", "responses"]
    assert get_query("responses").name == "responses"
    with pytest.raises(InputError, match="a query such as doses_by_disease"):
        get_query("dose_by_disease")
    with pytest.raises(InputError, match="unknown query 'xyz'"):
        get_query("xyz")


# --- binding and running


def test_the_example_stands_where_nothing_is_given(tmp_path: Path) -> None:
    assert doses(tmp_path) == [(EX + "case1", EX + "Hypo", Decimal(1000000))]
    query = read_query(write(tmp_path))
    assert bind(query, {}) == DOSES
    assert bind(query, {"domain": "muscle"}) == DOSES.replace("cg:skin", f"<{CG}muscle>")


def test_a_concept_is_expanded_to_all_below_it(tmp_path: Path) -> None:
    assert doses(tmp_path, {"disease": "Disease", "domain": "muscle"}) == [
        (EX + "case2", EX + "Myositis", Decimal("2.5"))
    ]
    assert doses(tmp_path, {"disease": "hypomyopathic myositis", "domain": "muscle"}) == []


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("concept", "MUSCLE inflammation", [NamedNode(EX + "Myositis")]),
        ("concept", EX + "Hypo", [NamedNode(EX + "Hypo")]),
        ("concept-and-below", "myositis", [NamedNode(EX + "Hypo"), NamedNode(EX + "Myositis")]),
        ("case", BASE + "case/set/7", [NamedNode(BASE + "case/set/7")]),
        ("value", "immuneCells", [NamedNode(CG + "immuneCells")]),
        ("value", "Immune Cells", [NamedNode(CG + "immuneCells")]),
        ("value", "cg:lung", [NamedNode(CG + "lung")]),
        ("value", CG + "lung", [NamedNode(CG + "lung")]),
        ("text", "plain", [Literal("plain")]),
        ("text", "", [Literal("")]),
        ("integer", -12, [Literal(-12)]),
        ("integer", "+12", [Literal("+12", datatype=NamedNode(XSD + "integer"))]),
        ("decimal", "2.50", [Literal("2.50", datatype=NamedNode(XSD + "decimal"))]),
        ("decimal", Decimal("1E+6"), [Literal("1000000", datatype=NamedNode(XSD + "decimal"))]),
        ("decimal", 0.5, [Literal("0.5", datatype=NamedNode(XSD + "decimal"))]),
        ("boolean", True, [Literal(True)]),
        ("boolean", "false", [Literal(False)]),
    ],
)
def test_a_value_becomes_a_term_of_its_type(kind: str, value: ParameterValue, expected: list[object]) -> None:
    normal = evaluate(f"SELECT ?x {{ VALUES ?x {{ {' '.join(map(str, expected))} }} }}")
    assert bound(kind, value) == [row["x"] for row in normal]
    assert len(bound(kind, value)) == len(expected)


@pytest.mark.parametrize(
    ("kind", "value", "what"),
    [
        ("concept", "miositis", "Myositis myositis"),
        ("concept-and-below", "MONDO:0000000", "unknown term"),
        ("concept-and-below", EX + "Elsewhere", "unknown term"),
        ("concept", "cold", "more than one"),
        ("case", "case 1", "names no case"),
        ("case", "https://example.org/a b", "cannot be written"),
        ("value", "positive", "one of .*skin"),
        ("integer", "1.5", "is not integer"),
        ("integer", True, "is not integer"),
        ("integer", "1" * 19, "18 digits"),
        ("integer", "\u0661", "is not integer"),
        ("decimal", "1e6", "is not decimal"),
        ("decimal", float("nan"), "is not decimal"),
        ("boolean", "yes", "true or false"),
        ("text", "\ud800", "cannot be written"),
    ],
)
def test_a_wrong_value_is_refused_and_says_what_would_be_right(
    kind: str, value: ParameterValue, what: str
) -> None:
    with pytest.raises(InputError, match=what) as refusal:
        bind(one(kind), {"x": value}, terms=TERMS)
    assert refusal.value.where == "parameter x"


def test_the_terms_that_are_offered_are_of_the_kind_that_is_asked_for() -> None:
    for name, value, wanted in (
        ("cases_with_autoantibody", "MDA5", "cg:AntiMDA5 anti-MDA5 antibody"),
        ("cases_by_diagnosis", "dermatomyositi", "MONDO:0016367 dermatomyositis"),
    ):
        parameter = next(iter(get_query(name).head.parameters))
        with pytest.raises(InputError, match="unknown term") as refusal:
            bind(get_query(name), {parameter: value})
        assert refusal.value.expected.startswith(f"a term such as {wanted}")
    with pytest.raises(InputError) as refusal:  # no drug has a name like it, though other terms have
        bind(get_query("adverse_events"), {"drug": '"><script>'})
    assert refusal.value.expected.startswith("a term below ")


def test_a_label_is_looked_up_in_the_closed_list_of_the_example() -> None:
    query = one("value")
    verdicts = StoredQuery("v", query.head, query.text.replace("cg:skin", "cg:mixedVerdict"), query.path)
    assert f"{{ <{CG}improvedVerdict> }}" in bind(verdicts, {"x": "improved"})
    elsewhere = StoredQuery("e", query.head, query.text.replace("cg:skin", "ex:Hypo"), query.path)
    with pytest.raises(InputError, match="ex:Hypo is in no closed list"):
        bind(elsewhere, {"x": "skin"})


def test_an_unknown_parameter_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown parameter drug; expected one of disease, domain"):
        bind(read_query(write(tmp_path)), {"drug": "IL-2"}, terms=TERMS)


def test_named_graphs_only_are_asked_when_the_head_says_so(tmp_path: Path) -> None:
    text = DOSES.replace("GRAPH ?g", "")
    assert len(stored(read_query(write(tmp_path, text)))) == 1
    named = text.replace("#+ expect:", "#+ dataset: named\n#+ expect:")
    assert len(stored(read_query(write(tmp_path, named)))) == 0


# --- nothing but terms gets in

HOSTILE = (
    '" } } DROP ALL #',
    '"} UNION { ?s ?p ?o } #',
    '\\" } #',
    "\\",
    'a\\"b\nVALUES ?x { 1 }',
    "} VALUES ?y { 1 } {",
    "# comment",
    "<https://example.org/> } { ?s ?p ?o",
    "https://example.org/> } { ?s ?p ?o . <https://example.org/",
    "https://example.org/\\u003E } {",
    "\\u0022 } # \\U00000022 }",
    "10.1000/a> } { ?s ?p ?o } #",
    "cg:skin } { ?s ?p ?o",
    "1 } SERVICE <https://example.org/> { ?s ?p ?o",
    "\\1 \\g<0> \\g<example>",
    "\r\n\t\x00\x0b\x85\u2028'''\"\"\"",
)
#: IRIs and literals with or without a datatype, one space between them.
TERMS_ALONE = re.compile(r'(?:(?:^|(?<!^) )(?:<[^<>"{}|^`\\\s]+>|"(?:[^"\\\n\r]|\\.)*"(?:\^\^<[^<>\s]+>)?))+')
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(alphabet=st.sampled_from("\"\\\n\r{}<>#?@^'u0042 :/")),
    st.lists(st.sampled_from((*HOSTILE, *LABELS, "10.1000/")), min_size=2, max_size=3).map("".join),
    st.text(),
)


def assert_only_terms(kind: str, value: str) -> bool:
    """Bind a value; if it is not refused, all that changed must be terms, and the engine must agree."""
    query = one(kind)
    before, _, after = query.text.partition(EXAMPLES[kind])
    try:
        text = bind(query, {"x": value}, terms=TERMS)
    except InputError:
        return False
    assert text.startswith(before)
    assert text.endswith(after)
    assert TERMS_ALONE.fullmatch(text[len(before) : len(text) - len(after)])
    rows = [row["x"] for row in evaluate(text)]
    assert None not in rows
    if kind == "text":
        assert rows == [Literal(value)]
    return True


@pytest.mark.slow
@given(value=TEXTS)
def test_any_text_is_one_literal_and_nothing_else(value: str) -> None:
    assert assert_only_terms("text", value)


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
@given(value=TEXTS)
def test_no_type_lets_more_than_terms_in(kind: str, value: str) -> None:
    assert_only_terms(kind, value)


def test_hostile_values_of_other_types_are_refused() -> None:
    let_in = {(kind, value) for kind in EXAMPLES for value in HOSTILE if assert_only_terms(kind, value)}
    assert {kind for kind, _ in let_in} == {"text"}
    assert len(let_in) == len(HOSTILE)


def test_a_value_is_not_read_as_the_line_of_another_parameter(tmp_path: Path) -> None:
    text = DOSES.replace("type: value", "type: text").replace("{ cg:skin }", '{ "skin" }')
    query = read_query(write(tmp_path, text))
    trick = "\n  VALUES ?disease { ex:Hypo }\n"
    said = bind(query, {"domain": trick, "disease": "disease"}, terms=TERMS)
    assert said.count(f"<{EX}Disease>") == 1
    assert str(Literal(trick)) in said


# --- rows

MIXED = """SELECT ?iri ?text ?int ?dec ?flag ?real {
  VALUES (?iri ?text ?int ?dec ?flag ?real) {
    (<https://example.org/Hypo> "a, \\"b\\"\\n\\tc|d" 3 1000000.0 true 1.5e0)
    (<https://example.org/x> "e"@en UNDEF 37.50 false UNDEF)
    (UNDEF "2020-01-01"^^<http://www.w3.org/2001/XMLSchema#date> "x"^^<http://www.w3.org/2001/XMLSchema#integer>
     0.333333333333333333 UNDEF UNDEF)
  }
}"""


def rows_of(sparql: str) -> Rows:
    return Rows.read(evaluate(sparql))


def test_only_a_select_has_rows() -> None:
    for sparql in ("ASK { }", "CONSTRUCT { <x:s> <x:p> 1 } WHERE { }"):
        with pytest.raises(InputError, match="no rows"):
            Rows.read(pyoxigraph.Store().query(sparql))


def test_an_answer_that_breaks_off_is_an_error_of_the_store() -> None:
    with pytest.raises(StoreError, match="broke off"):
        rows_of("SELECT ?s { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")


def test_rows_give_python_values() -> None:
    first, second, third = rows_of(MIXED)
    assert first == {
        "iri": EX + "Hypo",
        "text": 'a, "b"\n\tc|d',
        "int": 3,
        "dec": Decimal(1000000),
        "flag": True,
        "real": 1.5,
    }
    kinds = {name: type(value) for name, value in first.items()}
    assert kinds == {"iri": str, "text": str, "int": int, "dec": Decimal, "flag": bool, "real": float}
    assert (second["text"], second["int"], second["flag"]) == ("e", None, False)
    assert (third["text"], third["int"]) == ("2020-01-01", "x")
    assert len(rows_of(MIXED)) == 3
    assert not rows_of("SELECT ?x { VALUES ?x { } }")


@pytest.mark.parametrize(
    "sparql",
    [
        MIXED,
        "SELECT ?x ?y { VALUES ?x { } }",
        "SELECT ?x ?z { VALUES ?x { UNDEF 1 '' 'a\\rb' ' ' } BIND(1 AS ?z) }",
        "SELECT ?x ?b { VALUES ?x { 0.5 .5e3 'x'@en-GB } BIND(BNODE() AS ?y) }",
    ],
)
def test_the_standard_formats_are_what_an_independent_writer_gives(sparql: str) -> None:
    rows = rows_of(sparql)
    written = {
        pyoxigraph.QueryResultsFormat.JSON: rows.to_json(),
        pyoxigraph.QueryResultsFormat.CSV: rows.to_csv(),
        pyoxigraph.QueryResultsFormat.TSV: rows.to_tsv(),
    }
    for each, text in written.items():
        expected = evaluate(sparql).serialize(format=each)
        assert expected is not None
        assert text == expected.decode(), each


def test_blank_nodes_are_written_as_the_standard_says() -> None:
    rows = Rows(("b",), ((BlankNode("n1"),),))
    assert json.loads(rows.to_json())["results"]["bindings"] == [{"b": {"type": "bnode", "value": "n1"}}]
    assert rows.to_csv() == "b\r\n_:n1\r\n"
    assert rows.to_tsv() == "?b\n_:n1\n"
    assert list(rows) == [{"b": "_:n1"}]


def test_csv_is_read_back_by_a_csv_reader() -> None:
    lines = list(csv.reader(io.StringIO(rows_of(MIXED).to_csv(), newline="")))
    assert [len(line) for line in lines] == [6, 6, 6, 6]
    assert Rows(("x",), ((None,),)).to_csv() == 'x\r\n""\r\n', "an empty line would be skipped"
    assert lines[1][:3] == [EX + "Hypo", 'a, "b"\n\tc|d', "3"]


def test_json_lines_are_flat_and_carry_labels() -> None:
    lines = [json.loads(line) for line in rows_of(MIXED).to_jsonl(TERMS).splitlines()]
    assert list(lines[0]) == ["iri", "iri_label", "text", "int", "dec", "flag", "real"]
    assert (lines[0]["iri_label"], lines[0]["dec"]) == ("hypomyopathic myositis", 1000000)
    assert "iri_label" not in lines[1]
    assert lines[1]["int"] is None


def test_a_label_column_of_the_query_is_not_overwritten() -> None:
    rows = rows_of("SELECT ?d_label ?d { VALUES (?d ?d_label) { (<https://example.org/Hypo> 'own') } }")
    assert json.loads(rows.to_jsonl(TERMS)) == {"d": EX + "Hypo", "d_label": "own"}


def test_a_table_speaks_to_people() -> None:
    rows = Rows(
        ("d", "n", "x"),
        (
            (NamedNode(EX + "Hypo"), Literal("1000000.0", datatype=NamedNode(XSD + "decimal")), None),
            (NamedNode(CG + "skin"), Literal("37.50", datatype=NamedNode(XSD + "decimal")), Literal(2020)),
            (
                NamedNode(EX + "y"),
                Literal("0.333333333333", datatype=NamedNode(XSD + "decimal")),
                Literal("a|b"),
            ),
            (None, Literal("0.00000000123456", datatype=NamedNode(XSD + "decimal")), Literal(True)),
            (None, Literal("100", datatype=NamedNode(XSD + "decimal")), Literal("c\nd")),
        ),
    )
    assert rows.to_table(TERMS) == [
        [f"hypomyopathic myositis ({EX}Hypo)", "1,000,000", ""],
        ["cg:skin", "37.5", "2020"],
        [EX + "y", "0.333333", "a|b"],
        ["", "0.00000000123", "true"],
        ["", "100", "c\nd"],
    ]
    lines = rows.to_markdown(TERMS).splitlines()
    assert lines[:2] == ["| d | n | x |", "| --- | --- | --- |"]
    assert lines[4] == f"| {EX}y | 0.333333 | a\\|b |"
    assert lines[6] == "|  | 100 | c d |"
    assert len(lines) == 7


def test_labels_stand_beside_curies() -> None:
    rows = Rows(("d",), ((NamedNode(PREFIXES["MONDO"] + "1010089"),),))
    assert rows.to_table(TERMS) == [["hypomyopathic dermatomyositis (MONDO:1010089)"]]


def test_what_people_call_a_term_stands_in_place_of_its_label() -> None:
    rows = Rows(("d",), ((NamedNode(EX + "Cold1"),), (NamedNode(EX + "Cold2"),)))
    assert rows.to_table(TERMS) == [[f"a cold ({EX}Cold1)"], [f"Cold ({EX}Cold2)"]]
    assert json.loads(rows.to_jsonl(TERMS).splitlines()[0])["d_label"] == "a cold"


@pytest.mark.slow
def test_a_data_frame_keeps_python_types() -> None:
    frame = rows_of(MIXED).to_pandas()
    assert list(frame.columns) == ["iri", "text", "int", "dec", "flag", "real"]
    assert [type(value) for value in frame["int"]] == [int, type(None), str]
    assert [type(value) for value in frame["dec"]] == [Decimal] * 3
    assert frame["flag"].tolist() == [True, False, None]
    whole = rows_of("SELECT ?x { VALUES ?x { 3 UNDEF } }").to_pandas()["x"]
    assert [type(value) for value in whole] == [int, type(None)]
    assert rows_of("SELECT ?x { VALUES ?x { } }").to_pandas().shape == (0, 1)


def test_without_pandas_the_pip_line_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'casegraph\[pandas\]'"):
        rows_of(MIXED).to_pandas()
