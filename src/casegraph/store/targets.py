"""Reads from the text of a SPARQL update which graphs it may write to."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from uuid import uuid4

import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.store.tokens import Token, iri_of, scan

__all__ = ["Targets", "joint", "targets"]

_OF_GRAPHS, _FROM_TO = frozenset({"CLEAR", "DROP", "CREATE"}), frozenset({"ADD", "COPY", "MOVE"})
_BEGINNINGS = frozenset({"LOAD", "WITH", "INSERT", "DELETE"}) | _OF_GRAPHS | _FROM_TO
_SEVERAL = frozenset({"ALL", "NAMED"})
#: To the engine, ``GRAPH:x`` where a graph is due may be a keyword and ``:x``.
_BEFORE_GRAPHS = ("GRAPH", "SILENT", "DEFAULT")
_BRACES = {"{": 1, "}": -1}
_END = Token("sign", "", 0)


@dataclass(slots=True)
class Targets:
    """What an update may write to.

    :param named: the graphs that it names, to write to.
    :param default: whether it may write to the default graph.
    :param others: whether it may write to graphs that neither its text names nor a variable of a template
        stands for; also if its text is not
        plain to read.
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
    last, begun = _END, False
    with suppress(InputError):  # of what is no SPARQL, which the engine tells of
        for last in scan(sparql):
            begun |= last.word in _BEGINNINGS
    return ";" if begun and last.text != ";" else ""


class _Reading:
    """One reading of an update, token by token; what is not just as expected may write to any graph."""

    def __init__(self, sparql: str) -> None:
        self.found = Targets()
        self._sparql = sparql
        self._tokens = scan(sparql)
        self._prefixes: dict[str, str] = {}
        self._has_with = False
        self._last = _END
        #: variables of the templates of an operation that stand for graphs
        self._variables: list[str] = []
        #: what of the text is to be replaced: from where, up to where, by what
        self._edits: list[tuple[int, int, str]] = []

    def read(self) -> None:
        try:
            while (token := self._next()) is not _END:
                self._operation(token)
        except InputError:  # it can be cut in two ways, or is no SPARQL
            self.found.others = True
        if self._edits:
            self.found.watched = _replaced(self._sparql, self._edits)

    def _operation(self, token: Token) -> None:
        word = token.word
        if word in _OF_GRAPHS:
            self._graph(self._after_silent())
        elif word in _FROM_TO:
            self._from_to(moves=word == "MOVE")
        elif word in ("INSERT", "DELETE"):
            self._change()
        elif word == "WHERE":
            self._where()
        elif not self._is_before(word) and token.text != ";":  # LOAD, or without a space, as CLEARALL
            self.found.others = True

    def _is_before(self, word: str) -> bool:
        """Read what stands before an operation or its pattern; tell whether it does."""
        if word == "PREFIX":
            self._prefix(self._next().text.removesuffix(":"), self._next())
        elif word == "WITH":
            self._has_with = True
            self._name(self._next())
        elif word in ("BASE", "VERSION", "USING"):
            if self._next().word == "NAMED":
                self._next()
        else:
            return False
        return True

    def _prefix(self, name: str, token: Token) -> None:
        self._prefixes.pop(name, None)
        if (iri := iri_of(token, {})) is not None and _is_plain(iri):
            self._prefixes[name] = iri

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
        self._template()
        if first.word == "WHERE":
            self.found.copies = True
            if self._variables:  # DELETE WHERE { ... }, which takes no filter
                pattern = self._sparql[token.start : self._last.end]
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
        self._expect(self._next().word == "TO")
        self._graph(self._next())

    def _graph(self, token: Token) -> None:
        """Take a graph as CLEAR and others name it."""
        if token.word == "GRAPH":
            self._name(self._next())
        elif token.word == "DEFAULT":
            self.found.default = True
        elif token.word in _SEVERAL:
            self.found.others = self.found.clears = True
            self.found.default |= token.word == "ALL"
        else:
            self._expect(not token.text.upper().startswith(_BEFORE_GRAPHS))
            self._name(token)

    def _template(self) -> None:
        """Read what is to be written: triples, and groups of them after GRAPH and a name.

        The engine needs no space before GRAPH, or after it; so no other brace may be overlooked.
        """
        depth = 1
        while depth and (token := self._next()) is not _END:
            if token.text in _BRACES:
                self._expect(depth > 1 or token.text == "}")
                depth += _BRACES[token.text]
            elif depth == 1:
                if token.word != "GRAPH" and token.text != ".":
                    self.found.default |= not self._has_with
                if token.word.endswith("GRAPH"):
                    self._name(self._next())
                    self._expect(self._next().text == "{")
                    depth += 1

    def _skip_group(self) -> int:
        """Go to the end of a group; return where it begins."""
        token = self._next()
        start, depth = token.start, 1
        while depth and (token := self._next()) is not _END:
            depth += _BRACES.get(token.text, 0)
        return start

    def _name(self, token: Token) -> None:
        if token.kind == "variable":
            self._variables.append(token.text)
            return
        name = iri_of(token, self._prefixes)
        if name is None or not _is_plain(name):
            self.found.others = True
        else:
            self.found.named.add(name)

    def _expect(self, is_met: bool) -> None:
        self.found.others |= not is_met

    def _after_silent(self) -> Token:
        token = self._next()
        return self._next() if token.word == "SILENT" else token

    def _next(self) -> Token:
        self._last = next(self._tokens, _END)
        return self._last


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
