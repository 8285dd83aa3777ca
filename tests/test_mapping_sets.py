"""Mapping sets in SSSOM: read and written without loss, refused with the line, kept in a store, asked."""

from __future__ import annotations

import csv
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from casegraph.cli import commands
from casegraph.errors import InputError
from casegraph.mappings.from_quads import set_of
from casegraph.mappings.quads import graph_of, mapping_quads, name_of
from casegraph.mappings.reading import parse_mappings, read_mappings
from casegraph.mappings.slots import MAPPING_SLOTS, SET_SLOTS
from casegraph.mappings.writing import write_mappings
from casegraph.merge.mappings import (
    add_mappings,
    mapping_file,
    mapping_sets,
    mappings,
    remove_mappings,
    stored_mappings,
)
from casegraph.namespaces import BASE, CG, PREFIXES, compact
from casegraph.query import get_query, run, stored_queries
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.store import Store, open_store
from casegraph.store.verifying import verify

TESTS = Path(__file__).parent
SHIPPED = shipped("ontology", "mappings/*.sssom.tsv")
MONDO = TESTS / "vocabularies" / "mondo_omim.sssom.tsv"
EX = "https://example.org/"
RELATIONS = ("exact", "close", "broad", "narrow", "related")
SKOS, OWL, SSSOM = PREFIXES["skos"], PREFIXES["owl"], PREFIXES["sssom"]

#: All that a set can have, in the canonical form.
WHOLE = TESTS / "vocabularies" / "whole.sssom.tsv"


def whole() -> str:
    return WHOLE.read_text(encoding="utf-8")


def small(*rows: str, head: str = "", columns: str = "", identifier: str = f"{EX}small") -> str:
    """Return a set; each row is ``subject predicate object`` and further cells, with one space between."""
    first = f"#mapping_set_id: {identifier}\n#curie_map:\n#  EX: {EX}\n{head}"
    named = f"subject_id predicate_id object_id mapping_justification {columns}".split()
    lines = (row.split(" ") for row in rows)
    told = ([*row[:3], "semapv:ManualMappingCuration", *row[3:]] for row in lines)
    return first + "".join("\t".join(row) + "\n" for row in [named, *told])


def dump_of(text: str) -> list[str]:
    """Return what a store holds of a set."""
    with open_store(":memory:", writable=True) as store:
        store.replace([], mapping_quads(parse_mappings(text)))
        return list(store.dump())


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store(":memory:", writable=True) as opened:
        yield opened


def put(store: Store, folder: Path, text: str, name: str = "") -> str:
    path = folder / "set.sssom.tsv"
    path.write_text(text, encoding="utf-8")
    return add_mappings(store, path, name).state


# -- read and written


def test_there_are_as_many_slots_as_the_standard_has() -> None:
    assert (len(MAPPING_SLOTS), len(SET_SLOTS)) == (50, 35)
    assert sum(each.shared for each in MAPPING_SLOTS.values()) == 20
    assert sum(each.many for each in MAPPING_SLOTS.values()) == 15


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_set_is_canonical_and_comes_back_out_of_its_graph(path: Path) -> None:
    text, found = path.read_text(encoding="utf-8"), read_mappings(path)
    assert write_mappings(found) == text
    assert set_of(graph_of(name_of(found)), dump_of(text)).value("license") == found.value("license")
    assert write_mappings(set_of(graph_of(name_of(found)), dump_of(text))) == text
    assert found.iri == f"{BASE}mappings/{path.name.removesuffix('.sssom.tsv')}"
    assert all(dict(each.others)["closed_list"] for each in found.mappings)


def test_there_are_five_shipped_sets_with_44_mappings() -> None:
    assert [len(read_mappings(path).mappings) for path in SHIPPED] == [3, 14, 2, 23, 2]


def test_a_set_with_everything_comes_back_byte_by_byte() -> None:
    assert write_mappings(parse_mappings(whole())) == whole()
    assert write_mappings(set_of(graph_of("whole"), dump_of(whole()))) == whole()
    assert write_mappings(set_of(graph_of("whole"), reversed(dump_of(whole())))) == whole()


def test_what_a_set_with_everything_says() -> None:
    found = parse_mappings(whole(), "w.tsv")
    assert found.iri == f"{EX}sets/whole.sssom.tsv"
    assert found.value("mapping_set_version") == "2024"
    assert found.told["see_also"] == (f"{EX}a", f"{EX}b")
    literal, one, *_ = found.mappings
    assert (literal.subject_id, literal.subject_label, literal.links_terms) == ("", "rash", False)
    assert (one.subject_id, one.object_id, one.confidence) == ("EX:1", "HP:0000118", 0.95)
    assert dict(one.others) | {"mapping_date": "2025-07-14", "object_source": "EX:source"} == dict(one.others)
    assert dict(one.others)["comment"] == 'says "x"'
    assert dict(one.others)["note_of_mine"] == "kept"
    assert one.place == "w.tsv:27"
    assert [each.links_terms for each in found.mappings] == [False, True, False, False, True]


def test_what_stands_in_any_order_is_written_in_one(tmp_path: Path) -> None:
    rows = ("EX:b skos:exactMatch EX:c 0.50", "EX:a skos:exactMatch EX:c 1.0")
    one = small(*rows, head="#license: https://x.org/l\n", columns="confidence")
    crlf = "\ufeff" + small(*reversed(rows), columns="confidence", head="#license: https://x.org/l\n")
    written = write_mappings(parse_mappings(one))
    path = tmp_path / "crlf.tsv"
    path.write_bytes(crlf.replace("\n", "\r\n").encode())
    assert write_mappings(read_mappings(path)) == written
    assert written.splitlines()[-2:] == [
        "EX:a\tskos:exactMatch\tEX:c\tsemapv:ManualMappingCuration\t1",
        "EX:b\tskos:exactMatch\tEX:c\tsemapv:ManualMappingCuration\t0.5",
    ]


def test_a_value_of_the_set_holds_for_each_mapping_unless_one_has_its_own() -> None:
    rows = ("EX:a skos:exactMatch EX:b 2020-01-01", "EX:c skos:exactMatch EX:d ")
    mixed = parse_mappings(small(*rows, head="#mapping_date: 2021-01-01\n", columns="mapping_date"))
    assert [dict(each.others).get("mapping_date") for each in mixed.mappings] == ["2020-01-01", None]
    assert mixed.value("mapping_date") == "2021-01-01"
    (shared,) = parse_mappings(small(rows[0][:-11], head="#mapping_date: 2021-01-01\n")).mappings
    assert dict(shared.others)["mapping_date"] == "2021-01-01"


ROW = "EX:a skos:exactMatch EX:b"
TRAPS = [
    ("the line of a cell", small(ROW, f"{ROW} 1.5", columns="confidence"), 5, "5 cells|4 cells"),
    ("confidence above 1", small(f"{ROW} 1.5", columns="confidence"), 5, "a number from 0 to 1"),
    ("confidence below 0", small(f"{ROW} -0.1", columns="confidence"), 5, "a number from 0 to 1"),
    ("confidence in words", small(f"{ROW} high", columns="confidence"), 5, "a number from 0 to 1"),
    ("not a number", small(f"{ROW} nan", columns="confidence"), 5, "a number from 0 to 1"),
    ("unknown prefix", small("EX:a skos:exactMatch NOPE:1"), 5, "unknown prefix in 'NOPE:1'.*curie_map"),
    ("no CURIE", small("EX:a skos:exactMatch b"), 5, "a CURIE such as"),
    ("unknown predicate", small("EX:a skos:exactmatch EX:b"), 5, "did you mean skos:exactMatch"),
    ("no predicate", small("EX:a  EX:b"), 5, "has no predicate_id"),
    ("no object", small("EX:a skos:exactMatch "), 5, "has no object_id.*NoTermFound"),
    ("a predicate not found", small("EX:a sssom:NoTermFound EX:b"), 5, "subject_id or object_id only"),
    (
        "no justification",
        small(ROW).replace("semapv:ManualMappingCuration", ""),
        5,
        "no mapping_justification",
    ),
    ("a modifier", small(f"{ROW} not", columns="predicate_modifier"), 5, "one of Not"),
    (
        "no CURIE in an extension",
        small(
            f"{ROW} NOPE:1",
            columns="x",
            head="#extension_definitions:\n#  - slot_name: x\n#    type_hint: linkml:Uriorcurie\n",
        ),
        8,
        "unknown prefix",
    ),
    ("a date", small(f"{ROW} 14.7.2025", columns="mapping_date"), 5, "a date such as"),
    ("a slip", small(f"{ROW} x", columns="subject_lable"), 4, "did you mean subject_label"),
    ("a column twice", small(f"{ROW} x y", columns="comment comment"), 4, "there twice"),
    ("no column", small(ROW).replace("\tpredicate_id", "\tother"), 4, "no column predicate_id"),
    ("a quote", small(f'{ROW} "x"y', columns="comment"), 5, "cannot be read"),
    ("no identifier", small(ROW).replace("#mapping_set_id", "#mapping_set_title"), 1, "no mapping_set_id"),
    ("no absolute identifier", small(ROW, identifier="small"), 1, "an absolute IRI"),
    ("another MONDO", small(ROW, head="#  MONDO: https://x.org/m\n"), 4, "everywhere else"),
    ("a prefix twice", small(ROW, head=f"#  EX: {EX}\n"), 4, "there twice"),
    ("no YAML", small(ROW, head="# x: y: z\n"), 4, "not YAML"),
    ("a comment", "# a comment\n" + small(ROW), 2, "not YAML"),
    ("an alias", small(ROW, head="#license: &a https://x.org/\n"), 4, "anchor"),
    ("no table", "#mapping_set_id: https://x.org/\n", 2, "no table"),
    (
        "an extension",
        small(ROW, head="#extension_definitions:\n#  - slot_name: comment\n"),
        5,
        "no slot of SSSOM",
    ),
]


@pytest.mark.parametrize(
    ("text", "line", "said"), [each[1:] for each in TRAPS], ids=[each[0] for each in TRAPS]
)
def test_a_mistake_is_told_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        parse_mappings(text, "set.tsv")
    assert caught.value.where == f"set.tsv:{line}"


def test_reading_brings_in_no_library_that_is_slow_to_import() -> None:
    code = (
        "import sys\nfrom casegraph.loaders.words import word_of\n"
        "assert word_of('severity', 'HP:0012828') == 'severe'\nprint(*sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "casegraph.mappings.reading" in said.split()
    assert not {"curies", "pydantic", "pyoxigraph"} & set(said.split())


# -- as RDF


def triples(text: str) -> set[tuple[str, str, str]]:
    found = ox.parse("\n".join(dump_of(text)).encode(), format=ox.RdfFormat.N_QUADS)
    return {(str(each.subject), str(each.predicate), str(each.object)) for each in found}


def test_a_mapping_is_a_plain_triple_and_an_annotated_axiom() -> None:
    found = triples(small("EX:a skos:exactMatch HP:0000988 0.9", columns="confidence"))
    hp = "<http://purl.obolibrary.org/obo/HP_0000988>"
    assert (f"<{EX}a>", f"<{SKOS}exactMatch>", hp) in found
    ((axiom, *_),) = (each for each in found if each[1:] == (f"<{OWL}annotatedSource>", f"<{EX}a>"))
    assert axiom.startswith(f"<{BASE}mappings/small#")
    double = f"^^<{PREFIXES['xsd']}double>"
    told = {(name.strip("<>"), value) for node, name, value in found if node == axiom}
    assert told == {
        (f"{PREFIXES['rdf']}type", f"<{OWL}Axiom>"),
        (f"{OWL}annotatedSource", f"<{EX}a>"),
        (f"{OWL}annotatedProperty", f"<{SKOS}exactMatch>"),
        (f"{OWL}annotatedTarget", hp),
        (f"{SSSOM}mapping_justification", f"<{PREFIXES['semapv']}ManualMappingCuration>"),
        (f"{SSSOM}confidence", f'"0.9"{double}'),
    }
    assert not any("_:" in each for triple in found for each in triple)


@pytest.mark.parametrize("name", ["mappingRelation", *(f"{each}Match" for each in RELATIONS)])
def test_each_relation_of_skos_is_a_plain_triple(name: str) -> None:
    assert (f"<{EX}a>", f"<{SKOS}{name}>", f"<{EX}b>") in triples(small(f"EX:a skos:{name} EX:b"))


@pytest.mark.parametrize("predicate", ["owl:equivalentClass", "owl:sameAs", "rdfs:subClassOf", "EX:means"])
def test_a_predicate_that_means_more_is_told_and_not_taken_for_true(predicate: str) -> None:
    text = small(f"EX:a {predicate} EX:b")
    found, iri = triples(text), parse_mappings(text).expand(predicate)
    assert [name for subject, name, _ in found if subject == f"<{EX}a>"] == []
    assert [name for _, name, value in found if value == f"<{iri}>"] == [f"<{OWL}annotatedProperty>"]


def test_an_exact_match_never_makes_two_things_one() -> None:
    for path in (*SHIPPED, MONDO):
        text = "\n".join(dump_of(path.read_text(encoding="utf-8")))
        assert text.count(f"<{SKOS}exactMatch>") >= 3
        assert "equivalentClass" not in text
        assert "sameAs" not in text


def test_what_is_negated_or_not_found_is_no_plain_triple() -> None:
    rows = ("EX:a skos:exactMatch EX:b Not", "EX:c skos:exactMatch sssom:NoTermFound ")
    found = triples(small(*rows, columns="predicate_modifier"))
    assert {(subject, name) for subject, name, _ in found if subject in (f"<{EX}a>", f"<{EX}c>")} == set()
    assert (f"<{SSSOM}NegatedPredicate>") in {value for _, _, value in found}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (small(f"{BASE}case/x/1 skos:exactMatch EX:b"), "no term"),
        (small(f"EX:b skos:exactMatch {BASE}report/10.1/x"), "no term"),
        (small(ROW, identifier=f"{BASE}case/x/1"), "casegraph's own"),
        *(
            (
                small(
                    f"{ROW} x",
                    columns="ext_x",
                    head=f"#extension_definitions:\n#  - slot_name: ext_x\n#    property: {name}\n",
                ),
                "has a meaning already",
            )
            for name in ("rdfs:label", "cg:diagnosis", "rdf:type", "skos:altLabel")
        ),
    ],
)
def test_a_set_cannot_speak_of_cases_or_with_the_words_of_others(text: str, said: str, store: Store) -> None:
    with pytest.raises(InputError, match=said):
        mapping_quads(parse_mappings(text))


# -- in a store


def test_added_twice_is_once_and_removed_leaves_no_trace(store: Store, tmp_path: Path) -> None:
    store.replace([], "<urn:s> <urn:p> <urn:o> <urn:g> .")
    before = store.digest()
    assert put(store, tmp_path, whole()) == "new"
    added = store.digest()
    assert put(store, tmp_path, whole()) == "unchanged"
    assert store.digest() == added
    assert added.keys() - before.keys() == {f"{BASE}mappings/whole"}
    assert put(store, tmp_path, whole().replace("0.95", "0.94")) == "replaced"
    remove_mappings(store, ["whole"])
    assert store.digest() == before


@pytest.mark.parametrize("name", ["asserted", "inferred", "provenance"])
def test_a_set_may_have_the_name_of_a_graph_of_a_case(name: str, tmp_path: Path) -> None:
    with open_store(tmp_path / "store", writable=True) as store:
        assert put(store, tmp_path, small(ROW), name) == "new"
        assert put(store, tmp_path, small(ROW, identifier=f"{EX}other"), "other") == "new"
        assert stored_mappings(store) == tuple(sorted((name, "other")))
        remove_mappings(store, [name])
        assert stored_mappings(store) == ("other",)
        assert not list(verify(store))


def test_numbers_are_in_the_ledger_as_the_store_has_them(tmp_path: Path) -> None:
    shares = ("1", "1.0", "0.50", "0.000001", "1e-3", "0.1234567890123", "0", "+.5")
    rows = [f"EX:a skos:exactMatch EX:{n} {share} {share}" for n, share in enumerate(shares)]
    head = "#extension_definitions:\n#  - slot_name: x\n#    type_hint: xsd:decimal\n"
    with open_store(tmp_path / "store", writable=True) as store:
        put(store, tmp_path, small(*rows, columns="confidence x", head=head))
        assert put(store, tmp_path, small(*rows, columns="confidence x", head=head)) == "unchanged"
        assert list(verify(store)) == []
        ((_, found),) = mapping_sets(store)
    told = {each.object_id: each.confidence for each in found.mappings}
    assert told == {f"EX:{n}": float(share) for n, share in enumerate(shares)}


def test_two_sets_do_not_share_a_name_nor_one_set_two(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path, small(ROW))
    with pytest.raises(InputError, match="under the name small"):
        put(store, tmp_path, small(ROW, identifier="https://example.com/small"))
    with pytest.raises(InputError, match="under the name small"):
        put(store, tmp_path, small(ROW), "again")
    assert stored_mappings(store) == ("small",)


@pytest.mark.parametrize("name", ["../x", "A", "a/b", "-", "a b"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="is no name"):
        graph_of(name)


def test_what_terms_are_mapped_to_by_predicate_and_confidence(store: Store, tmp_path: Path) -> None:
    rows = (
        "EX:a skos:exactMatch EX:b 0.9 ",
        "EX:a skos:exactMatch EX:c 0.5 ",
        "EX:d skos:exactMatch EX:e  ",
        "EX:f skos:broadMatch EX:g 1 ",
        "EX:h skos:exactMatch EX:i 1 Not",
        "EX:j skos:exactMatch sssom:NoTermFound 1 ",
        "EX:k owl:equivalentClass EX:l 1 ",
    )
    put(store, tmp_path, small(*rows, columns="confidence predicate_modifier"))
    path = tmp_path / "set.sssom.tsv"
    for source in (store, [path]):
        exact = {f"{EX}a": (f"{EX}b", f"{EX}c"), f"{EX}d": (f"{EX}e",)}
        assert mappings(source) == exact
        assert mappings(source, confidence=0.9) == {f"{EX}a": (f"{EX}b",)}
        assert mappings(source, ["skos:broadMatch"]) == {f"{EX}f": (f"{EX}g",)}
        assert mappings(source, [f"{OWL}equivalentClass"]) == {f"{EX}k": (f"{EX}l",)}
        assert mappings(source, []) == exact | {f"{EX}f": (f"{EX}g",), f"{EX}k": (f"{EX}l",)}


# -- asked


@pytest.fixture(scope="module")
def asked() -> Iterator[Store]:
    """Return a store with the shipped sets."""
    with open_store(":memory:", writable=True) as opened:
        for path in SHIPPED:
            add_mappings(opened, path)
        yield opened


def answer(store: Store, **values: str) -> list[dict[str, str]]:
    rows = run(store, get_query("mapped_terms"), values)
    return [
        {
            name: "" if term is None else compact(term.value)
            for name, term in zip(rows.columns, row, strict=True)
        }
        for row in rows.rows
    ]


def test_the_answer_is_that_of_the_file(asked: Store) -> None:
    with (TESTS / "questions" / "mapped_terms.csv").open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    assert len(expected) == 1
    assert answer(asked) == expected


def test_a_term_is_found_as_subject_and_as_object(asked: Store) -> None:
    found = {(row["role"], row["mapped"], row["mapped_label"]) for row in answer(asked, term="cg:severe")}
    assert found == {("object", "SNOMEDCT:24484000", "Severe"), ("object", "HP:0012828", "Severe")}
    partial = answer(asked, term="NCIT:C18058", predicate="skos:broadMatch")
    assert {row["mapped"] for row in partial} == {"cg:improved", "cg:partial"}
    assert answer(asked, term="NCIT:C18058") == []
    assert answer(asked, term="https://example.org/nowhere") == []


def test_confidence_negation_and_what_was_not_found(store: Store, tmp_path: Path) -> None:
    rows = (
        "EX:a skos:exactMatch EX:b 0.9 ",
        "EX:a skos:exactMatch EX:c  ",
        "EX:a skos:exactMatch EX:d 1 Not",
        "EX:a skos:exactMatch sssom:NoTermFound 1 ",
    )
    put(store, tmp_path, small(*rows, columns="confidence predicate_modifier"))
    assert [row["mapped"] for row in answer(store, term=f"{EX}a")] == [f"{EX}b", f"{EX}c"]
    assert [row["mapped"] for row in answer(store, term=f"{EX}a", confidence="0.9")] == [f"{EX}b"]
    assert answer(store, term=f"{EX}a", confidence="0.91") == []


def test_axioms_of_other_graphs_are_no_mappings(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path, small(ROW))
    same = "\n".join(store.dump(f"{BASE}mappings/small")).replace(f"{BASE}mappings/small", f"{BASE}foreign/1")
    remove_mappings(store, ["small"])
    store.replace([], same)
    assert "exactMatch" in same
    assert (answer(store, term=f"{EX}a"), mappings(store), stored_mappings(store)) == ([], {}, ())


@pytest.mark.slow
def test_mappings_of_the_terms_of_cases_change_no_answer_about_cases(
    corpus_store: Store, tmp_path: Path
) -> None:
    """Drugs, diseases and findings of the cases are mapped to each other by all predicates there are."""
    terms = (
        "CHEBI:8382",
        "CHEBI:5801",
        "cg:Interleukin2Drug",
        "MONDO:1010089",
        "MONDO:0016367",
        "HP:0001324",
    )
    others = ("owl:sameAs", "owl:equivalentClass", "rdfs:subClassOf", "cg:drugGroup", "cg:diagnosis")
    predicates = (*(f"skos:{each}Match" for each in RELATIONS), *others)
    rows = [f"{a} {each} {b} label" for a in terms for b in terms if a != b for each in predicates]
    text = small(*rows, columns="subject_label")
    with open_store(":memory:", writable=True) as mapped:
        mapped.replace([], "\n".join(corpus_store.dump()))
        put(mapped, tmp_path, text)
        plain = count_of(mapped, f"SELECT * {{ ?s <{SKOS}exactMatch> ?o . ?x <{CG}aboutConcept> ?s }}")
        assert plain > 10
        names = sorted(stored_queries().keys() - {"mapped_terms"})
        assert len(names) >= 71
        different = [
            name
            for name in names
            if run(mapped, get_query(name)).rows != run(corpus_store, get_query(name)).rows
        ]
    assert different == []


def count_of(store: Store, asked: str) -> int:
    return len(Rows.read(store.query(asked)))


# -- by the command line


def call(*args: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(commands, [str(each) for each in args], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


@pytest.mark.slow
def test_sets_go_in_are_listed_and_come_out(tmp_path: Path) -> None:
    at = ("--store", tmp_path / "store")
    told = call("vocab", "mappings", "add", "fhir", MONDO, *at).stdout.splitlines()
    assert [line.split("\t")[:3] for line in told] == [
        ["new", "fhir", "14 mappings"],
        ["new", "mondo_omim", "77 mappings"],
    ]
    listed = json.loads(call("vocab", "mappings", "list", "-f", "json", *at).stdout)
    assert [(each["name"], each["mappings"]) for each in listed] == [("fhir", "14"), ("mondo_omim", "77")]
    shipped_text = mapping_file("fhir").read_text(encoding="utf-8")
    assert call("export", "sssom", "--set", "fhir", *at).stdout == shipped_text
    call("export", "sssom", *at, "-o", f"{tmp_path}/out/")
    assert (tmp_path / "out" / "fhir.sssom.tsv").read_text(encoding="utf-8") == shipped_text
    assert len(read_mappings(tmp_path / "out" / "mondo_omim.sssom.tsv").mappings) == 77
    assert "2 sets" in call("export", "sssom", *at, code=2).stderr
    call("vocab", "mappings", "remove", "fhir", "mondo_omim", *at)
    assert call("digest", *at).stdout == ""


def test_a_part_of_a_set_comes_out_by_predicate_and_confidence(tmp_path: Path) -> None:
    at = ("--store", tmp_path / "store")
    rows = ("EX:a skos:exactMatch EX:b 0.9", "EX:a skos:exactMatch EX:c 0.5", "EX:d skos:broadMatch EX:e 1")
    (tmp_path / "s.tsv").write_text(small(*rows, columns="confidence"), encoding="utf-8")
    call("vocab", "mappings", "add", tmp_path / "s.tsv", *at)
    exact = call("export", "sssom", *at, "--predicate", "skos:exactMatch").stdout
    assert [each.object_id for each in parse_mappings(exact).mappings] == ["EX:b", "EX:c"]
    sure = call("export", "sssom", *at, "--confidence", "0.9").stdout
    assert [each.object_id for each in parse_mappings(sure).mappings] == ["EX:b", "EX:e"]


def test_what_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    at = ("--store", tmp_path / "store")
    call("vocab", "mappings", "add", "fhir", *at)
    assert "of no case" in call("export", "sssom", "--case", "x", *at, code=2).stderr
    assert "of mapping sets" in call("export", "csv", "--set", "fhir", *at, code=2).stderr
    assert "expected one of fhir" in call("vocab", "mappings", "remove", "fhir", "x", *at, code=2).stderr
    assert "fhir, neurobagel, phenopacket" in call("vocab", "mappings", "add", "nowhere", *at, code=2).stderr
    assert call("vocab", "mappings", "list", "-f", "tsv", *at).stdout.count("\n") == 2
    call("vocab", "mappings", "remove", "fhir", *at)
    assert "no mapping set is in the store" in call("vocab", "mappings", "list", *at).stderr
    assert "no mapping set is in the store" in call("export", "sssom", *at, code=2).stderr


@pytest.mark.parametrize("name", ["add", "list", "remove"])
def test_the_help_has_examples(name: str) -> None:
    examples = call("vocab", "mappings", name, "--help").stdout.partition("\nExamples:\n")[2]
    assert examples.count(f"\n  casegraph vocab mappings {name}") in (2, 3, 4)


# -- by the package of those who made the standard


@pytest.mark.long
def test_the_package_sssom_accepts_what_ships_and_what_is_written(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("check_sssom", TESTS.parent / "tools" / "check_sssom.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    written, wrong = tmp_path / "written.sssom.tsv", tmp_path / "wrong.sssom.tsv"
    written.write_text(write_mappings(read_mappings(MONDO)), encoding="utf-8")
    wrong.write_text(small(ROW).replace("semapv:ManualMappingCuration", "semapv:Guess"), encoding="utf-8")
    assert tool.slot_differences() == []
    assert list(tool.faults([*SHIPPED, WHOLE, MONDO, written, wrong])) == ["wrong.sssom.tsv"]
