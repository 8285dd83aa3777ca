"""Puts small things of a picture into words: how many days, how many patients, lines of a label."""

from __future__ import annotations

from textwrap import wrap
from typing import Final

from casegraph.plot.picture import Spec

__all__ = ["LINE", "counted", "days", "in_columns", "lines", "read_in_table"]

#: So many characters of a label fit on a small screen.
LINE: Final = 42


def counted(many: int, what: str) -> str:
    """Return a count with its noun.

    >>> counted(1, "case"), counted(1200, "case")
    ('1 case', '1,200 cases')
    """
    return f"{many:,} {what}{'' if many == 1 else 's'}"


def days(least: int | None, most: int | None) -> str:
    """Return a stretch of days whose ends may be open.

    >>> days(7, 7), days(1, 1), days(3, 9), days(3, None), days(None, 9), days(0, None)
    ('7 days', '1 day', '3 to 9 days', 'at least 3 days', 'at most 9 days', 'not told')
    """
    if not least:
        return "not told" if most is None else counted(0, "day") if most == 0 else f"at most {most:,} days"
    if most is None:
        return f"at least {counted(least, 'day')}"
    return counted(least, "day") if least == most else f"{least:,} to {most:,} days"


def lines(text: str) -> list[str]:
    """Return a text as the lines of a label."""
    return wrap(text, LINE) or [""]


def in_columns(spec: Spec) -> Spec:
    """Return a specification whose legends have two columns, unless a small screen has place for one."""
    config = spec["config"]
    return {**spec, "config": {**config, "legend": {**config["legend"], "columns": 2}}}


def read_in_table(spec: Spec) -> Spec:
    """Return a specification whose marks are not read aloud, for by their places nobody knows what they are.

    The table beside the picture has what they show.
    """
    return {**spec, "config": {**spec["config"], "mark": {"aria": False}}}
