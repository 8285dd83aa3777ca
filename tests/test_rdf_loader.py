"""RDF that casegraph wrote comes back as the cases it was made from, or is told to be something else."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from casegraph.cli import commands
from casegraph.errors import DocumentError, Problem
from casegraph.export.rdf import write_rdf
from casegraph.ingest import Arrived, Loaded, LoadedRecord, Rejected, RejectedRecord, load, load_paths
from casegraph.loaders import read_document
from casegraph.loaders.case_yaml import read_case_document
from casegraph.loaders.detect import format_of
from casegraph.loaders.inputs import Input
from casegraph.loaders.rdf import RDF, _as_json, rdf_members
from casegraph.loaders.records import Options
from casegraph.model import CaseDocument, Report
from casegraph.namespaces import BASE, CG
from casegraph.resources import shipped
from casegraph.store import Store, open_store
from casegraph.triples import asserted_quads

UNRESOLVED = f"{BASE}ontology/unresolved"
GROVER = f"{BASE}report/10.4236/ojra.2013.31006"
CASE = f"{BASE}case/10.4236/ojra.2013.31006/1"
DRUG = f"<{CASE}#drug-1>"


def read_in(store: Store, path: Path) -> tuple[list[Arrived], Options]:
    options = Options("")
    return list(load_paths(store, [path], options)), options


def again(
    folder: Path, content: str | bytes, name: str = "x.nq"
) -> tuple[dict[str, str], list[Arrived], Options]:
    """Load a file into an empty store; return the digests there, and what became of each."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with open_store(":memory:", writable=True) as store:
        arrived, options = read_in(store, path)
        return store.digest(), arrived, options


def shuffled(lines: Iterable[str]) -> str:
    every = list(lines)
    Random(5).shuffle(every)  # noqa: S311
    return "".join(f"{line}\n" for line in every)


def grover() -> list[str]:
    (path,) = shipped("cases", "grover-2013.yaml")
    return asserted_quads(read_document(path).document).splitlines()


# --- the same cases


@pytest.mark.slow
def test_the_dump_of_a_store_in_any_order_gives_the_store(corpus_store: Store, tmp_path: Path) -> None:
    dump = list(corpus_store.dump())
    digests, arrived, options = again(tmp_path, shuffled(dump))
    assert digests == corpus_store.digest()
    assert len(digests) > 100
    assert all(isinstance(each, Loaded) for each in arrived)
    assert len(arrived) == len(shipped("cases", "*.yaml"))
    derived = sum("/inferred> ." in line for line in dump)
    assert derived > 5_000
    assert {each.path: each.times for each in options.losses if each.reason == "derived"} == {
        "*/inferred": derived
    }
    assert {each.path for each in options.losses if each.reason == "no-place"} == {
        "https://w3id.org/casegraph/ledger"
    }


@pytest.mark.slow
@pytest.mark.parametrize("form", ["nquads", "trig", "jsonld"])
def test_what_is_exported_comes_back_and_is_unchanged(form: str, tmp_path: Path) -> None:
    paths = [*shipped("cases", "grover-2013.yaml"), *shipped("cases", "rituximab-registry-2011.yaml")]
    with open_store(":memory:", writable=True) as store:
        assert all(isinstance(each, Loaded) for each in load(store, paths))
        out = io.BytesIO()
        cases = [
            line for line in store.dump() if not line.endswith((f"<{BASE}ledger> .", f"<{BASE}ontology> ."))
        ]
        write_rdf([f"{line}\n" for line in cases], out, form)
        digests, arrived, _ = again(tmp_path, out.getvalue(), "x.rdf")
        assert digests == store.digest()
        iris = {each.iri for each in arrived if isinstance(each, Loaded)}
        assert iris == {GROVER, f"{BASE}report/10.3899/jrheum.101321"}
        arrived, _ = read_in(store, tmp_path / "x.rdf")
        assert [each.state for each in arrived if isinstance(each, Loaded)] == ["unchanged"] * 2


@pytest.mark.slow
def test_n_quads_are_written_graph_by_graph_as_they_are_in_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [
        *shipped("cases", "tacrolimus-juvenile-three-children.yaml"),
        *shipped("cases", "grover-2013.yaml"),
    ]
    with open_store(tmp_path / "store", writable=True) as store:
        assert all(isinstance(each, Loaded) for each in load(store, paths))
        dump = [f"{line}\n" for line in store.dump()]
    monkeypatch.setattr("casegraph.export.rdf.write_rdf", None)
    args = ["export", "nquads", "--store", str(tmp_path / "store"), "-o", str(tmp_path / "x.nq")]
    assert CliRunner().invoke(commands, args).exit_code == 0
    written = (tmp_path / "x.nq").read_text(encoding="utf-8").splitlines(keepends=True)
    aside = (f"<{BASE}ledger> .\n", f"<{BASE}ontology> .\n")
    assert sorted(written) == sorted(line for line in dump if not line.endswith(aside))
    graphs = [graph for graph, _ in groupby(line.rsplit(" ", 2)[1] for line in written)]
    assert len(graphs) == len(set(graphs)) > 8


def records_of(material: Path) -> list[Path]:
    data = material / "data"
    return [*(data / "phenopacket-store" / name for name in ("ADA", "ALG9")), data / "fhir-r4-mcode"]


@pytest.mark.slow
def test_records_come_back_under_their_names(material: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.nq"
    with open_store(":memory:", writable=True) as store:
        first = list(load_paths(store, records_of(material)))
        assert len(first) == 8
        path.write_text(shuffled(store.dump()))
        states = [each.state for each in read_in(store, path)[0] if isinstance(each, LoadedRecord)]
        assert states == ["unchanged"] * 8
        with open_store(":memory:", writable=True) as other:
            arrived, _ = read_in(other, path)
            assert {each.iri for each in arrived if isinstance(each, LoadedRecord)} == {
                each.iri for each in first if isinstance(each, LoadedRecord)
            }
            assert other.digest() == store.digest()
        assert UNRESOLVED in store.digest()


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--jobs", "1")])
def test_all_names_of_a_term_that_no_vocabulary_knows_come_back(
    more: tuple[str, ...], tmp_path: Path
) -> None:
    for number, name in enumerate(("First", "Second", "third")):
        features = [{"type": {"id": "FOO:1", "label": name}}]
        told = {"id": str(number), "subject": {"id": str(number)}, "phenotypicFeatures": features}
        (tmp_path / f"{number}.json").write_text(json.dumps(told))
    paths = [tmp_path / f"{number}.json" for number in range(3)]
    with open_store(":memory:", writable=True) as store:
        assert len(list(load_paths(store, paths, Options("x")))) == 3
        names = [line for line in store.dump(UNRESOLVED) if "Label>" in line or "label>" in line]
        assert [
            name for name in ("First", "Second", "third") if any(f'"{name}"' in each for each in names)
        ] == [
            "First",
            "Second",
            "third",
        ]
        unused = f'<urn:x:unused> <http://www.w3.org/2004/02/skos/core#altLabel> "other" <{UNRESOLVED}> .'
        (tmp_path / "x.nq").write_text(shuffled([*store.dump(), unused]))
        words = ["load", str(tmp_path / "x.nq"), "--store", str(tmp_path / "s"), *more]
        done = CliRunner().invoke(commands, [*words, "--losses", str(tmp_path / "losses")])
        assert done.exit_code == 0, done.output
        with open_store(tmp_path / "s") as other:
            assert other.digest() == store.digest()
    losses = [each for each in (tmp_path / "losses").read_text().splitlines() if "other-label" in each]
    assert len(losses) == 1
    assert "urn:x:unused" in losses[0]


@pytest.mark.slow
def test_several_processes_load_rdf_too(material: Path, tmp_path: Path) -> None:
    paths = [*shipped("cases", "grover-2013.yaml"), *records_of(material)[:1]]
    with open_store(":memory:", writable=True) as store:
        assert len(list(load_paths(store, paths))) == 3
        extra = f'<{CASE}> <urn:x:note> "more" <{CASE}/asserted> .'
        (tmp_path / "x.nq").write_text(shuffled([*store.dump(), extra]))
        args = ["load", str(tmp_path / "x.nq"), "--jobs", "1", "--store", str(tmp_path / "s")]
        done = CliRunner().invoke(commands, [*args, "--losses", str(tmp_path / "losses")])
        assert done.exit_code == 0, done.output
        with open_store(tmp_path / "s") as other:
            assert other.digest() == store.digest()
    losses = (tmp_path / "losses").read_text()
    assert '"path":"' + CASE + ' urn:x:note","value":"\\"more\\"","reason":"no-place"' in losses
    assert "no-place" in done.stderr


def test_a_document_is_json_that_the_reader_of_cases_reads() -> None:
    title = "\u2028 \u0085 \ufeff \U0001f600 \x7f \\ \" 'a: b' #"
    document = CaseDocument(casegraph=1, report=Report(title=title, key="x", extent="fullText"))
    draft = read_case_document(Path("x.nq"), _as_json(document))
    assert draft.located is not None
    assert draft.located.document == document


@pytest.mark.slow
def test_members_of_archives_are_read_and_a_record_without_its_data_set_is_refused(tmp_path: Path) -> None:
    packet = b'{"id": "p", "subject": {"id": "A"}, "phenotypicFeatures": [{"type": {"id": "HP:0001945"}}]}'
    (tmp_path / "clinic.json").write_bytes(packet)
    with open_store(":memory:", writable=True) as store:
        assert len(list(load_paths(store, [tmp_path / "clinic.json"]))) == 1
        lines = [f"{line}\n" for line in store.dump()]
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a/whole.nq", "".join(lines))
        archive.writestr("a/part.nq", "".join(each for each in lines if "/dataset/clinic> .\n" not in each))
    with open_store(":memory:", writable=True) as store:
        loaded, refused = read_in(store, tmp_path / "x.zip")[0]
    assert isinstance(loaded, LoadedRecord)
    assert loaded.source == f"{tmp_path / 'x.zip'}!a/whole.nq!case/clinic/p"
    assert isinstance(refused, RejectedRecord)
    assert "dataset/clinic: the file has no graph of this name" in refused.problems[0].message


# --- what is left behind


@pytest.mark.slow
def test_what_has_no_place_is_named(tmp_path: Path) -> None:
    more = [
        f'{DRUG} <urn:x:note> "not ours" <{CASE}/asserted> .',
        f"{DRUG} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:x:Drug> <{CASE}/asserted> .",
        f'_:b <urn:x:note> "nobody" <{GROVER}> .',
        f"<{CASE}> <{CG}treatedWith> <urn:x:d> <{CASE}/inferred> .",
        '<urn:x:a> <urn:x:p> "1" <urn:x:graph> .',
        '<urn:x:a> <urn:x:p> "2" <urn:x:graph> .',
        '<urn:x:a> <urn:x:p> "3" .',
        f'<urn:x:d> <http://www.w3.org/2000/01/rdf-schema#label> "d" <{BASE}ontology> .',
    ]
    plain, _, none = again(tmp_path, shuffled(grover()))
    digests, arrived, options = again(tmp_path, shuffled([*grover(), *more]))
    assert none.losses == []
    assert digests == plain
    assert [type(each) for each in arrived] == [Loaded]
    name = str(tmp_path / "x.nq")
    found = sorted((each.record, each.path, each.value, each.reason, each.times) for each in options.losses)
    blank = next(each for each in found if "nobody" in each[2])
    assert sorted(each for each in found if each != blank) == sorted(
        [
            (name, "*/inferred", "", "derived", 1),
            (name, "urn:x:graph urn:x:p", "", "no-place", 2),
            (name, "urn:x:p", "", "no-place", 1),
            (name, f"{BASE}ontology", "", "implied", 1),
            (GROVER, f"{CASE}#drug-1 urn:x:note", '"not ours"', "no-place", 1),
            (GROVER, f"{CASE}#drug-1 rdf:type", "<urn:x:Drug>", "no-place", 1),
        ]
    )
    assert blank[0] == GROVER


@pytest.mark.slow
def test_a_publication_of_records_alone_keeps_what_they_share(material: Path, tmp_path: Path) -> None:
    with open_store(":memory:", writable=True) as store:
        list(load_paths(store, records_of(material)[:1]))
        lines = list(store.dump())
    graphs = {line.rsplit(" ", 2)[1][1:-1] for line in lines}
    reports = sorted(each for each in graphs if each.startswith(f"{BASE}report/"))
    assert reports
    extra = [
        f'<{reports[0]}> <{CG}journal> "J" <{reports[0]}> .',
        f'<{BASE}dataset/ADA> <urn:x:p> "1" <{BASE}dataset/ADA> .',
    ]
    _, arrived, options = again(tmp_path, shuffled([*lines, *extra]))
    assert len([each for each in arrived if isinstance(each, LoadedRecord)]) == 2
    left = {(each.path, each.reason) for each in options.losses}
    assert {(f"{reports[0]} cg:journal", "no-place"), (f"{BASE}dataset/ADA urn:x:p", "no-place")} <= left


# --- what is refused


def without(*words: str) -> Callable[[list[str]], list[str]]:
    """Return what leaves out the one line that has all the words."""

    def change(lines: list[str]) -> list[str]:
        kept = [line for line in lines if not all(word in line for word in words)]
        assert len(kept) == len(lines) - 1
        return kept

    return change


def with_quad(triple: str) -> Callable[[list[str]], list[str]]:
    return lambda lines: [*lines, f"{triple} <{CASE}/asserted> ."]


def put(old: str, new: str) -> Callable[[list[str]], list[str]]:
    """Return what replaces a text, which is there, by another one."""

    def change(lines: list[str]) -> list[str]:
        assert any(old in line for line in lines)
        return [line.replace(old, new) for line in lines]

    return change


_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_STARTS = f"{DRUG} <{CG}at> <{CASE}"


def no_report(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.endswith(f"<{GROVER}> .")]


#: what is done to the quads of a case, and a part of what is told of it.
_WRONG = {
    "no type": (without(DRUG, "#type>"), "drug-1"),
    "no concept": (without(DRUG, "aboutConcept"), "what"),
    "two concepts": (with_quad(f"{DRUG} <{CG}aboutConcept> <{CG}Drug>"), "more of cg:aboutConcept"),
    "two types": (with_quad(f"{DRUG} {_TYPE} <{CG}AbsentFinding>"), "drug-1"),
    "no link": (without(f"{CG}hasTreatment> {DRUG}"), "has no cg:hasTreatment"),
    "a dose of nothing": (with_quad(f"<{CASE}#d> {_TYPE} <{CG}DoseSegment>"), "is a cg:DoseSegment"),
    "four mistakes": (
        with_quad(
            "".join(f"<{CASE}#d{n}> {_TYPE} <{CG}DoseSegment> <{CASE}/asserted> .\n" for n in range(3))
            + f"<{CASE}#d> {_TYPE} <{CG}DoseSegment>"
        ),
        "; and 1 more",
    ),
    "a blank node": (put(DRUG, "_:drug"), "_:drug"),
    "no basis": (without(DRUG, f"{CG}basis"), "has no cg:basis"),
    "a language": (put('"By muscle biopsy"', '"Biopsie"@fr'), "Biopsie"),
    "no number": (put('"56"^^', '"about 56"^^'), "about 56"),
    "no report": (no_report, "no graph of this name"),
    "another name": (put(CASE, f"{BASE}case/mine/1"), f"no graph {BASE}case/mine/1/asserted"),
    "no name of ours": (put(CASE, "http://example.org/case/1"), "http://example.org/case/1"),
    "another graph": (put(f"<{CASE}/asserted> .", "<urn:x:g> ."), "urn:x:g"),
    "a group named as a case": (put(f"<{CG}Case>", f"<{CG}Group>"), f"no graph {CASE}/asserted"),
}


def members(content: bytes, name: str = "x.nq") -> list[tuple[str, Input] | Problem]:
    return list(rdf_members(Input(name, lambda: io.BytesIO(content))))


@pytest.mark.parametrize("name", _WRONG)
def test_a_case_that_cannot_be_read_back_is_refused_and_the_others_are_not(name: str) -> None:
    change, told = _WRONG[name]
    (path,) = shipped("cases", "ramseur-1989.yaml")
    other = asserted_quads(read_document(path).document).splitlines()
    read = members(shuffled([*change(grover()), *other]).encode())
    (problem,) = [each for each in read if isinstance(each, Problem)]
    assert problem.code == "not-read-back"
    assert told in problem.message
    assert problem.message.startswith(("https://", "http://"))
    assert problem.todo
    assert [each[0] for each in read if isinstance(each, tuple) and each[1].name != "x.nq"] == ["case"]


@pytest.mark.slow
def test_what_is_read_back_is_checked_like_any_document(tmp_path: Path) -> None:
    change = put(f"{_STARTS}#drug-1-start>", f"{_STARTS}#never>")
    digests, arrived, _ = again(tmp_path, shuffled(change(grover())))
    (refused,) = arrived
    assert isinstance(refused, Rejected)
    assert refused.problems[0].code == "unknown-occasion"
    assert "never" in refused.problems[0].message
    assert not any(graph.startswith((CASE, GROVER)) for graph in digests)


@pytest.mark.parametrize(
    ("content", "place", "code"),
    [
        ("\n".join(grover()[:3]) + "\n<urn:a> b\n", "x.nq:4", "not-rdf"),
        (f"@prefix cg: <{CG}> .\ncg:a cg:b ]", "x.nq:2", "not-rdf"),
        (f'{{"@context": {{"@vocab": "{CG}"}}, "a": ', "x.nq", "not-rdf"),
        (f'{{"@context": "{CG}", "a": 1}}', "x.nq", "not-rdf"),
        (f'<urn:a> <{CG}gist> "' + "x" * 17_000_000 + '" <urn:g> .', "x.nq", "too-large"),
        (f'<urn:a> <{CG}gist> "x" <urn:g> .', "x.nq", "no-case"),
        (re.sub(rf" <({BASE})[^ ]*> \.$", " .", "\n".join(grover()), flags=re.M), "x.nq", "no-graphs"),
    ],
    ids=["N-Quads", "Turtle", "JSON-LD", "a context elsewhere", "a long text", "no case", "no graphs"],
)
def test_a_file_of_which_nothing_can_be_read_is_refused_whole(content: str, place: str, code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        members(content.encode())
    (problem,) = caught.value.problems
    assert str(problem).startswith(place)
    assert (problem.code, bool(problem.todo)) == (code, True)


def test_text_that_is_no_utf_8_is_refused() -> None:
    with pytest.raises(DocumentError) as caught:
        members(f'<urn:a> <{CG}gist> "'.encode() + b'\xff" <urn:g> .')
    assert caught.value.problems[0].code in ("not-utf-8", "not-rdf")


@pytest.mark.parametrize("form", ["turtle", "trig", "nquads", "jsonld"])
def test_the_format_is_told_by_the_content(form: str) -> None:
    out = io.BytesIO()
    write_rdf([f"{line}\n" for line in grover()], out, form)
    assert format_of(Input("x", lambda: io.BytesIO(out.getvalue()))) == RDF
