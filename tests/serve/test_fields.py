"""Query strings and forms are read strictly."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casegraph.errors import InputError
from casegraph.serve.http.bodies import parse_media_type
from casegraph.serve.http.fields import Fields, Part, fields_of, parts_of
from casegraph.serve.http.problems import RefusedError

FORM = parse_media_type("multipart/form-data; boundary=xyz")
TWO_PARTS = (
    b"--xyz\r\n"
    b'Content-Disposition: form-data; name="a.ttl"; filename="b.ttl"\r\n'
    b"Content-Type: text/turtle; charset=utf-8\r\n"
    b"\r\n"
    b"<http://example.org/s> a <http://example.org/C> .\r\n"
    b"\r\n"
    b"--xyz\r\n"
    b"content-disposition: form-data; name=c\r\n"
    b"\r\n"
    b"--xy \xff\r\n"
    b"--xyz--\r\n"
)

READ = [
    (b"", []),
    (b"&&", []),
    (b"query=ASK+%7B%7D", [("query", "ASK {}")]),
    (b"default", [("default", "")]),
    (b"default=", [("default", "")]),
    (b"a=1&b=2&a=3", [("a", "1"), ("b", "2"), ("a", "3")]),
    (b"a=b=c", [("a", "b=c")]),
    (b"a=%2B+%20", [("a", "+  ")]),
    (b"a=x;b=y", [("a", "x;b=y")]),
    (b"%71uery=%C3%A9", [("query", "\u00e9")]),
    (b"a=\xc3\xa9", [("a", "\u00e9")]),
    (b"=x", [("", "x")]),
    (b"a=%00", [("a", "\x00")]),
    (b"a=%2525", [("a", "%25")]),
]


@pytest.mark.parametrize(("text", "pairs"), READ)
def test_fields_are_read_in_their_order(text: bytes, pairs: list[tuple[str, str]]) -> None:
    assert list(fields_of(text)) == pairs


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"a=%", "a: a % without two hexadecimal digits after it, at byte 1; write %25 for a %"),
        (b"a=xy%4", "a: a % without two hexadecimal digits after it, at byte 3; write %25 for a %"),
        (b"a=%zz", "a: a % without two hexadecimal digits after it, at byte 1; write %25 for a %"),
        (b"%=1", "a name: a % without two hexadecimal digits after it, at byte 1; write %25 for a %"),
        (b"a=b%FF", "a: not UTF-8 at byte 2"),
        (b"a=\xff", "a: not UTF-8 at byte 1"),
        (b"a=%C0%80", "a: not UTF-8 at byte 1"),
        (b"a=%ED%A0%80", "a: not UTF-8 at byte 1"),
    ],
)
def test_what_is_encoded_wrongly_is_refused_with_its_place(text: bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        fields_of(text)
    assert str(caught.value) == said


def test_at_most_a_hundred_fields_are_read() -> None:
    assert len(list(fields_of(b"&".join([b"a=1"] * 100)))) == 100
    for text in (b"&".join([b"a=1"] * 101), b"&" * 1_000_000):
        with pytest.raises(RefusedError) as caught:
            fields_of(text)
        assert caught.value.status == 413


def test_a_name_that_is_there_twice_is_refused_where_one_is_wanted() -> None:
    fields = Fields([("query", "ASK {}"), ("query", "ASK {}"), ("format", "csv")])
    assert fields.one("format") == "csv"
    assert fields.one("limit") is None
    assert fields.all("query") == ["ASK {}", "ASK {}"]
    assert fields.names() == {"query", "format"}
    assert "query" in fields
    assert "limit" not in fields
    with pytest.raises(InputError, match="more than once"):
        fields.one("query")


@given(st.binary(max_size=60))
def test_any_bytes_are_fields_or_refused(text: bytes) -> None:
    try:
        fields = list(fields_of(text))
    except InputError:
        return
    assert all(isinstance(value, str) for pair in fields for value in pair)


def test_the_parts_of_a_form_are_read_with_their_media_types() -> None:
    first, second = parts_of(TWO_PARTS, FORM)
    assert first.content == b"<http://example.org/s> a <http://example.org/C> .\r\n"
    assert (first.name, first.file_name) == ("a.ttl", "b.ttl")
    assert first.media_type is not None
    assert (first.media_type.name, first.media_type.charset) == ("text/turtle", "utf-8")
    assert second == Part("c", "", None, b"--xy \xff")


BAD_FORMS = [
    (b"", "cut off"),
    (TWO_PARTS[:-8], "cut off"),
    (TWO_PARTS[:-5], "cut off"),
    (TWO_PARTS[:60], "cut off"),
    (b"no form", "no multipart form"),
    (TWO_PARTS.replace(b"xyz", b"abc"), "no multipart form"),
    (TWO_PARTS.replace(b"Content-Type:", b"Content Type:"), "no multipart form"),
    (TWO_PARTS.replace(b'"a.ttl"', b'"a.ttl'), "malformed Content-Disposition"),
    (TWO_PARTS.replace(b"text/turtle", b"text"), "no media type"),
    (TWO_PARTS.replace(b"name=c", b"name=c\r\nX: " + b"x" * 10_000), "no multipart form"),
    (TWO_PARTS.replace(b"name=c", b"name=c" + b"\r\nX: y" * 50), "no multipart form"),
]


@pytest.mark.parametrize(("body", "said"), BAD_FORMS)
def test_what_is_no_whole_form_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parts_of(body, FORM)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("multipart/form-data", "names no boundary"),
        ("multipart/form-data; boundary=" + "x" * 500, "no multipart form"),
    ],
)
def test_a_form_names_its_boundary(kind: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parts_of(TWO_PARTS, parse_media_type(kind))


def test_at_most_a_hundred_parts_are_read() -> None:
    part = b"--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n"
    assert len(parts_of(part * 100 + b"--xyz--\r\n", FORM)) == 100
    with pytest.raises(RefusedError) as caught:
        parts_of(part * 101 + b"--xyz--\r\n", FORM)
    assert caught.value.status == 413


def test_a_damaged_form_is_read_or_refused() -> None:
    picked = random.Random(8)  # noqa: S311
    refused = 0
    for _ in range(500):
        damaged = bytearray(TWO_PARTS)
        for _ in range(picked.randint(1, 4)):
            damaged[picked.randrange(len(damaged))] = picked.randrange(256)
        try:
            assert parts_of(bytes(damaged), FORM)
        except InputError:
            refused += 1
    assert refused > 100
