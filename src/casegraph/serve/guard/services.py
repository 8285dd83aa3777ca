"""Finds what would make the engine call another server, however it is written, and refuses or diverts it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from casegraph.errors import InputError
from casegraph.store.tokens import Token, iri_of, place_of, scan

__all__ = ["Call", "Calls", "allowed_by", "calls_nobody", "with_addresses"]

_NAMES_A_GRAPH = frozenset(("GRAPH", "FROM", "NAMED", "USING", "WITH", "INTO", "TO", "ADD", "COPY", "MOVE"))
_NAMES_A_PREFIX = "PREFIX"
_ADDRESSES = frozenset(("iri", "name", "variable"))
_PORTS = {"http": 80, "https": 443}
_ALLOW = "start the server with --allow-service HOST"
_WINDOW = 4


@dataclass(frozen=True, slots=True)
class Call:
    """A SERVICE of a query: the token that tells its address, and the address."""

    token: Token
    address: str


@dataclass(slots=True)
class Calls:
    """Reads tokens, and refuses a SERVICE or LOAD that is not allowed or not plainly written.

    The engine takes a keyword wherever its grammar has one: ``trueSERVICE <x>`` and ``service:x {`` with
    a prefix ``:`` are calls to it, and even ``ex:SERVICE <x> {`` where *ex* is no prefix of that name. So
    words and names that hold the keyword are refused wherever they could be one.
    """

    text: str
    allowed: Collection[str]
    in_update: bool = False
    calls: list[Call] = field(default_factory=list)
    _window: deque[Token] = field(default_factory=lambda: deque(maxlen=_WINDOW))
    _depth: int = 0
    _due: bool = False
    _prefixes: dict[str, str] = field(default_factory=dict)

    def add(self, token: Token) -> None:
        """Take the next token.

        :raises InputError: if it makes a call that is not allowed.
        """
        self._window.append(token)
        if self._due:
            self._call(token)
        elif token.kind == "sign":
            if token.text == "{":
                self._depth += 1
                self._group()
            elif token.text == "}":
                self._depth -= 1
        elif token.kind == "iri":
            self._iri(token)
        elif token.kind == "word":
            self._word(token)
        elif token.kind == "name":
            self._name(token)

    def _word(self, token: Token) -> None:
        upper = token.text.upper()
        if "LOAD" in upper:
            raise self._error(
                "LOAD is not allowed: the server fetches nothing", token, "send the data by PUT /graphs"
            )
        if "SERVICE" not in upper:
            return
        if self.in_update:
            todo = "ask the other server first and send what it said by INSERT DATA"
            raise self._error("SERVICE is not allowed in an update", token, todo)
        if not self.allowed:
            raise self._error("SERVICE is not allowed: the server calls no other", token, _ALLOW)
        if upper != "SERVICE":
            raise self._error("SERVICE within a longer word", token, "write a space around SERVICE")
        self._due = True

    def _name(self, token: Token) -> None:
        """Refuse ``load:x`` where an operation of an update begins."""
        prefix = token.text.partition(":")[0].upper()
        if self._depth or "LOAD" not in prefix or not self.in_update:
            return
        before = self._before(1)
        if before is None or before.word not in (*_NAMES_A_GRAPH, "SILENT", _NAMES_A_PREFIX):
            raise self._error(
                "this can be read as LOAD", token, "send the data by PUT /graphs, or rename the prefix"
            )

    def _iri(self, token: Token) -> None:
        before = self._before(1)
        if before is None or before.kind != "name" or not before.text.endswith(":"):
            return
        keyword = self._before(2)
        if keyword is not None and keyword.word == _NAMES_A_PREFIX:
            self._prefixes[before.text[:-1]] = token.text[1:-1]

    def _group(self) -> None:
        """Look at what stands before a ``{``: the address of a SERVICE, or a name that holds the word."""
        address, word, earlier = self._before(1), self._before(2), self._before(3)
        if address is None:
            return
        if _holds(address) and address.kind == "name" and not _names_a_graph(word):
            raise self._unclear(address)
        if word is None or address.kind not in _ADDRESSES:
            return
        keyword = earlier if word.word == "SILENT" and earlier is not None else word
        if keyword.kind == "name" and _holds(keyword):
            raise self._unclear(keyword)

    def _call(self, token: Token) -> None:
        """Take what comes after SERVICE."""
        if token.word == "SILENT":
            return
        self._due = False
        if token.kind not in ("iri", "name"):
            raise self._error(
                "SERVICE without an address", token, "write the address of the service after it"
            )
        address = self._address(token)
        if not allowed_by(address, self.allowed):
            raise self._error(f"SERVICE {address[:80]} is not allowed", token, _ALLOW)
        self.calls.append(Call(token, address))

    def _address(self, token: Token) -> str:
        found = iri_of(token, self._prefixes) or ""
        if not found.lower().startswith(("http://", "https://")) or "\\" in found + token.text:
            raise self._error("SERVICE without a full address", token, "write <https://...>, without escapes")
        return found

    def _before(self, places: int) -> Token | None:
        return self._window[-1 - places] if len(self._window) > places else None

    def _unclear(self, token: Token) -> InputError:
        todo = "end the triple with a full stop, or give the prefix another name"
        return self._error(f"{token.text[:40]} before a group can be read as SERVICE", token, todo)

    def _error(self, what: str, token: Token, todo: str) -> InputError:
        return InputError(what, where=place_of(self.text, token.start), todo=todo)


def calls_nobody(text: str) -> bool:
    """Tell at a glance that a text calls no other server: it has not the letters, nor a way to hide them.

    >>> calls_nobody("ASK { }"), calls_nobody("ASK { ?service ?p ?o }")
    (True, False)
    """
    upper = text.upper()
    return "SERVICE" not in upper and "LOAD" not in upper and "\\" not in text


def allowed_by(address: str, allowed: Collection[str]) -> bool:
    """Tell whether an address is of a host that is allowed.

    A host stands for its https addresses, ``host:port`` for those at that port, ``http://host`` for plain
    http, which anyone between can read and change.

    >>> allowed_by("https://e.org/sparql", ["e.org"]), allowed_by("http://e.org/sparql", ["e.org"])
    (True, False)
    >>> allowed_by("https://e.org:99/", ["e.org"]), allowed_by("https://u@e.org/", ["e.org"])
    (False, False)
    """
    try:
        found = urlsplit(address)
        port = found.port or _PORTS.get(found.scheme, 0)
    except ValueError:
        return False
    if not found.hostname or "@" in found.netloc:
        return False
    return (found.scheme, found.hostname, port) in {_allowance(each) for each in allowed}


def _allowance(host: str) -> tuple[str, str, int]:
    """Return the scheme, host and port of one thing that is allowed."""
    found = urlsplit(host if "://" in host else f"https://{host}")
    return found.scheme, found.hostname or "", found.port or _PORTS.get(found.scheme, 0)


def with_addresses(query: str, allowed: Collection[str], address_of: Callable[[str], str]) -> str:
    """Return a query with other addresses in its SERVICE patterns.

    :param address_of: the address to put in place of one that is allowed.
    :raises InputError: if a service is not allowed.

    >>> with_addresses("ASK { SERVICE <https://e.org/s> { } }", ["e.org"], lambda _: "http://127.0.0.1:9/x/1")
    'ASK { SERVICE <http://127.0.0.1:9/x/1> { } }'
    """
    return "".join(_pieces(query, allowed, address_of))


def _pieces(query: str, allowed: Collection[str], address_of: Callable[[str], str]) -> Iterator[str]:
    calls = Calls(query, allowed)
    for token in scan(query):
        calls.add(token)
    done = 0
    for call in calls.calls:
        yield query[done : call.token.start]
        yield f"<{address_of(call.address)}>"
        done = call.token.end
    yield query[done:]


def _holds(token: Token) -> bool:
    return "SERVICE" in token.text.upper()


def _names_a_graph(token: Token | None) -> bool:
    return token is not None and token.word in _NAMES_A_GRAPH
