"""A patient of CARE-SM while their rows are read: the birth date, what is told once, and times."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from casegraph.loaders.care_sm.rows import Row, term_of
from casegraph.loaders.records import RecordBuilder
from casegraph.model import Age
from casegraph.namespaces import expand
from casegraph.terms import all_terms

__all__ = ["Patient", "denies"]

#: the letters of the shortest text that is taken for a label.
_LEAST = 8
#: words that deny or doubt, in the languages of the registries that write CARE-SM.
_DENYING = re.compile(
    r"""\b(no|not|non|none|never|without|absent|absence|denied|denies|excluded|negative|unknown|unlikely
    |ruled|rejected|refuted|suspected|possible|probable|history|false
    |nein|nicht|keine?n?|ohne|fehlt|fehlend|ausgeschlossen|verneint|negativ|unbekannt|verdacht|falsch
    |pas|sans|absente|exclue?|négative?|inconnu|jamais|faux
    |sin|ausente|negativ[oa]|excluid[oa]|desconocido|nunca|falso
    |senza|assente|esclus[oa]|sconosciuto|mai|niet|geen|zonder|afwezig|uitgesloten|onbekend)\b""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(slots=True)
class Patient:
    """A patient while their rows are read. What can be told once only is kept, so that a second is seen."""

    builder: RecordBuilder
    models: frozenset[str]
    once: dict[str, str] = field(default_factory=dict)

    def first(self, row: Row, column: str, what: str, value: str) -> None:
        """Take what can be told once only.

        :raises DocumentError: if another row tells something else.
        """
        if self.once.setdefault(what, value) != value:
            row.wrong(column, f"the {what} is another one in another row", "keep the right one")

    def required(self, row: Row, *columns: str) -> str | None:
        """Return the term that the element is about; without one nothing of the row can be carried."""
        for column in columns:
            if (term := row.term(self.builder, column)) is not None:
                return term
        row.leave(self.builder, "required-missing")
        return None

    def holds(self, row: Row, *columns: str) -> bool | None:
        """Return whether what a row is about is there; None where it is not said, and the row is left behind.

        Newer files have a truth value, older ones may have the label of the concept. A short text, or one
        with a word that does, may deny the concept, so that it is not taken for a label.
        """
        said, text = row.truth(), row.cells.get("value", "")
        if said is not None:
            row.take("value")
            return said
        if text.casefold() in _names(row, columns):
            row.lose(self.builder, "value", "implied")
        elif _is_label(text):
            row.lose(self.builder, "value", "other-label")
        elif text:
            row.lose(self.builder, "value", "unmapped-code")
            row.leave(self.builder, "required-missing")
            return None
        return True

    def seen(self, row: Row) -> str | None:
        """Return when a thing was seen: from the start date to the end date, else at an age.

        :raises DocumentError: if a date is none, or the end is before the start.
        """
        start = row.date("startdate")
        if start is None:
            return self._at_age(row)
        end = row.date("enddate") or start
        if start == end or any(self.builder.times.tells_birth(each) for each in (start, end)):
            at = self.builder.times.date(start)
            if end != start:
                row.lose(self.builder, "enddate", "not-exact")
        else:
            row.in_order("startdate", "enddate")
            at = self.builder.times.stretch(start, end)
        self._age_at(row, at)
        return at

    def span(self, row: Row) -> tuple[str | None, str | None]:
        """Return when a treatment began and ended.

        An end date that is the start date is what the toolkit of CARE-SM writes where there is none.

        :raises DocumentError: if a date is none, or the end is before the start.
        """
        start, end = row.date("startdate"), row.date("enddate")
        if start is None:
            return self._at_age(row), end and self.builder.times.date(end)
        at = self.builder.times.date(start)
        self._age_at(row, at)
        if end == start:
            row.lose(self.builder, "enddate", "not-exact")
            return at, None
        if end is not None:
            row.in_order("startdate", "enddate")
        return at, end and self.builder.times.date(end)

    def moment(self, row: Row) -> tuple[str | None, str | None]:
        """Return when a thing was done that is over at once; later only where the row says so.

        :raises DocumentError: if a date is none, or the end is before the start.
        """
        if row.cells.get("enddate") == row.cells.get("startdate"):
            at = self.seen(row)
            return at, at
        at, ends_at = self.span(row)
        return at, ends_at or at

    def _at_age(self, row: Row) -> str | None:
        years = _age(row)
        return None if years is None else self.builder.times.age(f"P{years}Y")

    def _age_at(self, row: Row, at: str | None) -> None:
        """Take the age at an occasion where the case has none yet."""
        if self.builder.age is None and (years := _age(row)) is not None:
            self.builder.age = Age(years=years, at=at)


def denies(text: str) -> bool:
    """Tell whether a text has a word that denies or doubts.

    >>> denies("not detected"), denies("NM_000350.3:c.5882G>A")
    (True, False)
    """
    return _DENYING.search(text) is not None


def _is_label(text: str) -> bool:
    """Tell whether a text that is no name of a known term can only be a label.

    >>> [_is_label(each) for each in ("Oculocutaneous albinism", "nein", "no evidence of fever")]
    [True, False, False]
    """
    return sum(map(str.isalpha, text)) >= _LEAST and not denies(text)


def _names(row: Row, columns: Iterable[str]) -> set[str]:
    """Return all names of the concepts in some columns, in lower case."""
    found = (term_of(row.cells[column]) for column in columns if column in row.cells)
    iris = (expand(term.split(" ", 1)[0]) for term in found if term is not None)
    return {name.casefold() for iri in iris for name in all_terms().names(iri)}


def _age(row: Row) -> int | None:
    """Return the completed years of the age; an age in parts of a year stays behind."""
    text = row.cells.get("age")
    if text is None:
        return None
    years = row.number("age")
    if years is None or years < 0 or years != int(years):
        row.wrong("age", f"{text!r} is no age in whole years")
    return int(years)
