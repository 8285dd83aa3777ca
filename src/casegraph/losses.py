"""What does not go from one format to another: each thing that is left behind, where it stood and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import msgspec

__all__ = ["REASONS", "Loss", "by_weight", "said", "shortened", "summary_of", "to_json_lines"]

#: reason code -> what it means. A loss has one of these.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "no-place": "the other side has no place for it",
        "identifier": "it identifies a person and is left out; its value is not repeated here",
        "implied": "it says nothing beyond what is carried already",
        "duplicate": "the same is told twice and is carried once",
        "no-code": "it is told in words only, or by what is no identifier; nothing was guessed from it",
        "unmapped-code": "its code is none that a word of the other side's closed list is known for",
        "other-label": "the vocabulary calls the term otherwise; the term is carried, under its own name",
        "not-a-case": "it tells of something other than the patient: a sample, a file, a relative",
        "no-time": "the other side wants a date or an age, and none is known; none was invented",
        "not-exact": "the other side cannot say it as exactly; what is nearest is carried",
        "required-missing": "the other side cannot hold it without something that is not known",
        "entered-in-error": "the source itself says that it is wrong",
        "derived": "casegraph derived it; it follows again from what is carried",
    }
)
_LONGEST = 200
#: the number of a row of a table, or of a line of a file.
_POSITION = re.compile(r"^(row )\d+(?=, )|(\.[a-z]\w*:)\d+(?=/|$)", re.IGNORECASE)
#: A whole entry of a list, a whole resource, a whole row of CARE-SM.
_WHOLE = re.compile(r"(?:\*|/resource|/\*/[A-Z]\w*)$")
#: Reasons by which nothing is lost, or what was meant to be.
_QUIET = frozenset({"identifier", "implied", "duplicate", "derived"})


@dataclass(frozen=True, slots=True, order=True)
class Loss:
    """One thing that was left behind.

    :param record: which record: its identifier in the data set, or the IRI of a case.
    :param path: where it stands in what was read: a JSON pointer, a column, or the field of a claim.
    :param value: what stands there, shortened; empty for what identifies a person.
    :param reason: one of :data:`REASONS`.
    :param times: how many it tells of, such as of all cells of a column.
    """

    record: str
    path: str
    value: str
    reason: str
    times: int = field(default=1, compare=False)

    def __str__(self) -> str:
        said = f" {self.value}" if self.value else ""
        return f"{self.record} {self.path}{said}: {self.reason}, {REASONS[self.reason]}"


def shortened(value: object, longest: int | None = _LONGEST) -> str:
    """Return what a loss tells of a value: its text or JSON, at most 200 characters.

    >>> shortened({"id": "XY"})
    '{"id":"XY"}'
    """
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if longest is None or len(text) <= longest else f"{text[: longest - 1]}\u2026"


def said(claim: msgspec.Struct) -> dict[str, object]:
    """Return what a claim says, without its passage and the fields that it leaves as they are by default.

    >>> from casegraph.model import Finding
    >>> said(Finding(what="HP:0001945 Fever", at="visit", stated_in="record"))
    {'at': 'visit', 'what': 'HP:0001945 Fever'}
    """
    values = {each.name: (getattr(claim, each.name), each.default) for each in msgspec.structs.fields(claim)}
    return {name: own for name, (own, default) in values.items() if own != default and name != "stated_in"}


def summary_of(losses: Iterable[Loss]) -> Counter[tuple[str, str]]:
    """Return how many losses there are by path, without positions in lists, and reason.

    >>> summary_of([Loss("a", "/files/0", "x", "not-a-case"), Loss("a", "/files/1", "y", "not-a-case")])
    Counter({('/files/*', 'not-a-case'): 2})
    """
    counted: Counter[tuple[str, str]] = Counter()
    for each in losses:
        counted[_general(each.path), each.reason] += each.times
    return counted


def by_weight(losses: Mapping[tuple[str, str], int]) -> list[tuple[tuple[str, str], int]]:
    """Return a summary with what is lost whole first, what says nothing new last, and then by how often.

    >>> by_weight({("/id", "implied"): 9, ("/files/*/uri", "no-place"): 3, ("/files/*", "not-a-case"): 1})
    [(('/files/*', 'not-a-case'), 1), (('/files/*/uri', 'no-place'), 3), (('/id', 'implied'), 9)]
    """
    return sorted(
        losses.items(), key=lambda each: (each[0][1] in _QUIET, not _WHOLE.search(each[0][0]), -each[1])
    )


def to_json_lines(losses: Iterable[Loss]) -> Iterator[str]:
    """Yield each loss as one line of JSON."""
    for each in losses:
        told = {"record": each.record, "path": each.path, "value": each.value, "reason": each.reason}
        yield msgspec.json.encode(told).decode() + "\n"


def _general(path: str) -> str:
    steps = "/".join("*" if step.isdigit() else step for step in path.split("/"))
    return _POSITION.sub(r"\1\2*", steps)
