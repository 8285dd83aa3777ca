"""The signs of timelines and swimmer plots: each meaning has one, told apart also in black and white."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from casegraph.plot.look import COLOURS
from casegraph.story.outcomes import CHANGES

__all__ = ["OTHER", "SIGNS", "Sign"]

_RED, _GREEN, _BLUE = COLOURS["vermilion"], COLOURS["bluish green"], COLOURS["blue"]
_ORANGE, _BLACK, _PURPLE = COLOURS["orange"], COLOURS["black"], COLOURS["reddish purple"]
_CAP = "M-0.2,-1L0.2,-1L0.2,1L-0.2,1Z"
_HOLLOW_CAP = "M-0.5,-1L0.5,-1L0.5,1L-0.5,1Z"
#: a cross that stands on two legs, unlike the plus of a positive test.
_SALTIRE = "M-1,-0.6L-0.6,-1L0,-0.4L0.6,-1L1,-0.6L0.4,0L1,0.6L0.6,1L0,0.4L-0.6,1L-1,0.6L-0.4,0Z"
_STAR = (
    "M0,-1.2L0.31,-0.43L1.14,-0.37L0.5,0.16L0.71,0.97L0,0.53L-0.71,0.97L-0.5,0.16L-1.14,-0.37L-0.31,-0.43Z"
)
#: a disc of which the right half is open.
_HALF = "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0Z M0.05,0.9A0.9,0.9,0,0,0,0.05,-0.9Z"
_BOLT = "M0.5,-1.3L-0.9,0.3L0,0.2L-0.5,1.4L0.9,-0.3L0,-0.2Z"
_TWICE_DOWN = "M-0.9,-1.3L0.9,-1.3L0,-0.2Z M-0.9,0.3L0.9,0.3L0,1.4Z"
_TICK = "M-1.1,0L-0.7,-0.4L-0.3,0L0.8,-1L1.1,-0.6L-0.3,0.8Z"
_RING_CROSSED = "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0Z M-0.7,0.7L0.7,-0.7"
_SQUARE_CROSSED = "M-0.9,-0.9L0.9,-0.9L0.9,0.9L-0.9,0.9Z M-0.9,0.9L0.9,-0.9"
_PLUS = (
    "M-0.15,-1L0.15,-1L0.15,-0.15L1,-0.15L1,0.15L0.15,0.15"
    "L0.15,1L-0.15,1L-0.15,0.15L-1,0.15L-1,-0.15L-0.15,-0.15Z"
)
#: thicker than a dash of the line that it may stand on.
_MINUS = "M-1,-0.25L1,-0.25L1,0.25L-1,0.25Z"
_ARROW_UP = "M0,-1.2L1,0L0.4,0L0.4,1.1L-0.4,1.1L-0.4,0L-1,0Z"
_ARROW_DOWN = "M0,1.2L1,0L0.4,0L0.4,-1.1L-0.4,-1.1L-0.4,0L-1,0Z"
_DOT = "M0.4,0A0.4,0.4,0,1,1,-0.4,0A0.4,0.4,0,1,1,0.4,0Z"


class Sign(NamedTuple):
    """How a sign is drawn, and what it means, as the key says; a time has its words beside it."""

    shape: str
    line: str
    filling: str
    meaning: str


#: No two of them have the same shape and filling.
SIGNS: Mapping[str, Sign] = MappingProxyType(
    {
        "start": Sign("circle", _BLUE, _BLUE, "begun, or given, here"),
        "changed": Sign(_HALF, _BLUE, _BLUE, "dose lowered, or changed, here"),
        "stopped": Sign(_CAP, _BLACK, _BLACK, "stopped"),
        "implied": Sign(_HOLLOW_CAP, _BLACK, "white", "a stop is only implied"),
        "ongoing": Sign("triangle-right", _BLACK, _BLACK, "still given when last told of"),
        "improved": Sign("triangle-up", _GREEN, _GREEN, "outcome: improved"),
        "resolved": Sign(_STAR, _GREEN, _GREEN, "outcome: resolved"),
        "stabilised": Sign("diamond", _BLUE, "white", "outcome: stabilised"),
        "unchanged": Sign("square", _BLACK, _ORANGE, "outcome: unchanged"),
        "worse": Sign("triangle-down", _RED, _RED, "outcome: worse"),
        "notEvaluable": Sign("cross", _BLACK, "white", "outcome: not evaluable"),
        "Flare": Sign(_BOLT, _BLACK, _ORANGE, "course: flare"),
        "Relapse": Sign(_TWICE_DOWN, _BLACK, _PURPLE, "course: relapse"),
        "Remission": Sign(_TICK, _GREEN, _GREEN, "course: remission"),
        "SymptomFreeInterval": Sign("circle", _GREEN, "white", "course: free of symptoms"),
        "Death": Sign("diamond", _BLACK, _BLACK, "death"),
        "AdverseEvent": Sign(_SALTIRE, _BLACK, _RED, "adverse event"),
        "NoAdverseEvent": Sign(_RING_CROSSED, _GREEN, "white", "no adverse event"),
        "NoSignificantAdverseEvent": Sign(_SQUARE_CROSSED, _GREEN, "white", "no significant adverse event"),
        "positive": Sign(_PLUS, _BLACK, _BLACK, "test: positive"),
        "negative": Sign(_MINUS, _BLACK, _BLACK, "test: negative"),
        "belowRange": Sign(_ARROW_DOWN, _BLUE, "white", "test: below the range"),
        "aboveRange": Sign(_ARROW_UP, _RED, "white", "test: above the range"),
        "raised": Sign(_ARROW_UP, _RED, _RED, f"test: {CHANGES['raised']}"),
        "lowered": Sign(_ARROW_DOWN, _BLUE, _BLUE, f"test: {CHANGES['lowered']}"),
        "time": Sign(_DOT, _BLACK, _BLACK, ""),
    }
)
OTHER = Sign("square", _BLACK, "white", "test: its value, or another result")
