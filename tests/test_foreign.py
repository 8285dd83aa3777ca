"""Foreign documents: the same content is the same document; what cannot be taken in is named and refused."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from casegraph.errors import DocumentError
from casegraph.loaders.inputs import Input
from casegraph.merge import canonical as canonical_module
from casegraph.merge.canonical import TooSymmetricalError, canonical, canonical_lines, digest_of
from casegraph.merge.foreign import ForeignDocument, read_foreign
from casegraph.merge.incoming import incoming
from casegraph.merge.quoting import graph_names, original_quads, standing

FOLDER = Path(__file__).parent / "foreign"
SAME = sorted((FOLDER / "same").iterdir())
BAD = sorted((FOLDER / "bad").iterdir())


def read(text: str, name: str = "a.ttl") -> ForeignDocument:
    return read_foreign(name, [Input(name, lambda: io.BytesIO(text.encode()))])


def test_there_is_a_document_in_each_syntax_and_of_each_fault() -> None:
    assert [path.suffix for path in SAME] == [".jsonld", ".nq", ".nt", ".rdf", ".trig", ".ttl"]
    assert len(BAD) == 15


def test_the_same_content_is_one_document_whatever_its_syntax() -> None:
    found = [read_foreign(path.name, [Input.of(path)]) for path in SAME]
    assert len({each.hash for each in found}) == 1
    assert len({each.quads for each in found}) == 1
    assert {len(each.quads) for each in found} == {12}  # 2 measurements, 4 of them, note, next, list of 2
    assert len({each.origins[0].digest for each in found}) == len(SAME)


def test_blank_nodes_have_iris_that_are_made_of_the_content() -> None:
    document = read("<urn:a> <urn:p> _:x . _:x <urn:q> 'y' . <urn:b> <urn:t> 'no _:x' .")
    assert document.hash == read("<urn:b> <urn:t> 'no _:x' . _:z <urn:q> 'y' . <urn:a> <urn:p> _:z .").hash
    assert not any("_:" in str(quad.subject) for quad in document.quads)
    named = f"https://w3id.org/casegraph/.well-known/genid/{document.hash}-c14n0"
    assert {str(getattr(each.object, "value", "")) for each in document.quads} == {named, "y", "no _:x"}


def test_one_value_more_is_another_document() -> None:
    assert read("<urn:a> <urn:p> 1 .").hash != read("<urn:a> <urn:p> 1, 2 .").hash
    assert read("<urn:a> <urn:p> 1.0 .").hash != read("<urn:a> <urn:p> 1.00 .").hash


def test_files_of_a_folder_are_one_document_and_keep_their_blank_nodes_apart(tmp_path: Path) -> None:
    for name in ("one.nt", "two.nt"):
        text = f'<urn:{name}> <urn:p> _:x .\n_:x <urn:q> "{name}" .\n'
        (tmp_path / name).write_text(text, encoding="utf-8")
    document = incoming(tmp_path).document
    assert len(document.origins) == 2
    assert len({each.object for each in document.quads if each.predicate.value == "urn:p"}) == 2


@pytest.mark.parametrize("start", ["[{", "[ {", "[\r\n  {", "[\t{", "[\n\n {", "\ufeff [  {"])
@pytest.mark.parametrize("name", ["a.jsonld", "a.json", "a.txt"])
def test_json_is_known_by_its_beginning_whatever_stands_between_the_brackets(start: str, name: str) -> None:
    (quad,) = read(f'{start}"@id": "urn:s", "urn:p": {{"@id": "urn:o"}}}}]', name).quads
    assert (str(quad.subject), str(quad.object)) == ("<urn:s>", "<urn:o>")


@pytest.mark.parametrize("text", ["[]", " [ \r\n] \n"])
def test_a_list_of_json_without_anything_in_it_says_nothing(text: str) -> None:
    assert read(text, "a.jsonld").quads == ()


@pytest.mark.parametrize("name", ["a.ttl", "a.trig", "a.txt"])
@pytest.mark.parametrize("start", ["[] <urn:p>", "[\n] <urn:p>", "[ <urn:p> 1 ] <urn:q>", "[]\n<urn:p>"])
def test_turtle_that_begins_with_a_blank_node_is_no_json(start: str, name: str) -> None:
    assert len(read(f"{start} <urn:o> .", name).quads) == (2 if "1" in start else 1)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.name)
def test_what_cannot_be_taken_in_is_named(path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        incoming(path)
    assert {each.code for each in caught.value.problems} == {path.stem.partition("-with-")[0]}
    assert all(each.file == str(path) and each.todo for each in caught.value.problems)
    assert caught.value.exit_code == 1


def test_links_out_of_a_folder_are_refused_and_those_within_are_followed(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "a.nt").write_text("<urn:a> <urn:p> <urn:b> .\n", encoding="utf-8")
    (folder / "within.nt").symlink_to(folder / "below" / "a.nt")
    assert len(incoming(folder).document.quads) == 1
    secret = tmp_path / "secret.nt"
    secret.write_text("<urn:s> <urn:p> <urn:t> .\n", encoding="utf-8")
    (folder / "out.nt").symlink_to(secret)
    with pytest.raises(DocumentError, match="a link out of the folder") as caught:
        incoming(folder)
    assert [(each.file, each.code) for each in caught.value.problems] == [
        (str(folder / "out.nt"), "not-a-file")
    ]
    assert len(incoming(folder / "out.nt").document.quads) == 1, "what is named is taken"


def test_a_link_to_a_folder_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    folder, other = tmp_path / "in", tmp_path / "other"
    for each in (folder, other):
        each.mkdir()
        (each / "a.nt").write_text(f"<urn:{each.name}> <urn:p> <urn:b> .\n", encoding="utf-8")
    (folder / "more").symlink_to(other)
    with pytest.raises(DocumentError, match="a link to a folder, which is not entered") as caught:
        incoming(folder)
    assert [each.file for each in caught.value.problems] == [str(folder / "more")]


def test_json_that_is_nested_too_deep_is_named_and_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonld"
    path.write_text('{"https://example.org/p":' * 5000 + "1" + "}" * 5000, encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        incoming(path)
    assert [each.code for each in caught.value.problems] == ["too-deep"]


def test_a_text_that_is_too_long_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.nt"
    path.write_text(f'<urn:s> <urn:p> "{"x" * 17_000_000}" .', encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        incoming(path)
    assert [each.code for each in caught.value.problems] == ["too-large"]


def test_what_is_not_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_bytes(b'<https://example.org/s> <https://example.org/p> "\xff" .')
    with pytest.raises(DocumentError) as caught:
        incoming(path)
    assert [each.code for each in caught.value.problems] == ["not-utf-8"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("relative-iri.ttl", "2 relative IRIs: 'patient/7', 'visit-1'"),
        ("relative-iri.jsonld", "2 relative IRIs: 'patient/7', 'visit-1'"),
        ("ill-typed.ttl", '"2020-02-30"^^xsd:date'),
        ("ill-typed.ttl", '"P12W"^^xsd:duration'),
        ("ill-typed.ttl", '"forty"^^xsd:integer'),
        ("circular-classes.ttl", "https://example.org/a below https://example.org/b"),
        ("own-iri.ttl", "https://w3id.org/casegraph/case/10.1007/s13555-020-00421-8/1"),
        ("own-iri.nq", "https://w3id.org/casegraph/ontology"),
        ("remote-context.jsonld", "nothing is fetched"),
        ("triple-term.ttl", "(triple terms of RDF 1.2): 1"),
        ("triple-term-with-annotation.trig", "(triple terms of RDF 1.2): 2"),
        ("triple-term.rdf", "(triple terms of RDF 1.2): 1"),
        ("not-rdf.ttl", "line 2"),
        ("not-rdf.rdf", "not well-formed XML"),
        ("not-rdf-with-entity.rdf", "the entity 'b' is"),
    ],
)
def test_the_message_says_what_is_wrong(name: str, words: str) -> None:
    with pytest.raises(DocumentError) as caught:
        incoming(FOLDER / "bad" / name)
    assert words in str(caught.value).replace(
        "a below https://example.org/c", "a below https://example.org/b"
    )


def test_an_ill_typed_nanopublication_is_refused_and_a_valid_one_read(material: Path) -> None:
    folder = material / "data" / "nanopub-testsuite"
    with pytest.raises(DocumentError, match="ill-typed"):
        incoming(folder / "invalid__plain__illtyped_datatypes_in_assertion.trig")
    valid = [incoming(path) for path in sorted(folder.glob("valid__*.trig"))]
    assert len(valid) >= 36
    assert all(len(graph_names(each.document)) == 5 for each in valid)  # head, assertion, two more, default


def test_blank_nodes_that_cannot_be_told_apart_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical_module, "_SECONDS", 1)
    text = "".join(f"_:b{i} <urn:p> _:b{j} .\n" for i in range(11) for j in range(11) if i != j)
    quads = list(ox.parse(text.encode(), format=ox.RdfFormat.N_TRIPLES))
    with pytest.raises(TooSymmetricalError, match="1 seconds"):
        canonical(quads)


def test_a_process_that_dies_while_it_tells_blank_nodes_apart_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(canonical_module, "__name__", "no_such_module")
    quads = list(ox.parse(b"_:a <urn:p> _:b . _:b <urn:p> _:a .", format=ox.RdfFormat.TURTLE))
    with pytest.raises(TooSymmetricalError, match="ended with 1"):
        canonical(quads)


ALIKE = {
    "a chain": "".join(f"_:b{i} <urn:next> _:b{i + 1} .\n" for i in range(5000)),
    "a list of one value": f"<urn:s> <urn:p> ({' 1' * 5000}) .",
    "a list of ten values": f"<urn:s> <urn:p> ({' '.join(str(i % 10) for i in range(5000))}) .",
}


@pytest.mark.parametrize("name", ALIKE)
def test_thousands_of_blank_nodes_that_look_alike_are_refused_before_anything_is_tried(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canonical_module, "subprocess", None)
    monkeypatch.setattr(canonical_module, "_canonical", None)
    with pytest.raises(DocumentError, match=r"(4,998|4,999|5,000) blank nodes that are linked") as caught:
        read(ALIKE[name])
    (problem,) = caught.value.problems
    assert problem.code == "too-symmetrical"
    assert "its place in a list" in problem.todo


def test_a_long_list_whose_members_differ_is_named_without_ado(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical_module, "subprocess", None)
    items = list(range(5000))
    document = read(f"<urn:s> <urn:p> ({' '.join(map(str, items))}) .")
    assert len(document.quads) == 10_001


@pytest.mark.parametrize(
    "text",
    [
        f"<urn:s> <urn:p> ({' 1 2' * 30}) .",
        "".join(f"_:b{i} <urn:up> _:b{i // 2} .\n" for i in range(2, 40)),
        "".join(f"<urn:s> <urn:p> [ <urn:q> [ <urn:v> {i % 3} ] ] .\n" for i in range(9)),
    ],
)
def test_what_looks_alike_within_reason_is_named_as_the_standard_names_it(text: str) -> None:
    quads = list(ox.parse(text.encode(), format=ox.RdfFormat.TURTLE))
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    expected = hashlib.sha256("".join(sorted(f"{each} .\n" for each in dataset)).encode()).hexdigest()[:32]
    assert canonical(quads)[1] == expected


def test_blank_nodes_that_look_alike_and_can_be_told_apart_are_named_in_a_process_of_their_own() -> None:
    document = read("<urn:s> <urn:p> ( 1 1 1 1 ) .")
    assert len(document.quads) == 9
    assert document.hash == read("<urn:s> <urn:p> ( 1 1 1 1 ) .", "b.trig").hash


@pytest.mark.parametrize("planted", ["hashlib", "casegraph", "pyoxigraph", "sitecustomize", "encodings"])
def test_a_python_file_beside_a_document_is_not_run(
    planted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{planted}.py").write_text("open('was-run', 'w').close()", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert len(read("<urn:s> <urn:p> ( 1 1 1 1 ) .").quads) == 9
    assert not (tmp_path / "was-run").exists()


def test_blank_nodes_are_told_apart_where_casegraph_is_found_by_the_working_folder_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = Path(canonical_module.__file__).parents[2]
    code = (
        "import io; from casegraph.loaders.inputs import Input; from casegraph.merge import foreign;"
        "text = b'<urn:s> <urn:p> ( 1 1 1 1 ) .';"
        "read = foreign.read_foreign('a', [Input('a.ttl', lambda: io.BytesIO(text))]); print(len(read.quads))"
    )
    monkeypatch.delenv("PYTHONPATH", raising=False)
    command = (sys.executable, "-c", code)
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=True)
    assert done.stdout == "9\n"


@pytest.mark.parametrize("value", ["_:x", "<urn:a_:x>", "'_:x'", '"a\\"_:x"', "'_:x'^^<urn:t_:x>"])
def test_what_looks_like_a_blank_node_within_an_iri_or_a_text_is_none(value: str) -> None:
    document = read(f"<http://ex.org/a_:b> <urn:p_:x> [ <urn:q> 1 ] , {value} .")
    assert {str(each.subject) for each in document.quads if "urn:p" in str(each.predicate)} == {
        "<http://ex.org/a_:b>"
    }
    (wanted,) = (each.object for each in ox.parse(f"<a:b> <a:c> {value} .", format=ox.RdfFormat.TURTLE))
    found = {each.object for each in document.quads if each.predicate.value == "urn:p_:x"}
    assert len(found) == 2
    assert isinstance(wanted, ox.BlankNode) or wanted in found
    given_back(document)


HOSTILE = """
@prefix cg: <https://w3id.org/casegraph/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix HP: <http://purl.obolibrary.org/obo/HP_> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix ex: <https://example.org/> .
HP:0001945 rdfs:label "Not a fever" ; rdfs:subClassOf HP:0000118 .
ex:p a cg:Case ; cg:respondedTo cg:Interleukin2Drug ; ex:age 037.50 , 37.5 .
ex:d rdfs:label "a class of their own" ; a ex:Kind , owl:Class .
"""


def stand(document: ForeignDocument) -> list[ox.Quad]:
    text = standing(document, document.quads)
    return list(ox.parse(text.encode(), format=ox.RdfFormat.N_QUADS))


def test_what_would_speak_for_us_is_quoted_and_the_rest_stands_as_it_is() -> None:
    document = read(HOSTILE)
    quads = stand(document)
    plain = [each for each in quads if "#said-" not in str(each.subject)]
    assert sorted(each.predicate.value for each in plain) == [
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        "https://example.org/age",
    ]
    quotations = {each.subject for each in quads} - {each.subject for each in plain}
    assert len(quotations) == 7  # 2 labels, superclass, 2 types, a response; and the age, which has two forms
    assert {str(each.graph_name) for each in quads} == {f"<{document.iri}>"}


XSD = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . <urn:s> <urn:p> "
UNUSUAL = """ "2024-01-01T24:00:00"^^xsd:dateTime , "20000-01-01"^^xsd:date , "24:00:00"^^xsd:time ,
"-0044-03-15"^^xsd:date , "2024-01-01T00:00:00.1234567890123456789012"^^xsd:dateTime , "+INF"^^xsd:double ."""


@pytest.mark.parametrize(
    "text",
    [HOSTILE, "<urn:s> <urn:p> 1.0 , 01 , '2020-01-01T00:00:00.000Z', 'x'@en--ltr .", f"{XSD}{UNUSUAL}"],
)
def test_what_stands_gives_the_document_back(text: str) -> None:
    given_back(read(text))


def given_back(document: ForeignDocument) -> None:
    store = ox.Store()
    store.extend(stand(document))
    names = {here: there for there, here in graph_names(document).items()}
    found = original_quads(store, names)
    assert found == set(document.quads)
    assert digest_of(canonical_lines(found, document.hash)) == document.hash


def test_the_shared_documents_are_given_back(material: Path) -> None:
    paths = [
        material / "data" / "neurobagel" / "example_synthetic.jsonld",
        material / "data" / "care-sm" / "nquads",
        *sorted((material / "data" / "nanopub-testsuite").glob("valid__*.trig")),
    ]
    assert len(paths) >= 38
    for path in paths:
        given_back(incoming(path).document)


IRIS = some.sampled_from([f"<urn:{name}>" for name in "abcd"])
NODES = some.one_of(IRIS, some.sampled_from(["_:x", "_:y", "_:z"]))
VALUES = some.one_of(NODES, some.sampled_from(["1", "01", "1.0", "1.00", "true", "'x'@en", "'_:x'"]))
LINES = some.lists(some.tuples(NODES, IRIS, VALUES), min_size=1, max_size=12)


NAMES = {"_:x": "_:y", "_:y": "_:z", "_:z": "_:x"}


def turtle(lines: list[Any]) -> str:
    return "".join(f"{' '.join(line)} .\n" for line in lines)


@settings(max_examples=60, deadline=None)
@given(LINES, some.randoms(use_true_random=False))
def test_order_and_labels_make_no_difference(lines: list[tuple[str, str, str]], dice: Random) -> None:
    other = [tuple(NAMES.get(term, term) for term in line) for line in lines]
    dice.shuffle(other)
    document = read(turtle(lines))
    assert read(turtle(other)).hash == document.hash
    given_back(document)
