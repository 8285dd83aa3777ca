"""Writes numbers and units as people read them."""

from __future__ import annotations

import re
from decimal import Decimal

__all__ = ["plain", "unit_of"]


def plain(number: Decimal) -> str:
    """Return a number with grouped digits and no more places than it needs.

    >>> plain(Decimal("1000000.50"))
    '1,000,000.5'
    """
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def unit_of(ucum: str | None) -> str:
    """Return a unit of UCUM in words; nothing for None.

    >>> unit_of("mg/kg/d"), unit_of("[IU]")
    ('mg/kg/day', 'IU')
    """
    said = (ucum or "").replace("[arb'U]", "arbitrary units")
    return re.sub("/d$", "/day", re.sub(r"\[([^\]]*)\]", r"\1", said))
