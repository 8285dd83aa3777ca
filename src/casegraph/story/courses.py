"""Tells several courses of one drug apart: by what began them, else by their names."""

from __future__ import annotations

from casegraph.story.words import Words, joined

__all__ = ["UNKNOWN_START", "which_course"]

#: what is told of a course of which the report gives no start.
UNKNOWN_START = "start not told"


def which_course(words: Words, exposure: str) -> str:
    """Return which of several courses of its drug a treatment or a dosing is; nothing where there is one.

    Where two began at one time, or of neither a start is told, only their names tell them apart.
    """
    facts, drug, episode = words.facts, words.drug(exposure), words.episode(exposure)
    others = [each for each in facts.values(facts.case, "hasTreatment") if words.drug(each) == drug]
    if others == [episode] or episode not in others:
        return ""
    own = facts.value(episode, "at")
    is_shared = [facts.value(each, "at") for each in others].count(own) > 1
    name = facts.name(episode) if is_shared else ""
    if own is None:
        return joined(UNKNOWN_START, name)
    return name or f"from {facts.name(own)}"
