"""What is derived from a case and never written in a document."""

from __future__ import annotations

from casegraph.model.values import Key, Value

__all__ = ["Background", "Regimen"]


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
