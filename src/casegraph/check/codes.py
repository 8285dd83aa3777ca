"""What each code of the check means, with an example that fails and the same mended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

__all__ = ["Code", "codes", "example"]

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Code:
    """A code of the check.

    :param means: what is wrong, in a sentence.
    :param failing: a part of a document that has the problem; None where no part of one can show it.
    :param mended: the same part as it should be.
    """

    name: str
    means: str
    failing: str | None = None
    mended: str | None = None

    def failing_document(self) -> str | None:
        """Return the example with this problem in it, or None.

        >>> "years: 610" in codes()["impossible-age"].failing_document()
        True
        """
        if self.failing is None or self.mended is None:
            return None
        return _at_once(self.mended).sub(lambda _: str(self.failing), example(), count=1)


def _at_once(text: str) -> re.Pattern[str]:
    """Return a pattern of a text that is not the beginning of a longer word or number."""
    return re.compile(re.escape(text) + r"(?![\w'])")


@cache
def codes() -> Mapping[str, Code]:
    """Return every code, in the order in which they are told of.

    >>> codes()["tab"].means
    'YAML is indented with spaces; a tab has no fixed width.'
    """
    told = yaml.safe_load((_FOLDER / "codes.yaml").read_text(encoding="utf-8"))
    return {name: Code(name, **said) for name, said in told.items()}


@cache
def example() -> str:
    """Return the case document that all examples are made of; it has no problem."""
    return (_FOLDER / "example.yaml").read_text(encoding="utf-8")
