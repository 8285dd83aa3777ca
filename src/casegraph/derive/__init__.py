"""What follows from a case beyond its words: what ran together, and what an outcome was seen beside."""

from casegraph.derive.background import backgrounds
from casegraph.derive.regimens import regimens

__all__ = ["backgrounds", "regimens"]
