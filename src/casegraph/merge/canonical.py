"""Names blank nodes by what is said of them: RDF Dataset Canonicalization 1.0, as far as it ends in time."""

from __future__ import annotations

import hashlib
import multiprocessing
import re
from collections import Counter
from collections.abc import Iterable, Sequence

import pyoxigraph as ox

from casegraph.namespaces import BASE

__all__ = ["GENID", "TooSymmetricalError", "canonical"]

#: What the IRIs of former blank nodes begin with (RDF 1.1 Concepts, section 3.5).
GENID = f"{BASE}.well-known/genid/"
_SECONDS = 30
_BLANK = re.compile(r"_:(\w+)")


class TooSymmetricalError(Exception):
    """The blank nodes of a document cannot be told apart in time."""


def canonical(quads: Sequence[ox.Quad]) -> tuple[list[ox.Quad], str]:
    """Return quads, sorted, with IRIs in place of blank nodes, and 32 digits made of what they say.

    :raises TooSymmetricalError: if blank nodes are too much alike to be told apart in half a minute.

    >>> two = list(ox.parse(b"<urn:s> <urn:p> [], [ <urn:q> 1 ] .", format=ox.RdfFormat.TURTLE))
    >>> canonical(two)[1] == canonical(two[::-1])[1]
    True
    """
    if not any(isinstance(term, ox.BlankNode) for quad in quads for term in _nodes(quad)):
        said = {f"{each} .": each for each in quads}
        lines = sorted(said)
        return [said[line] for line in lines], _digest(lines)
    lines = _named(quads)
    digest = _digest(lines)
    text = _outside_literals("\n".join(lines), f"<{GENID}{digest}-")
    return list(ox.parse(text.encode(), format=ox.RdfFormat.N_QUADS)), digest


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()[:32]


def _nodes(quad: ox.Quad) -> tuple[object, object, object]:
    return quad.subject, quad.object, quad.graph_name


def _outside_literals(text: str, start: str) -> str:
    """Put IRIs in place of blank nodes, and leave what looks like one within a literal."""
    parts = re.split(r'("(?:[^"\\\n]|\\.)*")', text)
    return "".join(
        part if at % 2 else _BLANK.sub(lambda found: f"{start}{found[1]}>", part)
        for at, part in enumerate(parts)
    )


def _named(quads: Sequence[ox.Quad]) -> list[str]:
    """Return sorted N-Quads lines with canonical labels of blank nodes."""
    if not _look_alike(quads):
        return _canonical_lines(quads)
    text = "".join(f"{each} .\n" for each in quads)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    worker = context.Process(target=_send_canonical, args=(text, theirs), daemon=True)
    worker.start()
    theirs.close()
    try:
        if not ours.poll(_SECONDS):
            raise TooSymmetricalError(f"blank nodes that could not be told apart in {_SECONDS} seconds")
        found: list[str] = ours.recv()
    finally:
        worker.kill()
        worker.join()
    return found


def _send_canonical(text: str, to: object) -> None:
    lines = _canonical_lines(list(ox.parse(text.encode(), format=ox.RdfFormat.N_QUADS)))
    to.send(lines)  # type: ignore[attr-defined]  # the type of a connection differs by system


def _canonical_lines(quads: Iterable[ox.Quad]) -> list[str]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(f"{each} ." for each in dataset)


def _look_alike(quads: Sequence[ox.Quad]) -> bool:
    """Tell whether blank nodes that are linked to others look the same: only those can take long."""
    told: dict[str, list[str]] = {}
    linked: set[str] = set()
    for quad in quads:
        blanks = [str(each) for each in _nodes(quad) if isinstance(each, ox.BlankNode)]
        for me in blanks:
            line = " ".join(
                "_:me" if str(each) == me else _other(each) for each in (*_nodes(quad), quad.predicate)
            )
            told.setdefault(me, []).append(line)
            if len(set(blanks)) > 1:
                linked.add(me)
    seen = {me: hashlib.sha256("\n".join(sorted(lines)).encode()).digest() for me, lines in told.items()}
    alike = Counter(seen.values())
    return any(alike[seen[me]] > 1 for me in linked)


def _other(term: object) -> str:
    return "_:other" if isinstance(term, ox.BlankNode) else str(term)
