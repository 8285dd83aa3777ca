"""Writes why something holds for people: an indented chain, then its rules, times and passages, each once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from casegraph.namespaces import CG, PREFIXES, compact
from casegraph.story.judged import details, tell_part
from casegraph.story.words import Words, joined, listed
from casegraph.why import Link, Place, RuleWords, Step

__all__ = ["Telling", "as_data"]

_TYPE = PREFIXES["rdf"] + "type"
_BECAUSE = "prov:wasDerivedFrom"


class Telling:
    """Tells steps of one case; what was told is only referred to when it comes again."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._told: set[str] = set()
        self._rules: dict[str, RuleWords] = {}
        self._times: dict[str, str] = {}
        self._passages: dict[str, Place] = {}
        self._listed: set[str] = set()

    def chain(self, step: Step) -> Iterator[str]:
        """Yield the lines of a step and of all that it rests on, each below what it explains."""
        if step.name is None:
            yield said(self._words, step)
            yield f"  {step.node}"
        else:
            yield said(self._words, step)
        yield from self._below(step)

    def legend(self) -> Iterator[str]:
        """Yield the rules, times and passages of what was told, without those that a legend told before."""
        yield from self._list("Rules", {name: _definition(rule) for name, rule in self._rules.items()})
        zero = self._words.facts.name(self._words.facts.value(self._words.facts.case, "zeroPoint") or "")
        by_rank = sorted(self._times, key=lambda each: (self._words.facts.rank(each), each))
        times = {self._words.facts.name(each): self._times[each] for each in by_rank}
        yield from self._list(f"Times in order, counted from {zero or 'no point'}", times)
        in_order = sorted(self._passages.values(), key=lambda each: each.start or 0)
        hashes = {self._words.place(each.passage): each.sha256 for each in in_order if each.sha256}
        yield from self._list("Passages with the SHA-256 of each", hashes)

    def _list(self, heading: str, entries: dict[str, str]) -> Iterator[str]:
        new = {name: text for name, text in entries.items() if f"{heading} {name}" not in self._listed}
        self._listed |= {f"{heading} {name}" for name in new}
        if new:
            yield heading
            yield from (f"  {name}: {text}" for name, text in new.items())

    def _below(self, step: Step) -> Iterator[str]:
        """Yield the lines that stand indented below the line of a step."""
        self._remember(step)
        numbers = details(self._words, step.node) if step.rules and step.name is None else ""
        if numbers:
            yield f"  {numbers}"
        if step.rules:
            names = [rule.name for rule in step.rules]
            yield f"  rule{'s' if len(names) > 1 else ''} {listed(names)}"
        for link in step.builds_on:
            yield from (f"  {line}" for line in self._link(link))

    def _link(self, link: Link) -> Iterator[str]:
        step, words = link.step, self._words
        how = "because of " if link.name == _BECAUSE else f"{words.label(CG + link.name)}: "
        if step.node in self._told:
            yield f"{how}#{words.facts.name(step.node)}, told above"
            return
        yield f"{how}{said(words, step)} {_evidence(words, step)}"
        yield from self._below(step)

    def _remember(self, step: Step) -> None:
        facts = self._words.facts
        if step.name is None:
            self._told.add(step.node)
        self._rules.update({rule.name: rule for rule in step.rules})
        self._passages.update({place.passage: place for place in (*step.stated_in, *step.restated_in)})
        if not step.rules:
            self._times.update({each: self._words.time(each) for each in facts.values(step.node, "at")})


def said(words: Words, step: Step) -> str:
    """Return a step in a line, without its evidence."""
    if step.name is not None and step.value is not None:
        name = "is a" if step.name == _TYPE else words.label(step.name)
        return f"{name}: {words.label(step.value)} ({compact(step.value)})"
    return tell_part(words, step.node, derived=bool(step.rules))


def _evidence(words: Words, step: Step) -> str:
    return f"[#{words.facts.name(step.node)}]" if step.rules else words.evidence(step.node)


def _definition(rule: RuleWords) -> str:
    return f"{rule.definition} Source: {rule.source}."


def as_data(words: Words, step: Step) -> dict[str, Any]:
    """Return a step for JSON: itself in words, its rules, passages, and all that it rests on, nested."""
    told = {
        "id": step.node,
        "kind": step.kind,
        "property": step.name,
        "value": step.value,
        "words": joined(said(words, step), _numbers(words, step), by="; "),
        "basis": words.facts.value(step.node, "basis") if not step.rules else None,
        "at": words.facts.value(step.node, "at") if not step.rules else None,
        "rules": msgspec.to_builtins(step.rules),
        "stated_in": msgspec.to_builtins(step.stated_in),
        "restated_in": msgspec.to_builtins(step.restated_in),
        "searched_in": list(step.searched_in),
        "builds_on": [{"by": link.name, **as_data(words, link.step)} for link in step.builds_on],
    }
    return {name: value for name, value in told.items() if value not in (None, [], ())}


def _numbers(words: Words, step: Step) -> str:
    return details(words, step.node) if step.rules and step.name is None else ""
