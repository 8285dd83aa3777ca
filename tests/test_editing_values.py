"""Values that are not written as a store writes them: whatever brings them, the ledger is true."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from casegraph.ingest import Loaded, load
from casegraph.namespaces import PREFIXES
from casegraph.resources import shipped
from casegraph.store.by_hand import HandEdit, edited_by_hand
from casegraph.store.change import apply_change, change_of
from casegraph.store.editing import add_to_graph, put_graph, update
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import commit, generation
from casegraph.store.verifying import verify
from edited_stores import content, plain

XSD = PREFIXES["xsd"]
CASE = "urn:case/1"
GRAPH = f"{CASE}/asserted"
NODE = ox.NamedNode("urn:s")

#: How a value is written, its datatype, and the form that Oxigraph keeps.
FORMS = [
    ("007", "integer", "7"),
    ("+1", "integer", "1"),
    ("1.50", "decimal", "1.5"),
    ("-0.0", "decimal", "0"),
    ("1e3", "double", "1000"),
    ("-0.0", "double", "-0"),
    ("1", "boolean", "true"),
    ("2020-12-31T24:00:00", "dateTime", "2021-01-01T00:00:00"),
    ("2020-01-01T00:00:00+00:00", "dateTime", "2020-01-01T00:00:00Z"),
    ("2020-01-01+00:00", "date", "2020-01-01Z"),
    ("P12M", "duration", "P1Y"),
    ("PT24H", "dayTimeDuration", "P1D"),
]


def literal(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


def put(store: EmbeddedStore, triples: list[ox.Triple]) -> None:
    put_graph(store, GRAPH, triples)


def add(store: EmbeddedStore, triples: list[ox.Triple]) -> None:
    add_to_graph(store, GRAPH, triples)


def insert(store: EmbeddedStore, triples: list[ox.Triple]) -> None:
    update(store, inserted(triples))


def send(store: EmbeddedStore, triples: list[ox.Triple]) -> None:
    apply_change(store, change_of([GRAPH], "".join(f"{each} <{GRAPH}> .\n" for each in triples)))


def inserted(triples: list[ox.Triple]) -> str:
    return f"INSERT DATA {{ GRAPH <{GRAPH}> {{ {' '.join(f'{each} .' for each in triples)} }} }}"


WAYS = [put, add, insert, send]
Way = Callable[[EmbeddedStore, list[ox.Triple]], None]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("text", "datatype", "canonical"), FORMS)
def test_a_value_is_kept_in_canonical_form(way: Way, text: str, datatype: str, canonical: str) -> None:
    with EmbeddedStore(":memory:", writable=True) as store:
        way(store, [ox.Triple(NODE, NODE, literal(text, datatype))])
        assert content(store) == [f"{NODE} {NODE} {literal(canonical, datatype)} <{GRAPH}> ."]
        assert list(verify(store)) == []
        way(store, [ox.Triple(NODE, NODE, literal(canonical, datatype))])
        assert generation(store) == 1
        assert list(verify(store)) == []


_NUMBERS = ["integer", "decimal", "double", "float", "long", "int", "short", "byte", "unsignedInt"]
_NUMBERS += ["nonNegativeInteger", "positiveInteger", "negativeInteger"]
_TIMES = ["dateTime", "date", "time", "gYear", "gYearMonth", "gMonth", "gDay", "gMonthDay", "dateTimeStamp"]
_TIMES += ["duration", "dayTimeDuration", "yearMonthDuration"]
_DATATYPES = [*_NUMBERS, *_TIMES, "string", "boolean", "token", "anyURI", "hexBinary", "base64Binary"]
_SIGN, _DAY = "[+-]?", r"-?[0-9]{4,5}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME, _ZONE = r"([01][0-9]|2[0-4]):(00|59):(00|30)(\.[0-9]{1,3})?", r"(Z|[+-](0[0-9]|1[0-4]):(00|30))?"
_TEXTS = some.one_of(
    some.from_regex(rf"{_SIGN}[0-9]{{1,25}}(\.[0-9]{{0,25}})?([eE]{_SIGN}[0-9]{{1,3}})?", fullmatch=True),
    some.from_regex(f"{_DAY}(T{_TIME})?{_ZONE}", fullmatch=True),
    some.from_regex(f"{_TIME}{_ZONE}", fullmatch=True),
    some.from_regex(f"(-?[0-9]{{4}}|[0-9]{{4}}-0[1-9]|--0[1-9]|---[0-9]{{2}}){_ZONE}", fullmatch=True),
    some.from_regex(r"-?P([0-9]{1,3}Y)?([0-9]{1,3}M)?([0-9]{1,3}D)?(T[0-9]{1,3}[HMS])?", fullmatch=True),
    some.sampled_from(["true", "false", "0", "1", "INF", "-INF", "NaN", "", " 7", "_:b", 'say "x"\n']),
    some.text(some.characters(exclude_categories=["Cs"]), max_size=8),
)
_LITERALS = some.one_of(
    some.builds(literal, _TEXTS, some.sampled_from(_DATATYPES)),
    some.builds(ox.Literal, _TEXTS, language=some.sampled_from(["en", "en-GB", "DE"])),
    some.builds(ox.Literal, _TEXTS, language=some.just("ar"), direction=some.just(ox.BaseDirection.RTL)),
)
_TERMS = some.one_of(_LITERALS, some.builds(ox.Triple, some.just(NODE), some.just(NODE), _LITERALS))
_TRIPLES = some.lists(some.builds(ox.Triple, some.just(NODE), some.just(NODE), _TERMS), max_size=8)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=150, deadline=None)
@given(_TRIPLES, _TRIPLES)
def test_any_values_are_what_a_bare_engine_keeps_and_the_ledger_tells_of(
    way: Way, first: list[ox.Triple], second: list[ox.Triple]
) -> None:
    with EmbeddedStore(":memory:", writable=True) as store:
        for each in (first, second):
            way(store, each)
            assert list(verify(store)) == []
        kept = [second] if way in (put, send) else [first, second]
        assert content(store) == plain(*map(inserted, kept))


def test_a_case_with_such_values_is_edited_by_hand_and_whole() -> None:
    with EmbeddedStore(":memory:", writable=True) as store:
        commit(store, [], f'{NODE} {NODE} "x" <{GRAPH}> .\n')
        put(store, [ox.Triple(NODE, NODE, literal("1.50", "decimal"))])
        assert list(edited_by_hand(store)) == [HandEdit(CASE, 2, gone=False)]
        assert list(verify(store)) == []


@pytest.mark.slow
@pytest.mark.parametrize("written", ["-0.0", "-0", "7.50"])
def test_a_document_may_write_a_number_in_its_own_way(written: str, tmp_path: Path) -> None:
    (path,) = shipped("cases", "miao-2021.yaml")
    before = path.read_text(encoding="utf-8")
    assert "value: 7\n" in before
    document = tmp_path / path.name
    document.write_text(before.replace("value: 7\n", f"value: {written}\n", 1), encoding="utf-8")
    with EmbeddedStore(":memory:", writable=True) as store:
        (loaded,) = load(store, [document])
        assert isinstance(loaded, Loaded), loaded
        assert list(verify(store)) == []
