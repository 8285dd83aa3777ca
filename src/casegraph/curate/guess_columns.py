"""A column of a table as a guess looks at it: its name, what stands in it, and what that is like."""

from __future__ import annotations

import re
from dataclasses import dataclass

from casegraph.loaders.table.cells import CellError, iso_date, number

__all__ = ["MOST_ODD", "Column"]

#: How many cells of a column may be odd.
MOST_ODD = 3
_UNIT = re.compile(r"(.+?)\s*[(\[]([^)\]]+)[)\]]")
#: words of a header by which a column tells of a plan, a doubt, a refusal, a relative or the past.
_NO_FACT = frozenset(
    re.findall(
        r"[a-z]+",
        """
        planned plan scheduled proposed considered intended recommended contraindicated
        suspected possible differential excluded refused declined not without never allergy allergies
        family mother father maternal paternal parent brother sister sibling relative history
        """,
    )
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and what stands in it in the rows that were looked at."""

    name: str
    cells: tuple[str, ...]

    @property
    def words(self) -> set[str]:
        """The words of its name, in lower case."""
        return set(re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", self.name).lower()))

    @property
    def against(self) -> list[str]:
        """The words of its name that speak against its being a fact of the patient."""
        return sorted(word for word in self.words if {word, word.removesuffix("s")} & _NO_FACT)

    @property
    def values(self) -> tuple[str, ...]:
        """What stands in it, each once."""
        return tuple(dict.fromkeys(self.cells))

    @property
    def key(self) -> str:
        """What the times of the column may be called in a mapping."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-") or "time"

    @property
    def parted(self) -> tuple[str, str]:
        """The name and, empty if there is none, what stands behind it in brackets."""
        found = _UNIT.fullmatch(self.name)
        return (found[1], found[2]) if found else (self.name, "")

    @property
    def date_order(self) -> str:
        """The one order in which most cells are dates, ``?`` if there are two, empty if there is none."""
        if not self.cells or any(cell.isdigit() for cell in self.cells):
            return ""
        fitting = {
            order: sum(_is_date(cell, order) for cell in self.cells) for order in ("ymd", "dmy", "mdy")
        }
        most = max(fitting.values())
        orders = [order for order, many in fitting.items() if many == most]
        if not self._mostly(most):
            return ""
        return "ymd" if "ymd" in orders else "?" if len(orders) > 1 else orders[0]

    def no_dates(self) -> list[str]:
        """Return the values that are no dates in that order."""
        order = self.date_order
        return [each for each in self.values if not _is_date(each, "dmy" if order == "?" else order)]

    def no_numbers(self, decimal: str) -> list[str] | None:
        """Return the values that are no numbers; None where not most cells are."""
        odd = [each for each in self.values if not _is_number(each, decimal)]
        return odd if self._mostly(sum(cell not in odd for cell in self.cells)) else None

    def _mostly(self, many: int) -> bool:
        """Say whether all cells but a few are so, and more than half."""
        return 2 * many > len(self.cells) and len(self.cells) - many <= max(MOST_ODD, len(self.cells) // 20)


def _is_date(cell: str, order: str) -> bool:
    try:
        return iso_date(cell, order) is not None
    except CellError:
        return False


def _is_number(cell: str, decimal: str) -> bool:
    try:
        return number(cell, decimal) is not None
    except CellError:
        return False
