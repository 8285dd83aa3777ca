"""A picture: a Vega-Lite specification, and the same in words and as a table for those who do not see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from casegraph.errors import InputError, MissingExtraError
from casegraph.namespaces import VEGA_LITE_TYPE

if TYPE_CHECKING:
    from altair import TopLevelMixin

__all__ = ["Cell", "Picture", "Spec"]

#: A Vega-Lite specification, as JSON has it.
Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the table beside a picture.

    :param text: what it says.
    :param iri: of the claim, the case or the term that it leads to; empty where it leads nowhere.
    :param parts: where it leads to several, the name and the IRI of each.
    :param number: where it is a count, that.
    """

    text: str
    iri: str = ""
    parts: tuple[Cell, ...] = ()
    number: int | None = None

    @property
    def iris(self) -> tuple[str, ...]:
        """Return all that it leads to."""
        return tuple(each.iri for each in self.parts) or ((self.iri,) if self.iri else ())

    @staticmethod
    def count(many: int) -> Cell:
        """Return the cell of a count.

        >>> Cell.count(1200)
        Cell(text='1,200', iri='', parts=(), number=1200)
        """
        return Cell(f"{many:,}", number=many)

    @staticmethod
    def several(names: Mapping[str, str]) -> Cell:
        """Return the cell of several things.

        :param names: IRI -> name.

        >>> Cell.several({"https://example.org/1": "one", "https://example.org/2": "two"}).text
        'one; two'
        """
        return Cell("; ".join(names.values()), parts=tuple(Cell(name, iri) for iri, name in names.items()))


@dataclass(frozen=True, slots=True)
class Picture:
    """What one picture shows; nothing that it shows is in the specification alone.

    :param name: the stem of its file and its anchor on a page.
    :param title: what stands above it.
    :param summary: what it shows, in a sentence or two: its text alternative.
    :param spec: the specification, in Vega-Lite 6; empty where there is nothing to draw, and
        *summary* says why.
    :param notes: what a reader must know beside it, as that an axis is not to scale or what was left out.
    :param columns: the heads of its table, each with what the column means.
    :param rows: the data that it shows.
    """

    name: str
    title: str
    summary: str
    spec: Spec
    notes: tuple[str, ...]
    columns: Mapping[str, str]
    rows: tuple[tuple[Cell, ...], ...]

    def chart(self) -> TopLevelMixin:
        """Return the picture as an Altair chart, to be changed or combined with others.

        :raises InputError: if there is nothing to draw.
        :raises MissingExtraError: if altair is not installed.
        """
        if not self.spec:
            raise InputError("there is nothing to draw", todo=self.summary)
        try:
            from altair import Chart
        except ImportError as error:
            raise MissingExtraError("altair is not installed", todo="pip install 'casegraph[viz]'") from error
        found: TopLevelMixin = Chart.from_dict(self.spec)
        return found

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Return the picture as notebooks show it; those that draw no Vega-Lite show its data."""
        told = "\n".join((self.title, self.summary, *self.notes))
        shown = {"text/plain": told, "text/html": self._html()}
        return {VEGA_LITE_TYPE: self.spec, **shown} if self.spec else shown

    def _html(self) -> str:
        heads = "".join(f"<th>{escape(each)}</th>" for each in self.columns)
        rows = ("".join(f"<td>{escape(cell.text)}</td>" for cell in row) for row in self.rows)
        body = "".join(f"<tr>{each}</tr>" for each in rows)
        table = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>" if self.rows else ""
        return f"<p><strong>{escape(self.title)}</strong></p><p>{escape(self.summary)}</p>{table}"
