"""Names blank nodes by what is said of them: RDF Dataset Canonicalization 1.0, as far as it ends in time."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyoxigraph as ox

from casegraph.namespaces import BASE

__all__ = ["GENID", "TooSymmetricalError", "canonical", "canonical_lines", "digest_of", "name_blank_nodes"]

#: What the IRIs of former blank nodes begin with (RDF 1.1 Concepts, section 3.5).
GENID = f"{BASE}.well-known/genid/"
_SECONDS = 30
#: Steps that would take minutes, at the 10 million a second that were measured. The standard goes through all
#: nodes of a web, with a list of them, once for each node that looks alike.
_MOST_STEPS = 3_000_000_000


class TooSymmetricalError(Exception):
    """The blank nodes of a document cannot be told apart in time."""


def canonical(quads: Sequence[ox.Quad]) -> tuple[list[ox.Quad], str]:
    """Return quads, sorted, with IRIs in place of blank nodes, and 32 digits made of what they say.

    :raises TooSymmetricalError: if blank nodes are too much alike to be told apart in half a minute; at once
        where that can be foreseen, as for a chain of thousands of nodes of which nothing else is said.

    >>> two = list(ox.parse(b"<urn:s> <urn:p> [], [ <urn:q> 1 ] .", format=ox.RdfFormat.TURTLE))
    >>> canonical(two)[1] == canonical(two[::-1])[1]
    True
    """
    if not any(isinstance(term, ox.BlankNode) for quad in quads for term in _nodes(quad)):
        said = {f"{each} .": each for each in quads}
        lines = sorted(said)
        return [said[line] for line in lines], digest_of(lines)
    said = {f"{each} .": each for each in _labelled(quads)}
    lines = sorted(said)
    digest = digest_of(lines)
    return [_with_iris(said[line], f"{GENID}{digest}-") for line in lines], digest


def digest_of(lines: Iterable[str]) -> str:
    """Return 32 digits made of lines of N-Quads; of the canonical lines, those that name a document."""
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()[:32]


def canonical_lines(quads: Iterable[ox.Quad], digest: str) -> list[str]:
    """Return the canonical N-Quads, without line ends, of quads that :func:`canonical` gave IRIs.

    :param digest: what it gave beside them.

    >>> quads, digest = canonical(list(ox.parse(b"<urn:s> <urn:p> [] .", format=ox.RdfFormat.TURTLE)))
    >>> canonical_lines(quads, digest)
    ['<urn:s> <urn:p> _:c14n0 .']
    """
    start = f"{GENID}{digest}-"
    return sorted(f"{_with_blank_nodes(each, start)} ." for each in quads)


def _with_blank_nodes(quad: ox.Quad, start: str) -> ox.Quad:
    """Return a quad with blank nodes in place of the IRIs that :func:`_with_iris` gave."""
    subject, value, graph = quad.subject, quad.object, quad.graph_name
    if isinstance(subject, ox.NamedNode) and subject.value.startswith(start):
        subject = ox.BlankNode(subject.value.removeprefix(start))
    if isinstance(value, ox.NamedNode) and value.value.startswith(start):
        value = ox.BlankNode(value.value.removeprefix(start))
    if isinstance(graph, ox.NamedNode) and graph.value.startswith(start):
        graph = ox.BlankNode(graph.value.removeprefix(start))
    return ox.Quad(subject, quad.predicate, value, graph)


def _nodes(quad: ox.Quad) -> tuple[object, object, object]:
    return quad.subject, quad.object, quad.graph_name


def _with_iris(quad: ox.Quad, start: str) -> ox.Quad:
    """Return a quad with IRIs in place of blank nodes."""
    subject, value, graph = quad.subject, quad.object, quad.graph_name
    if isinstance(subject, ox.BlankNode):
        subject = ox.NamedNode(f"{start}{subject.value}")
    if isinstance(value, ox.BlankNode):
        value = ox.NamedNode(f"{start}{value.value}")
    if isinstance(graph, ox.BlankNode):
        graph = ox.NamedNode(f"{start}{graph.value}")
    return ox.Quad(subject, quad.predicate, value, graph)


def _labelled(quads: Sequence[ox.Quad]) -> Iterable[ox.Quad]:
    """Return quads with canonical labels of blank nodes."""
    webs = _webs_of_alike(quads)
    if not webs:
        return _canonical(quads)
    if hopeless := [len(web) for web in webs if min(Counter(web).values()) * len(web) ** 2 > _MOST_STEPS]:
        raise TooSymmetricalError(
            f"{max(hopeless):,} blank nodes that are linked to each other and look alike"
        )
    text = "".join(f"{each} .\n" for each in quads)
    try:
        done = subprocess.run(  # noqa: S603  # this interpreter, and nothing of the document in the call
            (sys.executable, "-P", "-c", _code(), str(Path(__file__).parents[2])),
            input=text.encode(),
            stdout=subprocess.PIPE,
            timeout=_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        told = f"blank nodes that could not be told apart in {_SECONDS} seconds"
        raise TooSymmetricalError(told) from error
    except subprocess.CalledProcessError as error:
        told = f"blank nodes that could not be told apart: what does that ended with {error.returncode}"
        raise TooSymmetricalError(told) from error
    return ox.parse(done.stdout, format=ox.RdfFormat.N_QUADS)


def _code() -> str:
    """Return what the process runs.

    Python is started with ``-P``, which keeps it from looking for modules in the working folder: a file
    beside a document must not be run. The folder that casegraph is in comes last, for a Python that finds
    casegraph by the working folder alone.
    """
    return f"import sys; sys.path.append(sys.argv[1]); import {__name__} as here; here.name_blank_nodes()"


def name_blank_nodes() -> None:
    """Read N-Quads from the standard input and write them with canonical labels, as a process of its own."""
    quads = ox.parse(sys.stdin.buffer, format=ox.RdfFormat.N_QUADS)
    sys.stdout.buffer.write("".join(f"{each} .\n" for each in _canonical(quads)).encode())


def _canonical(quads: Iterable[ox.Quad]) -> ox.Dataset:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def _webs_of_alike(quads: Sequence[ox.Quad]) -> list[list[bytes]]:
    """Return the webs of blank nodes that others look like, where they are linked: only those can take long.

    Each web is what its nodes look like, by a hash for each node; one that is linked to none such is a web by
    itself.
    """
    told: dict[str, list[str]] = {}
    beside: dict[str, set[str]] = {}
    for quad in quads:
        blanks = {str(each) for each in _nodes(quad) if isinstance(each, ox.BlankNode)}
        for me in blanks:
            line = " ".join(
                "_:me" if str(each) == me else _other(each) for each in (*_nodes(quad), quad.predicate)
            )
            told.setdefault(me, []).append(line)
            if len(blanks) > 1:
                beside.setdefault(me, set()).update(blanks - {me})
    seen = {me: hashlib.sha256("\n".join(sorted(lines)).encode()).digest() for me, lines in told.items()}
    alike = Counter(seen.values())
    left = {me for me in beside if alike[seen[me]] > 1}
    webs: list[list[bytes]] = []
    while left:
        webs.append([seen[me] for me in _web(left, beside)])
    return webs


def _web(left: set[str], beside: Mapping[str, set[str]]) -> Iterator[str]:
    """Take a node and all that it is linked to, also by way of others, out of those that are left."""
    waiting = [left.pop()]
    while waiting:
        me = waiting.pop()
        yield me
        found = beside[me] & left
        left -= found
        waiting += found


def _other(term: object) -> str:
    return "_:other" if isinstance(term, ox.BlankNode) else str(term)
