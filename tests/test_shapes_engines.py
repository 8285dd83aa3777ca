"""Both engines give the same results on the shipped shapes, whatever is done to the data."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

import pyoxigraph as ox
import pytest
from rdflib import SH, Graph, Literal
from rdflib.collection import Collection
from rdflib.term import Node
from synthetic import case_document

from casegraph.ingest import prepare
from casegraph.namespaces import CG, PREFIXES
from casegraph.resources import shipped
from casegraph.rules import data_with_hierarchy
from casegraph.terms import shipped_terms
from casegraph.triples import asserted_quads
from casegraph.validate import Shapes, Violation, read_shapes, shipped_shapes, validate
from casegraph.validate.documents import read_triples
from casegraph.validate.rdflib_terms import rdflib_graph

SEED_OF_CHANCE = 20200709
EXAMPLES = Path(__file__).parent / "shapes"
CORPUS = EXAMPLES / "corpus" / "made_up.yaml"
DOCUMENTS = (*shipped("cases", "miao-2020.yaml"), CORPUS)
TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
SUBCLASS = ox.NamedNode(PREFIXES["rdfs"] + "subClassOf")
XSD = PREFIXES["xsd"]

T = TypeVar("T")


class NothingToChangeError(Exception):
    """The part has nothing of the kind that a change is for."""


class Chance:
    """Draws that the seed and the turn determine, here and on any other machine."""

    def __init__(self, turn: int) -> None:
        self._turn = turn
        self._drawn = 0

    def below(self, limit: int) -> int:
        self._drawn += 1
        drawn = hashlib.sha256(f"{SEED_OF_CHANCE}-{self._turn}-{self._drawn}".encode()).digest()
        return int.from_bytes(drawn) % limit

    def choice(self, values: Sequence[T]) -> T:
        if not values:
            raise NothingToChangeError
        return values[self.below(len(values))]

    def sample(self, values: Sequence[T], size: int) -> list[T]:
        left = list(values)
        return [left.pop(self.below(len(left))) for _ in range(size)]


Triples = list[ox.Triple]
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Kind = Callable[[Triples, Chance], Triples]


def cg(name: str) -> ox.NamedNode:
    return ox.NamedNode(CG + name)


POLARITIES = [
    {cg(f"{verb}Finding") for verb in ("has", "excludes", "questions")},
    {cg(f"{verb}Diagnosis") for verb in ("has", "considers", "excludes")},
    {cg("hasResponse"), cg("lacksResponse")},
    {cg("hasAdverseEvent"), cg("excludesAdverseEvent")},
]


def is_number(term: object) -> bool:
    return isinstance(term, ox.Literal) and term.datatype.value in (f"{XSD}decimal", f"{XSD}integer")


def is_text(term: object) -> bool:
    return isinstance(term, ox.Literal) and term.datatype.value == f"{XSD}string"


def about_the_case(triples: Triples) -> Triples:
    return [each for each in triples if each.predicate != SUBCLASS]


def replaced(triples: Triples, old: ox.Triple, *new: ox.Triple) -> Triples:
    return [each for each in triples if each != old] + list(new)


def with_value(triple: ox.Triple, value: Term) -> ox.Triple:
    return ox.Triple(triple.subject, triple.predicate, value)


def with_number(triples: Triples, chance: Chance, change: Callable[[str], str]) -> Triples:
    one = chance.choice([each for each in triples if is_number(each.object)])
    assert isinstance(one.object, ox.Literal)
    number = ox.Literal(change(one.object.value), datatype=one.object.datatype)
    return replaced(triples, one, with_value(one, number))


def drop(triples: Triples, chance: Chance) -> Triples:
    return replaced(triples, chance.choice(about_the_case(triples)))


def another_value(triples: Triples, chance: Chance) -> Triples:
    one = chance.choice(about_the_case(triples))
    other = chance.choice([each for each in triples if each.predicate == one.predicate])
    return [*triples, with_value(one, other.object)]


def swap_value(triples: Triples, chance: Chance) -> Triples:
    one = chance.choice(about_the_case(triples))
    other = chance.choice(about_the_case(triples))
    return replaced(triples, one, with_value(one, other.object))


def turn_polarity(triples: Triples, chance: Chance) -> Triples:
    links = {link for family in POLARITIES for link in family}
    one = chance.choice([each for each in triples if each.predicate in links])
    (family,) = (family for family in POLARITIES if one.predicate in family)
    link = chance.choice(sorted(family - {one.predicate}, key=str))
    return replaced(triples, one, ox.Triple(one.subject, link, one.object))


def change_class(triples: Triples, chance: Chance) -> Triples:
    typed = [each for each in triples if each.predicate == TYPE]
    one, other = chance.choice(typed), chance.choice(typed)
    return replaced(triples, one, with_value(one, other.object))


def second_class(triples: Triples, chance: Chance) -> Triples:
    typed = [each for each in triples if each.predicate == TYPE]
    return [*triples, with_value(chance.choice(typed), chance.choice(typed).object)]


def link_to_text(triples: Triples, chance: Chance) -> Triples:
    links = [each for each in about_the_case(triples) if isinstance(each.object, ox.NamedNode)]
    one = chance.choice([each for each in links if each.predicate != TYPE])
    return replaced(triples, one, with_value(one, ox.Literal("text")))


def text_to_link(triples: Triples, chance: Chance) -> Triples:
    one = chance.choice([each for each in triples if isinstance(each.object, ox.Literal)])
    return replaced(triples, one, with_value(one, ox.NamedNode("https://example.org/link")))


def negate(triples: Triples, chance: Chance) -> Triples:
    return with_number(triples, chance, lambda text: text[1:] if text.startswith("-") else f"-{text}")


def tenfold(triples: Triples, chance: Chance) -> Triples:
    return with_number(triples, chance, lambda text: text if "." in text else f"{text}0")


def to_nothing(triples: Triples, chance: Chance) -> Triples:
    return with_number(triples, chance, lambda _: "0")


def change_datatype(triples: Triples, chance: Chance) -> Triples:
    one = chance.choice([each for each in triples if is_number(each.object)])
    assert isinstance(one.object, ox.Literal)
    kinds = [f"{XSD}{name}" for name in ("decimal", "integer", "double", "string")]
    kind = chance.choice([each for each in kinds if each != one.object.datatype.value])
    return replaced(triples, one, with_value(one, ox.Literal(one.object.value, datatype=ox.NamedNode(kind))))


def damage_text(triples: Triples, chance: Chance) -> Triples:
    one = chance.choice([each for each in triples if is_text(each.object)])
    assert isinstance(one.object, ox.Literal)
    text = one.object.value
    damaged = chance.choice(["", f"{text} ", text.upper(), text[: len(text) // 2], f"é{text}"])
    return replaced(triples, one, with_value(one, ox.Literal(damaged)))


def give_language(triples: Triples, chance: Chance) -> Triples:
    one = chance.choice([each for each in triples if is_text(each.object)])
    assert isinstance(one.object, ox.Literal)
    return replaced(triples, one, with_value(one, ox.Literal(one.object.value, language="en")))


def break_hierarchy(triples: Triples, chance: Chance) -> Triples:
    return replaced(triples, chance.choice([each for each in triples if each.predicate == SUBCLASS]))


def reverse_order(triples: Triples, chance: Chance) -> Triples:
    one = chance.choice([each for each in triples if each.predicate == cg("notAfter")])
    assert isinstance(one.object, ox.NamedNode | ox.BlankNode)
    return replaced(triples, one, ox.Triple(one.object, one.predicate, one.subject))


def forget_name(triples: Triples, chance: Chance) -> Triples:
    old = chance.choice([each.subject for each in triples if each.predicate == TYPE])
    nameless = ox.BlankNode("nameless")

    def renamed(term: object) -> object:
        return nameless if term == old else term

    return [
        ox.Triple(renamed(each.subject), each.predicate, renamed(each.object))  # type: ignore[arg-type]
        for each in triples
    ]


def point_to_itself(triples: Triples, chance: Chance) -> Triples:
    links = [each for each in about_the_case(triples) if isinstance(each.object, ox.NamedNode)]
    one = chance.choice([each for each in links if each.predicate != TYPE])
    assert isinstance(one.subject, ox.NamedNode | ox.BlankNode)
    return replaced(triples, one, with_value(one, one.subject))


def give_individual(triples: Triples, chance: Chance) -> Triples:
    claim = chance.choice([each.subject for each in triples if each.predicate == cg("basis")])
    return [*triples, ox.Triple(claim, cg("aboutInstance"), ox.NamedNode("https://example.org/it"))]


KINDS: tuple[Kind, ...] = (
    *(drop, another_value, swap_value, turn_polarity, change_class, second_class, link_to_text, text_to_link),
    *(negate, tenfold, to_nothing, change_datatype, damage_text, give_language, break_hierarchy),
    *(reverse_order, forget_name, point_to_itself, give_individual),
)


@pytest.fixture(scope="module")
def documents() -> list[Triples]:
    """Return the triples of each document, without the hierarchy."""
    prepared = [prepare(path) for path in DOCUMENTS]
    return [
        [quad.triple for quad in ox.parse(each.asserted + each.inferred, ox.RdfFormat.N_QUADS)]
        for each in prepared
    ]


def part_of(document: Triples, size: int, chance: Chance) -> Triples:
    """Return so many claims of a document with what they point to, the case and the report.

    The reference engine takes seconds for a whole case.
    """
    subjects = {each.subject for each in document}
    claims = sorted({each.subject for each in document if each.predicate == cg("basis")}, key=str)
    kept: set[Term] = set(chance.sample(claims, size))
    kept |= {each.object for each in document if each.subject in kept}
    kept |= {each.subject for each in document if each.predicate == cg("sex")}
    of_the_case = {cg("reportedIn"), cg("zeroPoint"), cg("ageAt")}
    kept |= {each.object for each in document if each.predicate in of_the_case}
    return [
        each
        for each in document
        if each.subject in kept and (each.object in kept or each.object not in subjects)
    ]


def serialized(triples: Triples) -> str:
    return (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()


def mutated(documents: list[Triples], size: int, turn: int) -> tuple[str, list[str]]:
    """Return a part of a document, changed once to three times, and the names of the changes."""
    chance = Chance(turn)
    part = part_of(documents[turn % len(documents)], size, chance)
    data = data_with_hierarchy(serialized(part), shipped_terms())
    triples = [quad.triple for quad in ox.parse(data, ox.RdfFormat.N_TRIPLES)]
    kinds = [KINDS[turn % len(KINDS)], *chance.sample(KINDS, chance.below(3))]
    done = []
    for kind in kinds:
        with suppress(NothingToChangeError):
            triples = kind(triples, chance)
            done.append(kind.__name__)
    return serialized(triples), done


def missed_by_the_reference(results: Iterable[Violation]) -> set[Violation]:
    """Return the results on a date or a truth value that should be less than a number.

    SHACL 4.5.3 asks for them, as the two cannot be compared; rdflib puts such values before all numbers.
    """
    ordered_by_rdflib = tuple(f"{XSD}{name}>" for name in ("boolean", "date", "dateTime", "gYear"))
    return {
        each
        for each in results
        if each.component.startswith(f"<{SH}LessThan") and (each.value or "").endswith(ordered_by_rdflib)
    }


#: 10,000 small parts with changes in all, by the hundred so that processes share them; and larger parts.
ROUNDS = [
    pytest.param(range(20), 3, marks=pytest.mark.slow),
    pytest.param(range(320), 10, marks=pytest.mark.long),
    *(pytest.param(range(at, at + 100), 2, marks=pytest.mark.long) for at in range(0, 10_000, 100)),
]


@pytest.mark.parametrize(("turns", "size"), ROUNDS)
def test_engines_agree_on_mutated_cases(documents: list[Triples], turns: range, size: int) -> None:
    broken, shapes, tried = 0, set(), set()
    for turn in turns:
        data, kinds = mutated(documents, size, turn)
        fast, reference = (validate(data, shipped_shapes(), engine=engine) for engine in ("shacl", "pyshacl"))
        only = {"shacl": set(fast.results) - set(reference.results) - missed_by_the_reference(fast.results)}
        only["pyshacl"] = set(reference.results) - set(fast.results)
        assert not any(only.values()), f"seed {SEED_OF_CHANCE}, turn {turn}, {kinds}: {only}"
        broken += not fast.ok
        shapes |= {result.shape for result in fast.violations}
        tried |= set(kinds)
    assert len(tried) >= 12
    assert broken >= len(turns) / 2
    assert len(shapes) >= min(len(turns), 60) / 2


#: A query that finds whatever it is asked of.
ALWAYS = Literal("SELECT $this WHERE { }")
SYNTHETIC = 40


def guarded(graph: Graph) -> dict[Node, Node]:
    """Return the shapes that ask a query last, each with its query."""
    found = {}
    for shape, head in graph.subject_objects(SH["or"]):
        query = graph.value(list(Collection(graph, head))[-1], SH.sparql)
        if query is not None:
            found[shape] = query
    return found


def changed(folder: Path, *, ask_all: bool) -> Shapes:
    """Return those shapes alone: all asked the query, or with one that finds whatever it is asked of."""
    graph = rdflib_graph(shipped_shapes().ntriples)
    queries = guarded(graph)
    for shape in set(graph.subjects(SH.targetClass)) - queries.keys():
        graph.remove((shape, SH.targetClass, None))
    for shape, query in queries.items():
        if ask_all:
            graph.remove((shape, SH["or"], None))
            graph.add((shape, SH.sparql, query))
        else:
            graph.set((query, SH.select, ALWAYS))
    path = folder / "changed.ttl"
    graph.serialize(path, "turtle", encoding="utf-8")
    return read_shapes([path])


@cache
def names() -> frozenset[str]:
    return frozenset(f"<{shape}>" for shape in guarded(rdflib_graph(shipped_shapes().ntriples)))


def found(data: str, shapes: Shapes) -> set[tuple[str, str]]:
    return {(each.shape, each.focus) for each in validate(data, shapes).results if each.shape in names()}


def variants() -> Iterator[str]:
    """Yield the examples of those shapes, whole and without each of their triples."""
    for name in sorted(names()):
        shape, _, suffix = name.strip("<>").rpartition("#")[2].partition("-")
        for path in sorted((EXAMPLES / shape).glob(f"{suffix}-*.ttl")):
            triples = read_triples(path)
            for left_out in (None, *triples):
                rest = serialized([each for each in triples if each != left_out])
                yield data_with_hierarchy(rest, shipped_terms())


@pytest.mark.slow
def test_what_is_found_is_what_the_query_alone_finds(documents: list[Triples], tmp_path: Path) -> None:
    alone, looked_at, violated = changed(tmp_path, ask_all=True), 0, set()
    for data in (*variants(), *(mutated(documents, 10, turn)[0] for turn in range(50))):
        told = found(data, shipped_shapes())
        assert told == found(data, alone), data
        looked_at += 1
        violated |= {shape for shape, _ in told}
    assert len(names()) >= 8
    assert violated == names()
    assert looked_at >= 300


@pytest.mark.slow
def test_of_most_claims_no_query_is_asked(tmp_path: Path) -> None:
    shapes, asked, claims = changed(tmp_path, ask_all=False), 0, 0
    for number in range(SYNTHETIC):
        quads = asserted_quads(case_document(number))
        data = data_with_hierarchy(quads, shipped_terms())
        asked += len(found(data, shapes))
        claims += len(re.findall(rf"<{re.escape(CG)}(?:basis)>", data))
    assert claims > 10 * SYNTHETIC
    assert 0 < asked < claims / 20
