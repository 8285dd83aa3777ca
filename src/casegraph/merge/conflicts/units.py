"""Numbers in one unit of UCUM told in another: the same, converted, or of two dimensions.

The units are read and converted by ``ucumvert``, which has the tables of UCUM 2.2; it is imported where two
units are spelt in two ways, since that takes most of a second.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Any

from casegraph.loaders.words import ucum_of

__all__ = ["converted", "readable", "told_unit", "words_in"]

#: What stands in braces is words; alone in a place, it stands for the number one.
_WORDS, _ALONE = re.compile(r"\{[^}]*\}"), re.compile(r"(^|(?<=[./]))\{[^}]*\}")
#: An international unit of an enzyme is told as ``U`` or as one of these.
_INTERNATIONAL = ("[IU]", "[iU]")
#: Equivalents: how many moles they are depends on the charge, which a unit does not tell.
_EQUIVALENTS = re.compile(r"(?<![A-Za-z\[])[a-z]?eq(?![A-Za-z])")

#: No unit is longer, or has such a power: one that is would take for ever to be worked out.
_MOST, _HUGE_POWER = 60, re.compile(r"[*^A-Za-z\]][-+]?\d{3}")


def told_unit(unit: str | None, term: str | None) -> str | None:
    """Return the UCUM unit of a claim, else that of its term, else the IRI or CURIE of the term.

    >>> told_unit(None, "UCUM:mg milligram"), told_unit(None, "NCIT:C0 no such unit")
    ('mg', 'NCIT:C0')
    """
    if unit is not None or term is None:
        return unit
    return ucum_of(term) or term.split(" ", 1)[0]


def readable(unit: str) -> bool:
    """Say whether it is a unit of UCUM, so that it can be told from others."""
    return _quantity(_spelt(unit)) is not None


def converted(value: float, unit: str, into: str) -> float | None:
    """Return a number in another unit; None where one is not of UCUM or both are of two dimensions.

    None too where no number is as large as that would be, or a scale has no such number.

    A mass and an amount of substance are of two dimensions: that takes the mass of a mole.

    >>> round(converted(2, "mg/dL", "mg/L"), 9), converted(2, "mg/dL", "mmol/L")
    (20.0, None)
    """
    ours, theirs = _spelt(unit), _spelt(into)
    if ours == theirs:
        return value
    own, other = _quantity(ours), _quantity(theirs)
    equivalents = [bool(_EQUIVALENTS.search(each)) for each in (ours, theirs)]
    if own is None or other is None or equivalents[0] != equivalents[1]:
        return None
    if not own.is_compatible_with(other):
        return None
    # a unit may hold a number, as 10*3/uL does
    try:
        moved = own.__class__(value * own.magnitude, own.units).to(other.units)
        number = float(moved.magnitude) / float(other.magnitude)
    except OverflowError:
        return None
    return None if math.isnan(number) else number


def words_in(unit: str) -> tuple[str, ...]:
    """Return what a unit has in braces: UCUM gives it no meaning, but it may say of what a number is.

    >>> words_in("mL/min/{1.73_m2}")
    ('{1.73_m2}',)
    """
    return tuple(sorted(_WORDS.findall(unit)))


@cache
def _spelt(unit: str) -> str:
    bare = _WORDS.sub("", _ALONE.sub("1", unit))
    for name in _INTERNATIONAL:
        bare = bare.replace(name, "U")
    return bare


@cache
def _registry() -> Any:
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


@cache
def _quantity(unit: str) -> Any:
    """Return one of a unit as ``pint`` has it; None where UCUM has no such unit or it is no scale."""
    from lark.exceptions import LarkError

    if len(unit) > _MOST or _HUGE_POWER.search(unit):
        return None
    try:
        read = _registry().from_ucum(unit)
    except LarkError:
        return None
    return read if getattr(read, "magnitude", 0) else None
