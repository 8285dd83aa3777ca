"""The data of a timeline as a table: one row a claim that is drawn, with where the report says so."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from casegraph.plot.picture import Cell
from casegraph.plot.timeline.courses import course
from casegraph.plot.timeline.doses import undosed
from casegraph.plot.timeline.events import Event
from casegraph.plot.timeline.exposures import Exposure
from casegraph.story.moments import UNTIMED
from casegraph.story.words import Words, joined

__all__ = ["COLUMNS", "of_event", "of_exposure"]

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "panel": "the part of the picture",
        "what": "the treatment, the part of the disease, the test",
        "when": "the occasion, with its days from the zero point and its printed words",
        "value": "the dose, the outcome or the result",
        "end": "how a treatment ended, and when",
        "stated": "on what basis it stands, and where in the report",
        "claim": "the name of the claim, which leads to it",
    }
)
_ENDS: Mapping[str, str] = MappingProxyType(
    {
        "stopped": "stopped at {}",
        "implied": "a stop is only implied, at {}",
        "ongoing": "still given at {}",
        "changed": "another dose from {}",
        "once": "done or given at {}",
        "undated": "stopped, when is not told",
        "lasted": "over, when is not told",
        "open": "not stated",
    }
)


def of_exposure(words: Words, exposure: Exposure) -> tuple[Cell, ...]:
    """Return the row of a treatment or of one dosing."""
    claim, is_dosing = exposure.claim, exposure.claim != exposure.episode
    end = "not stated" if exposure.ends is None else words.facts.name(exposure.ends)
    dose = words.dosing(claim) or undosed(words, claim) if is_dosing else ""
    weight = words.per_weight(claim) if is_dosing else ""
    value = joined(dose, f"that is {weight}" if weight else "", words.duration(claim), words.in_all(claim))
    reason = words.labels(claim, "stopReason")
    ran = exposure.kind in ("open", "lasted") and exposure.ends is not None
    kind = joined(_ENDS[exposure.kind].format(end), f"it ran until {end} at least" if ran else "", reason)
    return _row(
        words, ("Treatments", course(words, claim), _when(words, exposure.starts), value, kind), claim
    )


def of_event(words: Words, panel: str, event: Event) -> tuple[Cell, ...]:
    """Return the row of a claim that has one mark."""
    return _row(words, (panel, event.label, _when(words, event.at), event.text, ""), event.claim)


def _row(words: Words, told: tuple[str, ...], claim: str) -> tuple[Cell, ...]:
    stated = words.evidence(claim)[1:-1].partition("; ")[2]
    return (*(Cell(each) for each in told), Cell(stated), Cell(f"#{words.facts.name(claim)}", claim))


def _when(words: Words, occasion: str | None) -> str:
    if occasion is None:
        return UNTIMED
    return joined(words.facts.name(occasion), words.time(occasion), by=": ")
