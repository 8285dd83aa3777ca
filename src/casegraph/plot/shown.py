"""Puts small things of a picture into words: how many days, how many patients, lines of a label."""

from __future__ import annotations

from textwrap import wrap
from typing import Final

from casegraph.plot.picture import Spec

__all__ = ["LINE", "counted", "days", "in_columns", "lines", "read_in_table", "since"]

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


def since(least: int | None, most: int | None) -> str:
    """Return when something was, seen from a start; what may have been before it is not said to be after it.

    >>> since(0, 0), since(3, 9), since(0, None), since(None, None)
    ('at the start', 'after 3 to 9 days', 'at some time after the start', 'not told')
    >>> since(None, 16)
    'no later than 16 days after the start, perhaps before it'
    >>> since(-4, 1)
    'from 4 days before the start to 1 day after it'
    >>> since(-4, None)
    'no earlier than 4 days before the start; whether before or after it is not told'
    """
    if (least, most) in ((0, 0), (None, None)):
        return "at the start" if most == 0 else "not told"
    if least is not None and least >= 0:
        return "at some time after the start" if not least and most is None else f"after {days(least, most)}"
    before, after = counted(-(least or 0), "day"), counted(most or 0, "day")
    if most is None:
        return f"no earlier than {before} before the start; whether before or after it is not told"
    if least is None:
        return f"no later than {after} after the start, perhaps before it"
    return f"from {before} before the start to {after} after it"


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
