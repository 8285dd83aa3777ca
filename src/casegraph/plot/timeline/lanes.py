"""The panel of treatments in a timeline: a lane for each, and its doses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from casegraph.plot.timeline.axis import Axis, order_told
from casegraph.plot.timeline.courses import course
from casegraph.plot.timeline.doses import dose_words
from casegraph.plot.timeline.exposures import Exposure
from casegraph.plot.timeline.marks import Datum, Panel, anchored, folded, is_anywhere
from casegraph.story.telling import tell
from casegraph.story.words import Words, joined

__all__ = ["TREATMENTS", "treatments_panel"]

#: the title of the panel.
TREATMENTS = "Treatments"

_ENDS: Mapping[str, str] = MappingProxyType(
    {"stopped": "stopped", "implied": "a stop is implied", "ongoing": "still given"}
)


def treatments_panel(
    words: Words, axis: Axis, found: tuple[tuple[Exposure, tuple[Exposure, ...]], ...]
) -> Panel:
    """Return the panel of treatments: a lane each, and below it a row for each of several doses.

    The words of a row's dose are its label: on a small screen they would stand over what was given before.
    """
    panel = Panel(TREATMENTS)
    for episode, dosings in found:
        row, told = panel.row(course(words, episode.claim)), _of_episode(words, axis, episode)
        if len(dosings) == 1 and _is_whole(episode, dosings[0]):
            panel.marks += _bar(axis, _head(words, row, episode), dosings[0], signed=True)
            dose = joined(dose_words(words, dosings[0].claim), told)
            panel.marks.append(_words(words, axis, row, dosings[0], dose))
            continue
        line = "whole" if dosings else "given"
        panel.marks += _bar(axis, _head(words, row, episode), episode, line=line, signed=True)
        if told:
            panel.marks.append(_words(words, axis, row, episode, told))
        for dosing in dosings:
            below = panel.row(dose_words(words, dosing.claim))
            panel.marks += _bar(axis, _head(words, below, dosing), dosing, signed=dosing.has_own_end)
            if dosing.has_own_end and (unplaced := _unplaced(words, axis, dosing)):
                panel.marks.append(_words(words, axis, below, dosing, unplaced))
    return panel


def _is_whole(episode: Exposure, dosing: Exposure) -> bool:
    """Say whether one dosing is the whole treatment, so that both share a lane."""
    return (dosing.starts, dosing.ends, dosing.kind) == (episode.starts, episode.ends, episode.kind)


def _of_episode(words: Words, axis: Axis, episode: Exposure) -> str:
    claim = episode.claim
    reason = words.text_of(claim, "stopReason", "stopped: {}")
    unplaced = _unplaced(words, axis, episode, reason)
    time = "" if words.facts.values(claim, "at") else "start not told"
    if episode.starts is not None and is_anywhere(axis, episode.begins(axis)) and not unplaced:
        time = order_told(words.facts, axis, episode.starts)
    return joined(words.duration(claim), words.in_all(claim), unplaced or reason, time)


def _unplaced(words: Words, axis: Axis, exposure: Exposure, reason: str = "") -> str:
    """Return what is told of an end that has no sign, since one side of it is open; else nothing."""
    if exposure.ends is None or not exposure.has_told_end or exposure.end(axis) is not None:
        return ""
    when = words.since(exposure.ends) or order_told(words.facts, axis, exposure.ends)
    return joined(reason or _ENDS[exposure.kind], when)


def _bar(
    axis: Axis, head: Datum, exposure: Exposure, *, line: str = "given", signed: bool
) -> Iterator[Datum]:
    """Yield the stretches and signs of an exposure.

    :param line: how the stretch is drawn in which it certainly ran.
    :param signed: whether its end has a sign.
    """
    for piece in exposure.pieces(axis):
        yield {
            **head,
            "part": line if piece.kind == "given" else piece.kind,
            "x": piece.low,
            "x2": piece.high,
        }
    end = exposure.end(axis) if signed else None
    for place in exposure.unsure(axis):
        if not is_anywhere(axis, place) and (end is None or place.middle != end.middle):
            yield {**head, "part": "about", "x": place.middle, "shift": 0}
    if exposure.begins(axis).exact and exposure.begin:
        yield {**head, "part": "sign", "x": exposure.begins(axis).low, "sign": exposure.begin}
    if end is not None:
        yield {**head, "part": "sign", "x": end.middle, "sign": exposure.kind}
    if end is not None and not end.exact:
        yield {**head, "part": "about", "x": end.middle, "shift": -12}


def _words(words: Words, axis: Axis, row: str, exposure: Exposure, text: str) -> Datum:
    return {
        **_head(words, row, exposure),
        **folded(anchored(axis, exposure.begins(axis).low, text)),
    }


def _head(words: Words, row: str, exposure: Exposure) -> Datum:
    told = tell(words, exposure.claim)
    if exposure.claim != exposure.episode:
        told = f"{words.drug(exposure.episode)}: {told}"
    return {"row": row, "told": told, "href": f"#{words.facts.name(exposure.claim)}"}
