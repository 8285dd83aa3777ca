"""What is derived from a case and never written in a document."""

from __future__ import annotations

from typing import Literal

from casegraph.model.values import Code, Domain, Key, Value

__all__ = ["AttributedOutcome", "Attribution", "Background", "Derived", "Regimen", "TreatmentLine"]

Attribution = Literal[
    "soleTreatment",
    "addedToBackground",
    "startedTogether",
    "afterEscalation",
    "lostAndRegained",
    "soleChange",
    "openAttribution",
]


class Regimen(Value, frozen=True, kw_only=True):
    """A stretch with a constant set of dose segments; derived, never written in a document.

    ``includes`` ran for certain, ``may_include`` possibly (its start or end is not known well enough);
    both name exposures. ``claims`` are the outcomes and turns that certainly fall into the stretch.
    """

    ordinal: int
    begins: Key
    ends: Key | None
    includes: tuple[str, ...]
    may_include: tuple[str, ...]
    claims: tuple[str, ...]


class Background(Value, frozen=True, kw_only=True):
    """The treatments that ran beside an outcome or a turn of the disease, without those it answers to.

    ``certain`` ran then for certain, ``possible`` possibly; all are names of claims.
    """

    claim: str
    certain: tuple[str, ...]
    possible: tuple[str, ...]


class TreatmentLine(Value, frozen=True, kw_only=True):
    """Treatments that certainly started at the same time.

    ``ordinal_min`` and ``ordinal_max`` bound its number in the case; equal where the order is certain.
    """

    begins: Key | None
    includes: tuple[str, ...]
    ordinal_min: int
    ordinal_max: int


class AttributedOutcome(Value, frozen=True, kw_only=True):
    """One outcome on one treatment, with what else changed until it was seen.

    ``claim`` and ``episode`` are names of claims; ``together`` and ``lowered`` name exposures that certainly,
    the others such as possibly changed. ``since_start`` (of the
    dosing that it answers to), ``since_first_dose`` (of the drug) and ``lasted`` are days, None is open.
    """

    claim: str
    episode: str
    drug: Code
    domain: Domain
    attribution: Attribution
    together: tuple[str, ...]
    possibly_together: tuple[str, ...]
    lowered: tuple[str, ...]
    possibly_lowered: tuple[str, ...]
    since_start: tuple[int | None, int | None]
    since_first_dose: tuple[int | None, int | None]
    lasted: tuple[int | None, int | None]
    lasting_shown_by: str | None
    ended_by: str | None


class Derived(Value, frozen=True, kw_only=True):
    """All that follows from one case by its solved timeline.

    ``dose_changes`` names dose segments that raised or lowered a dose without saying so.
    """

    regimens: tuple[Regimen, ...]
    backgrounds: tuple[Background, ...]
    lines: tuple[TreatmentLine, ...]
    outcomes: tuple[AttributedOutcome, ...]
    dose_changes: tuple[tuple[str, Literal["raised", "lowered"]], ...]
