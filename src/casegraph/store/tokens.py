r"""Cuts SPARQL into tokens just where Oxigraph cuts it, or refuses the text.

Oxigraph's parser has no tokens: it takes from each place what its grammar allows there. To it,
``SERVICESILENT<x>`` is a SERVICE, ``?a<?b)...#>`` is a comparison within brackets and an IRI elsewhere, and
a long string with a bad escape is an empty string before a short one. Whoever looks for SERVICE, or for
the graphs of an update, must not be led to read a comment where the parser reads a pattern. So each
token here ends where one of the parser's ends, and a text that can be cut in two ways is refused, with the
place and a plain way to write it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, get_args

from casegraph.errors import InputError

__all__ = ["Kind", "Token", "iri_of", "place_of", "scan"]

Kind = Literal["word", "name", "iri", "string", "variable", "blank", "language", "number", "sign"]

_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_MORE = "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_CHARACTER = f"[{_BASE}_{_MORE}-]"
_LOCAL_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL = (
    rf"(?:[{_BASE}_:0-9]|{_LOCAL_ESCAPE})"
    rf"(?:[{_BASE}_:{_MORE}-]++|{_LOCAL_ESCAPE})*+(?:\.++(?:[{_BASE}_:{_MORE}-]++|{_LOCAL_ESCAPE})++)*+"
)
_ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_TOKEN = re.compile(
    rf"""(?P<gap>(?:[ \t\r\n]++|\#[^\r\n]*+)*+)(?:(?P<variable>[?$][{_BASE}_0-9][{_BASE}_{_MORE}]*+)
    | (?P<word>[{_BASE}]{_CHARACTER}*+(?:\.++{_CHARACTER}++)*+)(?P<prefixed>:(?:{_LOCAL})?+)?+
    | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]++|{_ESCAPE})*+>)
    | (?P<string>\"\"\"(?:[^"\\]++|\\.|"{{1,2}}(?!"))*+\"\"\" | '''(?:[^'\\]++|\\.|'{{1,2}}(?!'))*+'''
        | "(?!"")(?:[^"\\\r\n]++|\\.)*+" | '(?!'')(?:[^'\\\r\n]++|\\.)*+')
    | (?P<number>[0-9]++\.[eE][+-]?[0-9]++|(?:[0-9]++(?:\.[0-9]++)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+)
    | (?P<name>:(?:{_LOCAL})?+)
    | (?P<blank>_:[{_BASE}_0-9]{_CHARACTER}*+(?:\.++{_CHARACTER}++)*+)
    | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?+)
    | (?P<sign><<\(|\)>>|<<|>>|\{{\||\|\}}|\|\||&&|\^\^|<=|>=|!=|[][(){{}}.;,*/|^!?+=<>~-])
    | (?P<nothing>))""",
    re.VERBOSE | re.DOTALL,
)
_STRING_ESCAPE = re.compile(
    r"\\(?:[tbnrf\"'\\]|u(?P<u>[0-9A-Fa-f]{4})|U(?P<U>[0-9A-Fa-f]{8})|(?P<bad>.))", re.S
)
_IRI_ESCAPE = re.compile(r"\\[uU](?P<code>[0-9A-Fa-f]+)")
_ESCAPED_LINE_END = re.compile(r"\\(?:u000|U0000000)[aAdD]")
_KINDS: dict[str, Kind] = {"prefixed": "name", **{kind: kind for kind in get_args(Kind)}}
_TO_LOOK_AT = frozenset(("sign", "iri", "string"))
_CLOSED_BY = {"(": ")", "{": "}", "[": "]", "<<": ">>", "<<(": ")>>", "{|": "|}"}
_CLOSING = frozenset(_CLOSED_BY.values())
#: No expression can go on with ``//``, so that this is an IRI wherever it stands.
_PLAINLY_AN_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
_LAST_CODE_POINT = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_NOT_IN_IRIS = frozenset('<>"{}|^`\\')


class Token(NamedTuple):
    """A piece of a query: its kind, its text and where it starts, in characters from the beginning."""

    kind: Kind
    text: str
    start: int

    @property
    def word(self) -> str:
        """Its text in capitals, if it is a word."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def end(self) -> int:
        """Where the next piece may start."""
        return self.start + len(self.text)


def place_of(text: str, start: int) -> str:
    r"""Return ``query:line:column`` of a character, both counted from one.

    >>> place_of("ASK {\n  ?s ?p", 8)
    'query:2:3'
    """
    ends = [found.end() for found in re.finditer("\n", text[:start])]
    line = bisect_right(ends, start)
    return f"query:{line + 1}:{start - (ends[-1] if ends else 0) + 1}"


def scan(text: str) -> Iterator[Token]:
    """Cut a query or an update into its tokens, without white space and comments.

    :raises InputError: where a character can start no token, a string is not closed or has an escape that
        does not exist, a bracket has no partner, or the text can be read in two ways.

    >>> [(token.kind, token.text) for token in scan("ASK { ?s a:b 'x' } # SERVICE")]  # doctest: +ELLIPSIS
    [('word', 'ASK'), ('sign', '{'), ('variable', '?s'), ('name', 'a:b'), ('string', "'x'"), ('sign', '}')]
    """
    return _Scanner(text).tokens()


def iri_of(token: Token, prefixes: Mapping[str, str]) -> str | None:
    r"""Return the IRI that an IRI or a name stands for; None if it is another token, or has no such prefix.

    What stands between ``<`` and ``>`` is left as it is, be it relative or with escapes.

    >>> iri_of(Token("name", r"a:b\-c", 0), {"a": "urn:x:"})
    'urn:x:b-c'
    """
    if token.kind == "iri":
        return token.text[1:-1]
    prefix, _, local = token.text.partition(":")
    if token.kind != "name" or prefix not in prefixes:
        return None
    return prefixes[prefix] + local.replace("\\", "")


class _Scanner:
    """One pass over a text: the place, the brackets that are open, and whether an operand came last."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.opened: list[tuple[str, int]] = []
        self.after_operand = False

    def tokens(self) -> Iterator[Token]:
        """Yield the tokens."""
        text, match, position, start = self.text, _TOKEN.match, 0, 0
        has_escapes = "\\" in text
        while (found := match(text, position)) is not None:
            kind, start, position = found.lastgroup or "", found.end(1), found.end()
            if has_escapes and (escape := _ESCAPED_LINE_END.search(found[1])):
                where = found.start() + escape.start()
                raise self._error("an escaped line end in a comment", where, "a comment without it")
            if kind == "nothing":
                break
            token = Token(_KINDS[kind], text[start:position], start)
            if kind in _TO_LOOK_AT:
                token = self._looked_at(token)
                position = token.end
            self.after_operand = token.kind != "sign" or token.text in _CLOSING
            yield token
        if start < len(text):
            raise self._no_token(start)
        if self.opened:
            bracket, start = self.opened[-1]
            raise self._error(f"{bracket} is not closed", start, f"a {_CLOSED_BY[bracket]}")

    def _looked_at(self, token: Token) -> Token:
        """Return a sign, IRI or string, checked, or the ``<`` that stands at its place."""
        kind, text, start = token
        if kind == "string":
            self._check_string(text, start)
        elif (kind == "iri" or text == "<<") and self._compares(text, start):
            return Token("sign", "<", start)
        elif kind == "iri":
            self._check_iri(text, start)
        else:
            self._bracket(text, start)
        return token

    def _compares(self, text: str, start: int) -> bool:
        """Decide between *less than*, and an IRI or an opening ``<<``."""
        if not (self.after_operand and self.opened and self.opened[-1][0] == "("):
            return False
        inner = _TOKEN.match(self.text, start + 1) if text == "<<" else None
        if text == "<<" and (inner is None or inner.lastgroup != "iri"):
            return False
        iri = text if inner is None else inner[0]
        is_plain = _PLAINLY_AN_IRI.match(iri) is not None
        if not is_plain and ("#" in iri or "'" in iri or "\\" in iri):
            raise self._error(
                f"{iri[:40]} can be read as an IRI and as 'less than'",
                start,
                todo="write a space after a < that compares; write an IRI with its scheme and //",
            )
        return text == "<<" or not is_plain

    def _check_iri(self, text: str, start: int) -> None:
        for escape in _IRI_ESCAPE.finditer(text) if "\\" in text else ():
            code = int(escape["code"], 16)
            if (
                code > _LAST_CODE_POINT
                or code in _SURROGATES
                or code <= ord(" ")
                or chr(code) in _NOT_IN_IRIS
            ):
                raise self._error(
                    f"{escape[0]} in an IRI", start + escape.start(), "a character that an IRI may hold"
                )

    def _bracket(self, text: str, start: int) -> None:
        if text in _CLOSED_BY:
            self.opened.append((text, start))
        elif text in _CLOSING:
            bracket = self.opened.pop()[0] if self.opened else ""
            if _CLOSED_BY.get(bracket) != text:
                expected = f"a {_CLOSED_BY[bracket]}" if bracket else ""
                raise self._error(f"{text} closes no bracket", start, expected)

    def _check_string(self, text: str, start: int) -> None:
        r"""Refuse escapes that do not exist, and those that would end the string if they were decoded first.

        The standard decodes ``\u0022`` before it looks for strings, Oxigraph after it.
        """
        if "\\" not in text:
            return
        long = text[:3] in ('"""', "'''")
        dangerous = {text[0], "\\"} | (set() if long else {"\n", "\r"})
        for escape in _STRING_ESCAPE.finditer(text):
            code = int(escape["u"] or escape["U"] or "20", 16)
            if escape["bad"] or code > _LAST_CODE_POINT or code in _SURROGATES:
                raise self._error(
                    f"no such escape: {escape[0]}", start + escape.start(), r"\t \n \r \" \' \\ or \u"
                )
            if chr(code) in dangerous:
                short = {"\n": r"\n", "\r": r"\r"}.get(chr(code), "\\" + chr(code))
                raise self._error(
                    f"{escape[0]} ends the string in one reading of SPARQL", start + escape.start(), short
                )

    def _no_token(self, position: int) -> InputError:
        character = self.text[position]
        if character in "\"'":
            return self._error(
                "a string that is not closed", position, "a second quote; a line end needs three"
            )
        if character == "\\":
            todo = r"write it plainly: \u is for strings and IRIs only"
            return self._error("an escape outside of strings and IRIs", position, todo=todo)
        return self._error(f"the character {character!r}, which starts nothing in SPARQL", position)

    def _error(self, what: str, start: int, expected: str = "", todo: str = "") -> InputError:
        return InputError(
            f"not SPARQL: {what}", where=place_of(self.text, start), expected=expected, todo=todo
        )
