"""A case document that is JSON: read fast, and just as it is read slowly, as YAML."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
import yaml
from synthetic import case_line

from casegraph.check import check
from casegraph.errors import DocumentError, Problem
from casegraph.loaders import case_yaml
from casegraph.loaders.case_json import plain_json
from casegraph.loaders.case_yaml import read_case_document
from casegraph.resources import shipped
from casegraph.terms import all_terms
from casegraph.terms.layers import LayeredTerms

CASES = shipped("cases", "*.yaml")
SYNTHETIC = 20
SMALL = '{"casegraph": 1, "report": {"title": "A", "key": "a", "extent": "fullText"}, "cases": {"1": {%s}}}'


def as_json(path: Path) -> bytes:
    return json.dumps(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader), ensure_ascii=False).encode()


def whole_texts() -> list[bytes]:
    return [*map(as_json, CASES), *map(case_line, range(SYNTHETIC))]


def outcome(text: bytes) -> tuple[object, object, tuple[Problem, ...]]:
    """Return the plain values of a text, its document, and all that is wrong with it."""
    try:
        draft = read_case_document(Path("case.json"), text)
    except DocumentError as error:
        return None, None, error.problems
    document = draft.located.document if draft.located else None
    return draft.data, document, (*draft.problems, *check(draft, all_terms()))


def agree(text: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    """Read a text in both ways and return what is wrong with it."""
    fast = outcome(text)
    with monkeypatch.context() as slowly:
        slowly.setattr(case_yaml, "plain_json", lambda _: None)
        assert fast == outcome(text), text[:500]
    return fast[2]


def test_what_is_right_is_read_fast() -> None:
    texts = whole_texts()
    assert len(texts) >= 40
    assert all(plain_json(text) for text in texts)
    assert plain_json(json.dumps(json.loads(texts[0]), indent=1, ensure_ascii=False).encode())


def test_the_lines_of_a_text_are_looked_for_only_where_something_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("read as YAML")

    monkeypatch.setattr(case_yaml, "_compose", refuse)
    assert not any(check(read_case_document(Path("a.json"), case_line(at)), all_terms()) for at in range(5))
    nowhere = SMALL % '"zero_point": "never"'
    with pytest.raises(AssertionError, match="read as YAML"):
        check(read_case_document(Path("a.json"), nowhere.encode()), all_terms())


@pytest.mark.slow
def test_both_ways_agree_on_whole_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [agree(text, monkeypatch) for text in whole_texts()]
    assert not [each for found in told for each in found if each.severity == "error"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(SMALL % '"sex": "male", "sex": "female"', id="a key twice"),
        pytest.param(SMALL % '"label": "\\u0041"', id="an escape of a character"),
        pytest.param(SMALL % '"label": "\\ud83d\\ude00"', id="an escape of two halves"),
        pytest.param(SMALL % '"label": "a\\/b"', id="an escaped slash"),
        pytest.param(SMALL % '"label": "a \x85 b"', id="a next line"),
        pytest.param(SMALL % '"label": "a \u2028 b"', id="a line separator"),
        pytest.param(SMALL % '"label": "a \x7f b"', id="a delete"),
        pytest.param(SMALL % '"label": "a \ufeff b"', id="a byte order mark inside"),
        pytest.param("\ufeff" + SMALL % "", id="a byte order mark before"),
        pytest.param(SMALL % '\t"label": "a"', id="a tab"),
        pytest.param(SMALL % '"label":\r\n"a"', id="ends of lines of Windows"),
        pytest.param(SMALL % '"age": {"years": 1e1}', id="an exponent"),
        pytest.param(SMALL % '"age": {"years": 1.000}', id="one, or one thousand"),
        pytest.param(SMALL % '"age": {"years": 12.5}', id="a decimal"),
        pytest.param(SMALL % '"age": {"years": -0}', id="minus nought"),
        pytest.param(SMALL % '"age": {"years": 1234567890123456789}', id="many digits"),
        pytest.param(SMALL % '"age": {"years": 0.1234567890123456789}', id="many decimals"),
        pytest.param(SMALL % '"age": {"years": true}', id="true for a number"),
        pytest.param(SMALL % f'"occasions": {{"{"k" * 1100}": {{}}}}', id="a key that YAML has no room for"),
        pytest.param(SMALL % f'"label": "{"x" * 1100}"', id="a long text"),
        pytest.param(SMALL % '"label": "\\"\\\\\\n\\b\\f\\r\\t: #, - [*&!"', id="escapes and signs of YAML"),
        pytest.param(SMALL % '"label": "\U0001f600 \u00fc\u00a0"', id="other characters"),
        pytest.param(SMALL % '"label": "null", "zero_point": null', id="null"),
        pytest.param((SMALL % '"label": "a"').replace(" ", ""), id="no space"),
        pytest.param(SMALL % '"label": "a",', id="a comma too many"),
        pytest.param(SMALL % "'label': 'a'", id="other quotes"),
        pytest.param("[" + SMALL % "" + "]", id="a list"),
        pytest.param(SMALL % "" + SMALL % "", id="two documents"),
    ],
)
def test_both_ways_agree_where_json_and_yaml_differ(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    agree(text.encode(), monkeypatch)


@pytest.mark.slow
def test_both_ways_agree_on_mutated_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LayeredTerms, "_near", lambda *_: [])  # takes long, and is the same in both ways
    chance = Random(6)  # noqa: S311
    codes = set()
    for number in range(300):
        text = msgspec.json.encode(mutated(json.loads(case_line(number % 10)), chance))
        codes |= {each.code for each in agree(text, monkeypatch)}
    assert len(codes) >= 12, codes


def mutated(data: Any, chance: Random) -> Any:
    """Return a document with one to three values changed, moved, doubled or taken away."""
    for _ in range(1 + chance.randrange(3)):
        around, key = chance.choice(list(ways(data)))
        match chance.randrange(5):
            case 0:
                del around[key]
            case 1:
                around[key] = chance.choice(
                    (None, 7, -3.5, True, "\u201csaid\u201d", "0 mg", [], {}, "no-such")
                )
            case 2:
                other, step = chance.choice(list(ways(data)))
                around[key] = json.loads(json.dumps(other[step]))
            case 3 if isinstance(around, list):
                around.insert(0, around[key])
            case _ if isinstance(around[key], str):
                at = chance.randrange(len(around[key]) + 1)
                around[key] = around[key][:at] + chance.choice("xX \u00e9\u2019:-") + around[key][at:]
    return data


def ways(data: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place below some data: what is around it, and its key or position there."""
    for key, value in list(data.items() if isinstance(data, dict) else enumerate(data)):
        yield data, key
        if isinstance(value, dict | list):
            yield from ways(value)
