"""Reads from the text of a SPARQL update which graphs it may write to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import uuid4

import pyoxigraph as ox

__all__ = ["Targets", "joint", "targets"]

_LOCAL = r":(?:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\.)*(?:[\w:-]|%[0-9A-Fa-f]{2}|\\.))?"
#: Each text is read once, also one that is no update: a string that does not end goes up to the end.
_TOKEN = re.compile(
    rf"""(?P<iri><[^<>"{{}}|^`\\\s]*>)
    | (?P<text>"{{3}}(?:[^\\]|\\.)*?(?:"{{3}}|\\?\Z) | '{{3}}(?:[^\\]|\\.)*?(?:'{{3}}|\\?\Z)
        | "(?:[^"\\\n]|\\.)*"? | '(?:[^'\\\n]|\\.)*'?)
    | (?P<comment>\#[^\n\r]*)
    | (?P<variable>[?$]\w+)
    | (?P<prefixed>(?>[^\W\d_][\w.-]*){_LOCAL} | {_LOCAL})
    | (?P<words>(?>[^\W\d_][\w.-]*))
    | (?P<word>\w+)
    | (?P<sign>[^\s\w])""",
    re.DOTALL | re.VERBOSE,
)
_PARTS = re.compile(r"(?P<word>\w+)|(?P<sign>[.-])")
#: What may stand right after a name, so that no letter of it was overlooked.
_ENDS = frozenset((*" \t\r\n{};#", ""))
_OF_GRAPHS, _FROM_TO = frozenset({"CLEAR", "DROP", "CREATE"}), frozenset({"ADD", "COPY", "MOVE"})
_BEGINNINGS = frozenset({"LOAD", "WITH", "INSERT", "DELETE"}) | _OF_GRAPHS | _FROM_TO
_SEVERAL = frozenset({"ALL", "NAMED"})


@dataclass(slots=True)
class Targets:
    """What an update may write to.

    :param named: the graphs that it names, to write to.
    :param default: whether it may write to the default graph.
    :param others: whether it may write to graphs that neither its text names nor a variable of a template
        stands for; also if that cannot be read.
    :param watched: where variables stand for graphs to write to: the update with each of their values given
        to the function *show*, which must return true. Else it is empty.
    :param show: the name of that function: another one each time, so that no update can know of it.
    :param clears: whether it clears or drops all graphs, so the ledger too.
    :param copies: whether what it writes may come out of the store, and not of its text alone.
    """

    named: set[str] = field(default_factory=set)
    default: bool = False
    others: bool = False
    clears: bool = False
    copies: bool = False
    watched: str = ""
    show: str = field(default_factory=lambda: f"urn:uuid:{uuid4()}")


def targets(sparql: str) -> Targets:
    """Return what an update may write to.

    :param sparql: an update that parses; of another text nothing is known.

    >>> text = "PREFIX e: <urn:e:> DELETE { GRAPH e:g { ?s ?p ?o } } WHERE { GRAPH ?x { ?s ?p ?o } }"
    >>> found = targets(text)
    >>> found.named, found.default, found.others
    ({'urn:e:g'}, False, False)
    >>> targets("DROP NAMED").others
    True
    >>> found = targets("INSERT { GRAPH ?g { <urn:s> ?p 1 } } WHERE { ?g ?p 2 }")
    >>> found.watched.replace(found.show, "SHOW")
    'INSERT { GRAPH ?g { <urn:s> ?p 1 } } WHERE { { ?g ?p 2 } FILTER(<SHOW>(COALESCE(?g, 0))) }'
    """
    reading = _Reading(sparql)
    reading.read()
    return reading.found


def joint(sparql: str) -> str:
    """Return what must stand between an update and another operation after it: a semicolon, or nothing.

    >>> joint("CLEAR DEFAULT"), joint("CLEAR DEFAULT; # all"), joint("PREFIX e: <urn:e:>")
    (';', '', '')
    """
    last, begun = "", False
    for token in _tokens(sparql):
        begun |= token.word in _BEGINNINGS
        last = token.text
    return ";" if begun and last != ";" else ""


class _Token(NamedTuple):
    kind: str
    text: str
    end: int

    @property
    def start(self) -> int:
        return self.end - len(self.text)

    @property
    def word(self) -> str:
        return self.text.upper() if self.kind == "word" else ""


_END = _Token("end", "", 0)


class _Reading:
    """One reading of an update, token by token."""

    def __init__(self, sparql: str) -> None:
        self.found = Targets()
        self._sparql = sparql
        self._tokens = _tokens(sparql)
        self._prefixes: dict[str, str | None] = {}
        self._has_with = False
        self._last = _END
        #: variables of the templates of an operation that stand for graphs
        self._variables: list[str] = []
        #: what of the text is to be replaced: from where, up to where, by what
        self._edits: list[tuple[int, int, str]] = []

    def read(self) -> None:
        while (token := self._next()) is not _END:
            self._operation(token)
        if self._edits:
            self.found.watched = _replaced(self._sparql, self._edits)

    def _operation(self, token: _Token) -> None:
        word = token.word
        if word == "PREFIX":
            name = self._next().text
            self._prefixes[name.removesuffix(":")] = self._iri(self._next())
        elif word in _OF_GRAPHS:
            self._graph(self._after_silent())
        elif word in _FROM_TO:
            self._from_to(moves=word == "MOVE")
        elif word == "WITH":
            self._has_with = True
            self._name(self._next())
        elif word in ("INSERT", "DELETE"):
            self._change()
        elif word == "WHERE":
            self._where()
        elif word == "LOAD":
            self.found.others = True

    def _where(self) -> None:
        self.found.copies, self._has_with = True, False
        start = self._skip_group()
        if self._variables:
            self._edits.append((start, start, "{ "))
            self._edits.append((self._last.end, self._last.end, f"{self._shown()} }}"))

    def _change(self) -> None:
        first = token = self._next()
        if first.word in ("DATA", "WHERE"):
            token = self._next()
        start = token.start
        if token.text == "{":
            self._template()
        if first.word == "WHERE":
            self.found.copies = True
            if self._variables:  # DELETE WHERE { ... }, which takes no filter
                pattern = self._sparql[start : self._last.end]
                self._edits.append((first.start, first.end, ""))
                where = f" WHERE {{ {pattern}{self._shown()} }}"
                self._edits.append((self._last.end, self._last.end, where))

    def _shown(self) -> str:
        """Return filters that show what variables stand for, and forget the variables."""
        names, self._variables = dict.fromkeys(self._variables), []
        return "".join(f" FILTER(<{self.found.show}>(COALESCE({name}, 0)))" for name in names)

    def _from_to(self, *, moves: bool) -> None:
        self.found.copies = True
        source = self._after_silent()
        if source.word == "GRAPH":
            source = self._next()
        if moves:
            self._graph(source)
        self._next()  # TO
        self._graph(self._next())

    def _graph(self, token: _Token) -> None:
        """Take a graph as CLEAR and others name it."""
        if token.word == "GRAPH":
            self._name(self._next())
        elif token.word == "DEFAULT":
            self.found.default = True
        elif token.word in _SEVERAL:
            self.found.others = self.found.clears = True
            self.found.default |= token.word == "ALL"
        else:
            self._name(token)

    def _template(self) -> None:
        """Read what is to be written, after its first brace."""
        depth = 1
        while depth and (token := self._next()) is not _END:
            if depth == 1 and token.word == "GRAPH":
                self._name(self._next())
            elif token.text == "{" and token.kind == "sign":
                depth += 1
            elif token.text == "}" and token.kind == "sign":
                depth -= 1
            elif depth == 1 and token.text != ".":
                self.found.default |= not self._has_with

    def _skip_group(self) -> int:
        """Go to the end of a group; return where it begins."""
        token = self._next()
        start, depth = token.start, 1
        while depth and (token := self._next()) is not _END:
            if token.kind == "sign":
                depth += {"{": 1, "}": -1}.get(token.text, 0)
        return start

    def _name(self, token: _Token) -> None:
        if token.kind == "variable":
            self._variables.append(token.text)
            return
        name = self._iri(token)
        if name is None:
            self.found.others = True
        else:
            self.found.named.add(name)

    def _iri(self, token: _Token) -> str | None:
        """Return the IRI of a name; None if it is a variable, relative, or may be read in two ways."""
        if self._sparql[token.end : token.end + 1] not in _ENDS and token.kind != "iri":
            return None
        if token.kind == "iri":
            name = token.text[1:-1]
        elif token.kind == "prefixed":
            prefix, _, local = token.text.partition(":")
            space = self._prefixes.get(prefix)
            name = "" if space is None else space + re.sub(r"\\(.)", r"\1", local)
        else:
            return None
        return name if _is_plain(name) else None

    def _after_silent(self) -> _Token:
        token = self._next()
        return self._next() if token.word == "SILENT" else token

    def _next(self) -> _Token:
        self._last = next(self._tokens, _END)
        return self._last


def _tokens(sparql: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(sparql):
        if found.lastgroup == "words":  # such as true.GRAPH, where no prefix is meant
            for part in _PARTS.finditer(found[0]):
                yield _Token(part.lastgroup or "", part[0], found.start() + part.end())
        elif found.lastgroup != "comment":
            yield _Token(found.lastgroup or "", found[0], found.end())


def _replaced(text: str, edits: list[tuple[int, int, str]]) -> str:
    pieces, at = [], 0
    for start, end, new in edits:
        pieces += [text[at:start], new]
        at = end
    return "".join((*pieces, text[at:]))


def _is_plain(name: str) -> bool:
    """Tell whether an IRI is absolute, and the same whatever the base is."""
    if "/." in name:
        return False
    try:
        ox.NamedNode(name)
    except ValueError:
        return False
    return True
