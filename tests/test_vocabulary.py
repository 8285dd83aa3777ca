"""Whole vocabularies beside the shipped terms: read, refused, looked through, and used at once."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from casegraph.check import check
from casegraph.cli import commands
from casegraph.errors import InputError, MissingExtraError, StoreError
from casegraph.loaders import read_draft
from casegraph.namespaces import OBO, PREFIXES, compact, expand
from casegraph.reason import infer_case_classes
from casegraph.resources import shipped
from casegraph.terms import all_terms, layers, shipped_terms
from casegraph.terms.adding import add
from casegraph.terms.branches import KINDS
from casegraph.terms.entry import Entry
from casegraph.terms.files import added_files, folder
from casegraph.terms.obo import read_obo
from casegraph.terms.obograph import read_obograph
from casegraph.terms.owl import read_owl
from casegraph.terms.packages import guide_vocabularies, read_guide

DERMATOMYOSITIS = "MONDO:0016367"
HEAVY = {"rdflib", "pyshacl", "owlready2", "rustdl", "shacl", "fastobo"}
OWN = """\
format-version: 1.2
data-version: own/releases/2026-01-02
property_value: terms:license https://creativecommons.org/licenses/by/4.0/

[Term]
id: OWN:0000001
name: odd dermatomyositis
def: "Dermatomyositis that is odd." []
synonym: "oddly inflamed skin and muscle" EXACT []
synonym: "oddity" RELATED []
is_a: MONDO:0016367 ! dermatomyositis

[Term]
id: OWN:0000002
name: very odd dermatomyositis
is_a: OWN:0000001

[Term]
id: OWN:0000003
name: obsolete odd rash
is_obsolete: true
replaced_by: OWN:0000001

[Term]
id: OWN:0000004
name: odd spot of skin
relationship: part_of OWN:0000005 ! odd skin

[Term]
id: OWN:0000005
name: odd skin
is_a: UBERON:0001062 ! anatomical entity
"""
GRAPH = {
    "graphs": [
        {
            "id": f"{OBO}own.owl",
            "meta": {
                "version": f"{OBO}own/releases/2026-01-02/own.json",
                "basicPropertyValues": [
                    {
                        "pred": "http://purl.org/dc/terms/license",
                        "val": "https://creativecommons.org/licenses/by/4.0/",
                    }
                ],
            },
            "nodes": [
                {
                    "id": f"{OBO}OWN_0000001",
                    "lbl": "odd dermatomyositis",
                    "type": "CLASS",
                    "meta": {
                        "definition": {"val": "Dermatomyositis that is odd."},
                        "synonyms": [
                            {"pred": "hasExactSynonym", "val": "oddly inflamed skin and muscle"},
                            {"pred": "hasRelatedSynonym", "val": "oddity"},
                        ],
                    },
                },
                {"id": f"{OBO}OWN_0000002", "lbl": "very odd dermatomyositis", "type": "CLASS"},
                {
                    "id": f"{OBO}OWN_0000003",
                    "lbl": "obsolete odd rash",
                    "type": "CLASS",
                    "meta": {
                        "deprecated": True,
                        "basicPropertyValues": [{"pred": f"{OBO}IAO_0100001", "val": "OWN:0000001"}],
                    },
                },
                {"id": f"{OBO}OWN_0000004", "lbl": "odd spot of skin", "type": "CLASS"},
                {"id": f"{OBO}OWN_0000005", "lbl": "odd skin", "type": "CLASS"},
                {"id": f"{OBO}BFO_0000050", "lbl": "part of", "type": "PROPERTY"},
            ],
            "edges": [
                {"sub": f"{OBO}OWN_0000001", "pred": "is_a", "obj": f"{OBO}MONDO_0016367"},
                {"sub": f"{OBO}OWN_0000002", "pred": "is_a", "obj": f"{OBO}OWN_0000001"},
                {"sub": f"{OBO}OWN_0000004", "pred": f"{OBO}BFO_0000050", "obj": f"{OBO}OWN_0000005"},
                {"sub": f"{OBO}OWN_0000005", "pred": "is_a", "obj": f"{OBO}UBERON_0001062"},
            ],
        }
    ]
}
TURTLE = f"""\
@prefix rdfs: <{PREFIXES["rdfs"]}> .
@prefix owl: <{PREFIXES["owl"]}> .
@prefix terms: <{PREFIXES["dcterms"]}> .
@prefix oio: <http://www.geneontology.org/formats/oboInOwl#> .
@prefix obo: <{OBO}> .
obo:own.owl a owl:Ontology ; owl:versionInfo "2026-01-02" ;
  terms:license <https://creativecommons.org/licenses/by/4.0/> .
obo:OWN_0000001 a owl:Class ; rdfs:label "odd dermatomyositis"@en , "seltsame Dermatomyositis"@de ;
  obo:IAO_0000115 "Dermatomyositis that is odd." ;
  oio:hasExactSynonym "oddly inflamed skin and muscle" ; oio:hasRelatedSynonym "oddity" ;
  rdfs:subClassOf obo:MONDO_0016367 .
obo:OWN_0000002 a owl:Class ; rdfs:label "very odd dermatomyositis" ; rdfs:subClassOf obo:OWN_0000001 .
obo:OWN_0000003 a owl:Class ; rdfs:label "obsolete odd rash" ; owl:deprecated true ;
  obo:IAO_0100001 obo:OWN_0000001 .
obo:OWN_0000004 a owl:Class ; rdfs:label "odd spot of skin" ; rdfs:subClassOf
  [ a owl:Restriction ; owl:onProperty obo:BFO_0000050 ; owl:someValuesFrom obo:OWN_0000005 ] .
obo:OWN_0000005 a owl:Class ; rdfs:label "odd skin" ; rdfs:subClassOf obo:UBERON_0001062 .
[] a owl:Class .
"""


def rdf_xml() -> bytes:
    import pyoxigraph as ox

    made = ox.serialize(ox.parse(TURTLE.encode(), format=ox.RdfFormat.TURTLE), format=ox.RdfFormat.RDF_XML)
    assert made is not None
    return made


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder of vocabularies of the test's own."""
    monkeypatch.setenv("CASEGRAPH_VOCABULARY", str(tmp_path / "vocabulary"))
    yield tmp_path
    monkeypatch.undo()
    all_terms()


def run(*args: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(commands, [str(arg) for arg in args])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def own(place: Path) -> Path:
    path = place / "own.obo"
    path.write_text(OWN, encoding="utf-8")
    return path


def odd_case(place: Path, code: str) -> Path:
    """Return the shipped case with another diagnosis."""
    (seed,) = shipped("cases", "miao-2020.yaml")
    text = seed.read_text(encoding="utf-8")
    before = "MONDO:1010089 hypomyopathic dermatomyositis"
    assert before in text
    path = place / "odd.yaml"
    path.write_text(text.replace(before, code), encoding="utf-8")
    return path


def looked_up(text: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("term", text, "-f", "json").stdout)
    return found


# -- formats


def test_each_format_says_the_same(tmp_path: Path) -> None:
    files = {"own.obo": OWN.encode(), "own.json": json.dumps(GRAPH).encode(), "own.ttl": TURTLE.encode()}
    files["own.owl"] = rdf_xml()
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    found = {
        "obo": read_obo(tmp_path / "own.obo"),
        "json": read_obograph(tmp_path / "own.json"),
        "ttl": read_owl(tmp_path / "own.ttl"),
        "owl": read_owl(tmp_path / "own.owl"),
    }
    iri = f"{OBO}OWN_000000"
    expected = {
        Entry(
            f"{iri}1",
            "odd dermatomyositis",
            ("oddly inflamed skin and muscle",),
            (f"{OBO}MONDO_0016367",),
            definition="Dermatomyositis that is odd.",
        ),
        Entry(f"{iri}2", "very odd dermatomyositis", parents=(f"{iri}1",)),
        Entry(f"{iri}3", "obsolete odd rash", obsolete=True, replaced_by=f"{iri}1"),
        Entry(f"{iri}4", "odd spot of skin", wholes=(f"{iri}5",)),
        Entry(f"{iri}5", "odd skin", parents=(f"{OBO}UBERON_0001062",)),
    }
    for name, (entries, version, licence) in found.items():
        assert set(entries) == expected, name
        assert version == "2026-01-02", name
        assert licence == "https://creativecommons.org/licenses/by/4.0/", name


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&b;</rdf:RDF>'
)
DAMAGED = {
    "empty.obo": (b"", "the file is empty"),
    "empty.owl": (b"", "the file is empty"),
    "page.obo": (b"<html><body>404</body></html>", "not OBO"),
    "page.owl": (b"<html><body>404</body></html>", "no class|not OWL"),
    "page.json": (b"<html></html>", "not OBO Graphs"),
    "other.json": (b'{"cases": []}', "not OBO Graphs.*graphs"),
    "no-class.json": (b'{"graphs": [{"nodes": [{"id": "x", "type": "PROPERTY"}]}]}', "no class"),
    "head.obo": (b"format-version: 1.2\n", "no class"),
    "no-label.obo": (b"format-version: 1.2\n\n[Term]\nid: X:1\n", "no class of the file has a label"),
    "cut.obo": (OWN.encode()[: OWN.index("EXACT") + 3], "not OBO"),
    "cut.owl": (rdf_xml()[:-20], "not well-formed XML"),
    "cut.ttl": (TURTLE.encode()[:-10], "not OWL"),
    "latin.obo": (OWN.replace("odd", "ödd").encode("latin-1"), "not OBO"),
    "no-class.ttl": (b"<http://x/a> <http://x/b> <http://x/c> .", "no class"),
    "bomb.owl": (BOMB, "entity 'b' is external, very long or made of other entities"),
    "outside.owl": (BOMB.replace(b'"&a;&a;"', b'SYSTEM "file:///etc/passwd"'), "entity 'b' is external"),
    "own.xlsx": (b"PK", "the format is not known by the name"),
}


def test_the_shipped_terms_of_another_version_stay_while_it_is_used(place: Path) -> None:
    """Clones of several versions share the folder: none takes the file of another away."""
    folder().mkdir(parents=True)
    used, forgotten = (folder() / f".shipped-{mark}.sqlite" for mark in ("0000000a", "0000000b"))
    days = {used: 29, forgotten: 31}
    for path, ago in days.items():
        path.touch()
        os.utime(path, times=(then := time.time() - ago * 24 * 3600, then))
    all_terms()
    (mine,) = set(folder().glob(".shipped-*.sqlite")) - {used, forgotten}
    assert used.exists()
    assert not forgotten.exists()
    os.utime(mine, times=(0, 0))
    layers._all_terms.cache_clear()  # as in another process
    all_terms()
    assert time.time() - mine.stat().st_mtime < 3600


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_no_vocabulary_is_refused_and_the_earlier_one_stays(name: str, place: Path) -> None:
    data, expected = DAMAGED[name]
    stem = name.partition(".")[0]
    run("vocab", "add", own(place), "--name", stem)
    before = {path: path.read_bytes() for path in folder().iterdir()}
    (place / name).write_bytes(data)
    result = run("vocab", "add", place / name, code=2)
    with pytest.raises(InputError, match=expected):
        tuple(add(str(place / name)))
    assert str(place / name) in result.stderr
    assert {path: path.read_bytes() for path in folder().iterdir()} == before


def test_an_internal_entity_for_a_namespace_is_read(tmp_path: Path) -> None:
    text = rdf_xml().decode().partition("?>")
    doctype = f'<!DOCTYPE rdf:RDF [<!ENTITY obo "{OBO}">]>'
    path = tmp_path / "own.owl"
    path.write_text(text[0] + "?>" + doctype + text[2].replace(OBO, "&obo;"), encoding="utf-8")
    assert len(read_owl(path)[0]) == 5


def test_a_write_that_fails_leaves_the_earlier_one(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("vocab", "add", own(place))
    before = {path: path.read_bytes() for path in folder().iterdir()}

    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("casegraph.terms.files.fill", broken)
    with pytest.raises(StoreError, match="disk is full"):
        tuple(add(str(own(place))))
    assert {path: path.read_bytes() for path in folder().iterdir()} == before


def test_a_missing_reader_is_said_with_what_to_type(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastobo", None)
    with pytest.raises(MissingExtraError) as caught:
        tuple(add(str(own(place))))
    assert caught.value.todo == "pip install 'casegraph[vocab]'"


@pytest.mark.parametrize("what", ["nowhere.obo", "cellxgene-ontology-guide:NONE", "hpo3:MONDO"])
def test_what_is_not_there_is_refused(what: str, place: Path) -> None:
    assert "expected" in run("vocab", "add", what, code=2).stderr
    assert added_files() == ()


# -- the list


def test_vocabularies_are_listed_and_removed(place: Path) -> None:
    assert "no vocabulary was added" in run("vocab", "list").stderr
    assert run("vocab", "add", own(place)).stdout.startswith("added\town\t5 classes\t2026-01-02\town.obo")
    assert run("vocab", "add", own(place)).stdout.startswith("replaced\town\t")
    (told,) = json.loads(run("vocab", "list", "-f", "json").stdout)
    digest = subprocess.run(["sha256sum", own(place)], capture_output=True, text=True, check=True).stdout
    assert told == {
        "name": "own",
        "version": "2026-01-02",
        "terms": "4",
        "obsolete": "1",
        "prefixes": "OWN",
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "source": "own.obo",
        "sha256": digest.split()[0],
    }
    assert "expected one of own" in run("vocab", "remove", "owl", code=2).stderr
    run("vocab", "remove", "own")
    assert added_files() == ()
    run("term", "OWN:0000001", code=2)


def test_a_damaged_vocabulary_is_said_with_what_to_do(place: Path) -> None:
    run("vocab", "add", own(place))
    (path,) = added_files()
    path.write_bytes(path.read_bytes()[:-4096])
    assert "casegraph vocab remove own, then add it again" in run("term", "IL-2", code=2).stderr
    run("vocab", "remove", "own")
    layers._all_terms.cache_clear()  # as in another process
    all_terms()


def test_a_home_that_cannot_be_written_to(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("CASEGRAPH_VOCABULARY", str(place / "file" / "below"))
    assert all_terms().resolve("IL-2") == expand("cg:Interleukin2Drug")


# -- look up


def test_a_short_name_that_lacks_its_hyphen_is_known_again() -> None:
    meant, drugs = "cg:Interleukin2Drug interleukin-2", {expand("cg:Drug")}
    for terms in (all_terms(), shipped_terms()):
        assert terms.nearest("IL2", within=drugs)[0] == meant
        with pytest.raises(InputError) as refused:
            terms.resolve("IL2", within=drugs)
        assert meant in refused.value.expected


@pytest.mark.parametrize(
    ("text", "matched", "name"),
    [
        ("OWN:0000001", "identifier", "OWN:0000001"),
        (f"<{OBO}OWN_0000001>", "identifier", "OWN:0000001"),
        ("Odd Dermatomyositis", "label", "odd dermatomyositis"),
        ("oddly inflamed skin and muscle", "synonym", "oddly inflamed skin and muscle"),
        ("oddly imflamed skin and muscle", "spelling", "oddly inflamed skin and muscle"),
    ],
)
def test_a_term_says_what_matched(text: str, matched: str, name: str, place: Path) -> None:
    run("vocab", "add", own(place))
    told = looked_up(text)[0]
    assert (told["term"], told["matched"], told["name"]) == ("OWN:0000001", matched, name)
    assert told["kind"] == "disease"
    assert told["parents"] == [f"{DERMATOMYOSITIS} dermatomyositis"]
    assert told["definition"] == "Dermatomyositis that is odd."
    way = told["way_up"]
    assert isinstance(way, list)
    assert (way[0], way[-1]) == (f"{DERMATOMYOSITIS} dermatomyositis", "MONDO:0000001 disease")


def test_the_check_refuses_an_obsolete_term_and_proposes_its_replacement(place: Path) -> None:
    run("vocab", "add", own(place))
    problems = check(read_draft(odd_case(place, "OWN:0000003 obsolete odd rash")), all_terms())
    assert {problem.code for problem in problems} == {"obsolete-term"}
    assert {problem.todo for problem in problems} == {"write 'OWN:0000001 odd dermatomyositis'"}


def test_an_obsolete_term_names_its_replacement(place: Path) -> None:
    run("vocab", "add", own(place))
    (told,) = looked_up("OWN:0000003")
    assert (told["status"], told["replaced_by"]) == ("obsolete", "OWN:0000001 odd dermatomyositis")
    terms = all_terms()
    assert terms.is_obsolete(expand("OWN:0000003"))
    assert not terms.is_obsolete(expand("OWN:0000001"))
    assert terms.replacement(expand("OWN:0000003")) == expand("OWN:0000001")
    assert not any("obsolete" in each for each in terms.nearest("obsolete odd rush"))


def test_an_identifier_that_was_merged_names_the_term(place: Path) -> None:
    path = own(place)
    path.write_text(OWN.replace("name: odd skin", "name: odd skin\nalt_id: OWN:0000009"), encoding="utf-8")
    run("vocab", "add", path)
    (told,) = looked_up("OWN:0000009")
    assert (told["status"], told["replaced_by"]) == ("obsolete", "OWN:0000005 odd skin")


def test_a_shipped_label_wins_and_other_names_stay_known(place: Path) -> None:
    path = place / "other.obo"
    path.write_text(f"format-version: 1.2\n\n[Term]\nid: {DERMATOMYOSITIS}\nname: DM disease\n")
    run("vocab", "add", path)
    iri = expand(DERMATOMYOSITIS)
    assert all_terms().label(iri) == "dermatomyositis"
    assert all_terms().resolve("DM disease") == iri


def test_layers_answer_like_the_terms_in_memory(place: Path) -> None:
    shipped_ones, layered = shipped_terms(), all_terms()
    assert set(layered.classes) == set(shipped_ones.classes)
    for iri in shipped_ones.classes:
        assert layered.label(iri) == shipped_ones.label(iri)
        assert layered.plain(iri) == shipped_ones.plain(iri)
        assert layered.above(iri) == shipped_ones.above(iri)
        assert layered.names(iri) == shipped_ones.names(iri)
    for curie in ("MONDO:0000001", "cg:Drug", "UBERON:0001062", DERMATOMYOSITIS):
        iri = expand(curie)
        assert layered.below(iri) == shipped_ones.below(iri)
        assert layered.chains([iri]) == shipped_ones.chains([iri])
    for text in ("gotron papule", "dermatomiositis", "IL-2", "no such thing at all"):
        assert {hit.iri for hit in layered.search(text)} == {hit.iri for hit in shipped_ones.search(text)}


@pytest.mark.slow
def test_a_look_up_loads_no_heavy_library_and_reads_no_turtle(place: Path) -> None:
    run("vocab", "add", own(place))
    run("term", "IL-2")  # the first look-up of all reads the shipped Turtle
    path = odd_case(place, "OWN:0000001 odd dermatomyositis")
    code = (
        "import sys\nfrom casegraph.cli import commands\n"
        "commands.main(sys.argv[1:], standalone_mode=False)\nprint('---', *sys.modules)"
    )
    not_for_check = HEAVY - {"shacl"}  # the fast engine holds a document against the shapes
    for call, unused in (
        (("term", "odd dermatomyosits"), HEAVY | {"pyoxigraph"}),
        (("check", str(path)), not_for_check),
    ):
        said = subprocess.run(
            [sys.executable, "-c", code, *call], capture_output=True, text=True, check=True
        ).stdout
        assert not set(said.rpartition("---")[2].split()) & unused


def test_the_page_shows_what_is_printed(place: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "vocabulary.md").read_text(encoding="utf-8")
    block = page.split("```\n")[2].splitlines()
    assert len(block) >= 6
    printed = run("term", "gotron papule", "-f", "table").stdout.splitlines()
    assert printed[: len(block) - 1] == block[:-1]
    told = page.partition("`kind` is the branch: ")[2].partition("`other`")[0]
    assert " ".join(told.replace(";", ",").split()).rstrip(", ").split(", ") == list(KINDS)


# -- use


@pytest.mark.slow
def test_a_new_term_is_usable_at_once(place: Path) -> None:
    path, store = odd_case(place, "OWN:0000001 odd dermatomyositis"), place / "store"
    assert "unknown-prefix" in run("check", path, code=1).stdout
    run("vocab", "add", own(place))
    run("check", path)
    run("load", path, "--store", store)
    asked = ("query", "cases_by_diagnosis", "--store", store, "-p")
    for disease in ("dermatomyositis", "odd dermatomyositis", "MONDO:0000001"):
        answer = run(*asked, f"disease={disease}", "-f", "md").stdout
        assert "odd dermatomyositis (OWN:0000001)" in answer, disease
    assert "OWN_0000001" not in run(*asked, "disease=very odd dermatomyositis", "-f", "tsv").stdout
    assert "odd dermatomyositis" in run("show", "10.1007/s13555-020-00421-8", "--store", store).stdout
    assert "odd dermatomyositis" in run("why", "cases_by_diagnosis", "--store", store, "-p",
                                        "disease=dermatomyositis").stdout  # fmt: skip
    counted = run("stats", "--part", "diagnoses", "--store", store, "-f", "md").stdout
    assert "odd dermatomyositis (OWN:0000001)" in counted
    assert "myositis case" in run("reason", "--store", store).stdout
    raw = "ASK { ?case cg:diagnosis/rdfs:subClassOf+ MONDO:0016367 ; cg:diagnosis/rdfs:label ?label }"
    assert run("sparql", raw, "--store", store).stdout == "true\n"


def test_what_a_killed_process_left_is_dropped_after_a_day(place: Path) -> None:
    folder = Path(os.environ["CASEGRAPH_VOCABULARY"])
    folder.mkdir(parents=True, exist_ok=True)
    old, young = folder / ".part-old", folder / ".part-young"
    for part in (old, young):
        part.write_bytes(b"half")
    two_days_ago = time.time() - 2 * 24 * 60 * 60
    os.utime(old, (two_days_ago, two_days_ago))
    run("vocab", "add", own(place))
    assert not old.exists()
    assert young.exists()


@pytest.mark.slow
def test_a_load_again_keeps_what_the_store_knows_of_added_terms(place: Path) -> None:
    path, store = odd_case(place, "OWN:0000002 very odd dermatomyositis"), place / "store"
    run("vocab", "add", own(place))
    run("load", path, "--store", store)
    once = run("digest", "--store", store).stdout
    run("load", path, "--store", store)
    assert run("digest", "--store", store).stdout == once
    assert "ontology/added" in once
    labels = (
        "SELECT ?c { GRAPH <https://w3id.org/casegraph/ontology/added> { ?c rdfs:label ?l } } ORDER BY ?c"
    )
    rows = run("sparql", labels, "--store", store, "-f", "csv").stdout.split()
    assert rows[1:] == [expand("OWN:0000001"), expand("OWN:0000002")]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["closure", pytest.param("hermit", marks=pytest.mark.long)])
def test_an_added_class_is_reasoned_with(engine: str, place: Path) -> None:
    case, claim = "https://example.org/case", "https://example.org/case#dx"
    cg, a = PREFIXES["cg"], PREFIXES["rdf"] + "type"
    run("vocab", "add", own(place))
    said = (
        f"<{case}> <{a}> <{cg}Case> .\n<{case}> <{cg}hasDiagnosis> <{claim}> .\n"
        f"<{claim}> <{a}> <{cg}FinalDiagnosis> .\n"
        f"<{claim}> <{cg}aboutConcept> <{OBO}OWN_0000002> .\n"
    )
    assert infer_case_classes(said, engine=engine)[case] == frozenset()
    found = infer_case_classes(said, engine=engine, terms=all_terms())[case]
    assert f"{cg}MyositisCase" in found


def test_a_part_becomes_no_superclass(place: Path) -> None:
    run("vocab", "add", own(place))
    chains = all_terms().chains([f"{OBO}OWN_0000004"])
    assert f"<{OBO}OWN_0000004> <{PREFIXES['cg']}withinOrKindOf> <{OBO}OWN_0000005> ." in chains
    assert f"<{OBO}OWN_0000004> <{PREFIXES['rdfs']}subClassOf>" not in chains
    assert expand("UBERON:0001062") in all_terms().above(f"{OBO}OWN_0000004")


def test_identifiers_of_ones_own_need_a_prefix(place: Path) -> None:
    path = place / "mine.ttl"
    path.write_text(TURTLE.replace(f"<{OBO}>", "<https://example.org/mine/>"), encoding="utf-8")
    assert "5 of its classes have no prefix" in run("vocab", "add", path).stderr
    run("vocab", "add", path, "--prefix", "MINE=https://example.org/mine/OWN_")
    assert looked_up("MINE:0000001")[0]["label"] == "odd dermatomyositis"
    document = odd_case(place, "MINE:0000001 odd dermatomyositis")
    # known, and yet no disease: nothing in the file says that it is one of MONDO's
    assert {each.code for each in check(read_draft(document), all_terms())} == {"wrong-branch"}
    run("vocab", "add", path, "--prefix", "MONDO=https://example.org/mine/OWN_", code=2)
    run("vocab", "add", path, "--prefix", "MINE", code=2)
    run("vocab", "remove", "mine")
    (problem,) = {each.code for each in check(read_draft(document), all_terms())}
    assert problem == "unknown-prefix"


# -- packages


def test_only_vocabularies_without_parts_have_superclasses_in_the_guide() -> None:
    text = b'{"X:2": {"label": "b", "ancestors": {"X:1": 1, "X:0": 2}, "deprecated": false}}'
    assert {"MONDO", "CHEBI", "CL", "UBERON"} <= set(guide_vocabularies())
    for prefix in guide_vocabularies():
        (entry,) = read_guide(text, prefix)
        pure = prefix in {"MONDO", "CHEBI", "NCBITaxon"}
        assert (entry.parents, entry.wholes) == ((f"{OBO}X_1",) * pure, (f"{OBO}X_1",) * (not pure)), prefix


@pytest.mark.long
def test_whole_hp_and_mondo(place: Path) -> None:
    path = odd_case(place, "MONDO:0002040 dermatomycosis")
    assert "unknown-term" in run("check", path, code=1).stdout
    lines = run("vocab", "add", "hpo3", "cellxgene-ontology-guide:MONDO").stdout.splitlines()
    assert [line.split("\t")[1] for line in lines] == ["hp", "mondo"]
    terms = all_terms()
    assert len(terms.below(expand("MONDO:0000001"))) > 25_000
    assert len(terms.below(expand("HP:0000118"))) > 15_000
    assert terms.is_obsolete(expand("MONDO:0005014"))
    assert compact(terms.resolve("dermatomycosis")) == "MONDO:0002040"
    assert terms.search("dermatomycosys")[0].iri == expand("MONDO:0002040")
    run("check", path)
    run("load", path, "--store", place / "store")
    asked = run(
        "query", "cases_by_diagnosis", "-p", "disease=MONDO:0002051", "--store", place / "store", "-f", "md"
    )
    assert "dermatomycosis (MONDO:0002040)" in asked.stdout
