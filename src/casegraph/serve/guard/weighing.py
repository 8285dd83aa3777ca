"""Weighs how deep a query makes a recursive parser and optimizer go, before one is asked to read it.

Measured on pyoxigraph 0.5.13 with a stack of 8 MB: it dies of 2,240 nested ``{``, of 832 nested function
calls, of 864 nested EXISTS, and of chains as well, which are trees to it: 9,472 ``||``, 6,912 ``+``, 6,656
UNIONs, 2,688 BINDs, MINUSes or things to DESCRIBE. Each is given a weight by which it is fatal at 20,000 or
later; with nesting up to 500 the sum may be 5,000, so that there is a factor of four in hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from casegraph.store.tokens import Token

__all__ = ["BRACKET", "Weight", "heaviest_possible"]

#: What a bracket weighs; a limit of nesting is a limit of so many brackets within each other.
BRACKET = 10
_CALL = 25
_EXISTS = 25
_OPERATOR = 3
_PATTERN = 8
_STEP = 5
_OPENING = frozenset(("(", "{", "[", "<<", "<<(", "{|"))
_CLOSING = frozenset((")", "}", "]", ">>", ")>>", "|}"))
_IN_BRACKETS = frozenset(("!", "+", "-", "*", "/", "|", "^", "||", "&&"))
_IN_PATTERNS = frozenset(("!", "/", "|", "^"))
#: Words that put a step upon all that is done before; two words need no space between them.
_STEPS = re.compile("FILTER|DISTINCT|REDUCED|ORDER|GROUP|HAVING|LIMIT|OFFSET")
#: Those that brackets follow, each of which is a step.
_LISTING = frozenset(("ORDER", "GROUP", "HAVING"))
_ENDS_A_CHAIN = frozenset((",", ";", "."))


def heaviest_possible(text: str) -> int:
    """Return at a glance what a query cannot weigh more than, if all in it were put one upon the other.

    >>> heaviest_possible("ASK { ?s ?p ?o }")
    46
    """
    upper = text.upper()
    brackets = sum(map(text.count, "({[<"))
    signs = sum(map(text.count, "!+-*/|^&"))
    steps = len(_STEPS.findall(upper))
    described = len(text) if "DESCRIBE" in upper else 0
    patterns = upper.count("AS") + brackets + described
    return _EXISTS * brackets + _OPERATOR * signs + _STEP * (steps + brackets) + _PATTERN * patterns


@dataclass(slots=True)
class _Level:
    """What is between a bracket and its partner.

    :param above: the weight of everything around, to here.
    :param own: the weight of the bracket.
    :param flat: whether this is data, whose parts are a list and no tree.
    :param groups: whether a group has been closed in it: each after the first is put upon those before.
    :param lists: whether GROUP BY, HAVING or ORDER BY has begun in it, so that what is in brackets is a step.
    :param parts: the weight of these and of the filters.
    :param chain: the weight of the operators since the last comma.
    :param inner: the heaviest of what is nested since then.
    :param longest: the heaviest of both together, up to the last comma.
    """

    sign: str
    above: int
    own: int
    flat: bool = False
    groups: bool = False
    lists: bool = False
    parts: int = 0
    chain: int = 0
    longest: int = 0
    inner: int = 0

    @property
    def to_here(self) -> int:
        return self.above + self.own + self.parts + self.chain

    @property
    def whole(self) -> int:
        return self.own + self.parts + self.highest

    @property
    def highest(self) -> int:
        return max(self.longest, self.chain + self.inner)


class Weight:
    """The weight of a query, token by token.

    >>> from casegraph.store.tokens import scan
    >>> weight = Weight()
    >>> max(weight.add(token) for token in scan("ASK { ?s ?p ?o FILTER((?o + 1) = 2 || ?o = 3) }"))
    56
    """

    def __init__(self) -> None:
        self._levels = [_Level("", 0, 0)]
        self._last = Token("sign", "", 0)
        self._describes = False

    def add(self, token: Token) -> int:
        """Take the next token, and return the weight of what is known to be one upon the other by now."""
        level = self._levels[-1]
        if token.kind == "sign":
            heaviest = self._sign(token.text, level)
        elif token.kind == "word":
            heaviest = self._word(token.text, level)
        else:
            heaviest = self._term(token, level)
        self._last = token
        return heaviest

    def _sign(self, sign: str, level: _Level) -> int:
        if sign in _OPENING:
            self._open(sign, level)
        elif sign in _CLOSING:
            return self._close(level)
        elif sign in _ENDS_A_CHAIN:
            level.longest, level.chain, level.inner = level.highest, 0, 0
            if sign == ";" and not level.sign:
                level.parts, level.groups = 0, False
        elif sign in (_IN_BRACKETS if level.sign == "(" else _IN_PATTERNS):
            level.chain += _OPERATOR
        return self._levels[-1].to_here

    def _word(self, text: str, level: _Level) -> int:
        if level.sign == "(":
            self._glued(text, level)
        else:
            steps = _STEPS.findall(text.upper())
            level.parts += _STEP * len(steps)
            level.lists = level.lists or not _LISTING.isdisjoint(steps)
            self._describes |= "DESCRIBE" in text.upper()
        return level.to_here

    def _term(self, token: Token, level: _Level) -> int:
        if token.kind == "name":
            if level.sign == "(":
                self._glued(token.text, level)
            elif token.text.upper().endswith("FILTER"):
                level.parts += _STEP
        if self._describes and not level.sign and token.kind in ("iri", "name", "variable"):
            level.parts += _PATTERN
        return level.to_here

    def _glued(self, text: str, level: _Level) -> None:
        """Weigh the operators and the AS that a word or name in brackets may be made of."""
        level.chain += _OPERATOR * text.count("-")
        if text.upper().endswith("AS"):
            self._levels[-2].parts += _PATTERN

    def _open(self, sign: str, level: _Level) -> None:
        own, before = BRACKET, self._last
        if sign == "{" and before.text.upper().endswith("EXISTS"):
            own = _EXISTS
        elif sign == "(" and before.kind == "word":
            own = _CALL
        flat = level.flat or (sign == "{" and before.text.upper().endswith("DATA"))
        self._levels.append(_Level(sign, level.to_here, own, flat))

    def _close(self, level: _Level) -> int:
        if len(self._levels) == 1:
            return level.whole
        self._levels.pop()
        around = self._levels[-1]
        around.inner = max(around.inner, level.whole)
        if level.sign == "{" and not around.flat:
            around.parts += _PATTERN if around.groups else 0
            around.groups = True
        elif level.sign == "(" and around.lists:
            around.parts += _PATTERN
        return around.above + around.whole
