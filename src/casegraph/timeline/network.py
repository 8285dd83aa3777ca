"""Differences between starts as a simple temporal network: shortest paths, and the smallest contradiction.

Each edge bounds the difference of two starts (Dechter, Meiri and Pearl, 1991). The shortest path between two
starts is their tightest bound; a negative cycle is a contradiction, and its edges are the statements that
clash.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Edge", "TimeStatement", "smallest_contradiction", "tightest"]

_Way = tuple[int, tuple["Edge", ...]]


@dataclass(frozen=True, slots=True)
class TimeStatement:
    """One thing that a case says about the order of its occasions.

    :param words: what it says, such as ``flare is after week-2``.
    :param where: the way to it from the case or group: keys and positions in lists.
    """

    words: str
    where: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """The target starts at most ``days`` after the source; ``said`` are the statements that say so."""

    source: str
    target: str
    days: int
    said: tuple[TimeStatement, ...]


def tightest(points: Iterable[str], edges: Iterable[Edge]) -> dict[str, dict[str, int]] | None:
    """Return the most days from each point to each other one that has a bound; None for a contradiction.

    >>> after, within = Edge("b", "a", 0, ()), Edge("a", "b", 7, ())
    >>> tightest("abc", [after, within])
    {'a': {'a': 0, 'b': 7}, 'b': {'b': 0, 'a': 0}, 'c': {'c': 0}}
    >>> tightest("ab", [after, within, Edge("b", "a", -8, ())]) is None
    True
    """
    most: dict[str, dict[str, int]] = {point: {point: 0} for point in points}
    for edge in edges:
        row = most.setdefault(edge.source, {edge.source: 0})
        row[edge.target] = min(edge.days, row.get(edge.target, edge.days))
        most.setdefault(edge.target, {edge.target: 0})
    for middle, out in most.items():
        if out[middle] < 0:
            return None
        for row in most.values():
            if row is not out and middle in row:
                first = row[middle]
                for target, second in out.items():
                    if target not in row or first + second < row[target]:
                        row[target] = first + second
    return None if any(row[point] < 0 for point, row in most.items()) else most


def smallest_contradiction(edges: Sequence[Edge]) -> tuple[TimeStatement, ...]:
    """Return as few statements as possible that cannot all be true, each followed by what it clashes with.

    Walks grow by one statement at a time until one leads back to its start in less than no days.

    :raises ValueError: if the edges do not contradict each other.
    """
    points = {point for edge in edges for point in (edge.source, edge.target)}
    starts = dict.fromkeys(edge.source for edge in edges if edge.days < 0)
    walks: list[dict[str, dict[str, _Way]]] = [{start: {start: (0, ())} for start in starts}]
    for count in range(1, 2 * len(points) + 1):
        grown: dict[str, dict[str, _Way]] = defaultdict(dict)
        for edge in edges:
            shorter = walks[count - len(edge.said)] if len(edge.said) <= count else {}
            reached = grown[edge.target]
            for start, (days, way) in shorter.get(edge.source, {}).items():
                total = days + edge.days
                if start == edge.target and total < 0:
                    return tuple(said for each in (*way, edge) for said in each.said)
                if start not in reached or total < reached[start][0]:
                    reached[start] = (total, (*way, edge))
        walks.append(grown)
    msg = "these statements do not contradict each other"
    raise ValueError(msg)
