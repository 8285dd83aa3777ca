"""Reads the hostile queries: what is sent, and the answer that is due."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec
import yaml

__all__ = ["HostileQuery", "hostile_queries"]


class HostileQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One query or update; ``python`` is an expression that makes it."""

    name: str
    expected: Literal[200, 400, 413, 422]
    why: str
    text: str | None = None
    python: str | None = None
    update: bool = False
    limit: Literal["text", "nesting", "time", "memory"] | None = None

    @property
    def sent(self) -> str:
        if self.text is not None:
            return self.text
        assert self.python
        return str(eval(self.python))  # noqa: S307  # an expression of our own test data


def hostile_queries() -> list[HostileQuery]:
    """Return all of them."""
    content = Path(__file__).with_name("hostile_queries.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.load(content, yaml.CSafeLoader), list[HostileQuery])
