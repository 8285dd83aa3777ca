"""Which fields of a part of a document hold further parts."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

import msgspec

__all__ = ["holds_parts", "part_fields"]


@cache
def part_fields(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """Return the names of the fields that hold a part, or several.

    >>> from casegraph.model import Case, Findings
    >>> part_fields(Findings), "sex" in part_fields(Case)
    (('present', 'absent', 'indeterminate'), False)
    """
    return tuple(each.name for each in msgspec.structs.fields(kind) if holds_parts(each.type))


def holds_parts(kind: Any) -> bool:
    """Say whether values of a type are parts of a document, or hold some."""
    is_part = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    return is_part or any(map(holds_parts, get_args(kind)))
