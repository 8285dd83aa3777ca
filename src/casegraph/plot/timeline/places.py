"""A place on the axis of a timeline: one point, or a stretch on which something lies."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Place"]

#: how far a sign stands from a column at which it is not known to be, in columns.
_BESIDE = 0.3


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands on the axis: from *low* to *high*, and nowhere else."""

    low: float
    high: float

    @property
    def exact(self) -> bool:
        """Whether it is one place."""
        return self.low == self.high

    @property
    def middle(self) -> float:
        """Half way, where the sign of a thing stands that lies anywhere on a stretch; not at a column."""
        half = round((self.low + self.high) / 2, 4)
        return half if self.exact or half % 1 else round(half + min(_BESIDE, (self.high - self.low) / 8), 4)
