"""Which word of a closed list, which schedule and which unit a code of another vocabulary stands for.

The tables are ``ontology/mappings/*.sssom.tsv`` (codes and the values of casegraph), ``schedules.tsv`` and
``units.tsv`` beside them. A code that they lack is left alone: nothing is guessed from its label.
"""

from __future__ import annotations

from functools import cache

from casegraph.errors import InputError
from casegraph.loaders.tables import rows_of
from casegraph.mappings.content import TermMapping
from casegraph.mappings.reading import read_mappings
from casegraph.resources import shipped

__all__ = ["code_of", "other_name", "schedule_of", "schedule_term", "ucum_of", "word_of"]

#: closed list -> the property of the ontology whose values it has.
LISTS = ("degree", "direction", "laterality", "result", "route", "severity", "sex", "stopReason")
#: The column of the shipped sets that names the closed list.
_LIST = "closed_list"


def word_of(closed_list: str, code: str) -> str | None:
    """Return the word of a closed list that a term stands for; None where no table has it.

    :param closed_list: one of degree, direction, laterality, result, route, severity, sex, stopReason.
    :param code: a CURIE, or a term: its CURIE, one space, its label.
    """
    return _words().get((closed_list, code.split(" ", 1)[0]))


def other_name(term: str) -> str | None:
    """Return what the tables call a code that a term has under another label; None where they do not differ.

    >>> other_name("NCIT:C123584 Unfavorable Response"), other_name("NCIT:C123584 favorable response")
    ('Favorable Response', None)
    """
    curie, _, label = term.partition(" ")
    names = [each.subject_label for _, each in _mappings() if each.subject_id == curie]
    same = not label or label == curie or label.casefold() in map(str.casefold, names)
    return None if same or not names else names[0]


def code_of(closed_list: str, word: str, prefixes: tuple[str, ...]) -> str | None:
    """Return the first term of these vocabularies, in this order, that stands for a word exactly."""
    exact = [
        each
        for listed, each in _mappings()
        if (listed, each.object_id, each.predicate_id) == (closed_list, f"cg:{word}", "skos:exactMatch")
    ]
    for prefix in prefixes:
        for each in exact:
            if each.subject_id.startswith(f"{prefix}:"):
                return f"{each.subject_id} {each.subject_label}"
    return None


def schedule_of(code: str) -> tuple[float, float] | None:
    """Return how many doses are given in how many days by a term of frequency; None where no table has it."""
    return _schedules().get(code.split(" ", 1)[0])


def schedule_term(times: float, period_days: float) -> str | None:
    """Return the first term with a prefix for so many doses in so many days; None where no table has one."""
    for row in rows_of("schedules.tsv"):
        if not row["term"].startswith("cgt:") and (float(row["times"]), float(row["period_days"])) == (
            times,
            period_days,
        ):
            return f"{row['term']} {row['label']}"
    return None


def ucum_of(code: str) -> str | None:
    """Return the UCUM unit that a term of a unit stands for; None where no table has it."""
    curie = code.split(" ", 1)[0]
    return curie.removeprefix("UCUM:") if curie.startswith("UCUM:") else _units().get(curie)


@cache
def _mappings() -> tuple[tuple[str, TermMapping], ...]:
    """Return the mappings of the shipped sets, each with the closed list that it is of."""
    sets = map(read_mappings, shipped("ontology", "mappings/*.sssom.tsv"))
    return tuple((dict(each.others).get(_LIST, ""), each) for found in sets for each in found.mappings)


@cache
def _words() -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for listed, each in _mappings():
        key, word = (listed, each.subject_id), each.object_id.removeprefix("cg:")
        if found.setdefault(key, word) != word:
            raise InputError(f"{key[1]} stands for two words of {key[0]}: {found[key]} and {word}")
    return found


@cache
def _schedules() -> dict[str, tuple[float, float]]:
    return {row["term"]: (float(row["times"]), float(row["period_days"])) for row in rows_of("schedules.tsv")}


@cache
def _units() -> dict[str, str]:
    return {row["term"]: row["ucum"] for row in rows_of("units.tsv")}
