"""Writes a proposed mapping as YAML: what is doubtful behind ``#``, to be confirmed by taking it away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import yaml

__all__ = ["Entry", "flow", "written"]

#: the parts of a mapping in the order in which they are written, and how their entries stand.
_ONE = ("sex", "age", "birth", "doi", "pmid")
_LISTS = ("findings", "diagnoses", "tests", "treatments", "identifiers", "ignored")
_PLAIN = re.compile(r"[A-Za-z][\w ()/+.-]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """A proposed entry.

    :param part: the part of the mapping it belongs to.
    :param text: the entry in one line.
    :param note: what to say of it.
    :param certain: whether it is written as an entry, not as a comment.
    :param key: its name, in a part whose entries have names.
    :param codes: cell -> term; the entry then has a line for each.
    :param near: cell -> the term that it is like, or empty: to be confirmed or filled in.
    """

    part: str
    text: str
    note: str = ""
    certain: bool = True
    key: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    near: Mapping[str, str] = field(default_factory=dict)


def flow(value: object) -> str:
    """Return a value in one line of YAML.

    >>> flow({"column": "CK", "present": ["1", "yes"], "unit": "U/L"})
    "{column: CK, present: ['1', 'yes'], unit: U/L}"
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(key)}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    text = str(value)
    if _PLAIN.fullmatch(text) and text == text.strip() and yaml.safe_load(text) == text:
        return text
    return f"'{text}'" if text.isprintable() and "'" not in text else json.dumps(text)


def written(head: Iterable[tuple[str, str]], entries: Iterable[Entry]) -> str:
    """Return the text of a mapping file."""
    lines = [_noted(text, note) for text, note in head]
    found = list(entries)
    for part in (*_ONE, "times", *_LISTS):
        lines += _part(part, [each for each in found if each.part == part])
    return "".join(f"{line}\n" for line in lines)


def _part(part: str, entries: list[Entry]) -> Iterator[str]:
    if not entries:
        return
    if part in _ONE:
        first = next((each for each in entries if each.certain), None)
        for each in entries:
            yield _noted(f"{'' if each is first else '# '}{part}: {each.text}", each.note)
        return
    yield f"{part}:" if any(each.certain for each in entries) else f"# {part}:"
    for each in entries:
        yield from _listed(each)


def _listed(entry: Entry) -> Iterator[str]:
    begin = "  " if entry.certain else "#   "
    if not entry.codes:
        yield _noted(f"{begin}{f'{entry.key}: ' if entry.key else '- '}{entry.text}", entry.note)
        return
    for at, pair in enumerate(entry.text.strip("{}").split(", ")):
        yield _noted(f"{begin}  {pair}", "") if at else _noted(f"{begin}- {pair}", entry.note)
    yield f"{begin}  codes:"
    for cell, code in entry.codes.items():
        yield f"{begin}    {flow(cell)}: {flow(code)}"
    for cell, code in entry.near.items():
        note = "is that meant?" if code else "fill in, or it is lost"
        yield _noted(f"#     {flow(cell)}: {flow(code)}", note)


def _noted(text: str, note: str) -> str:
    return f"{text}  # {note}" if note else text
