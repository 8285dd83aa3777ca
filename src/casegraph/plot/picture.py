"""A picture: a Vega-Lite specification, and the same in words and as a table for those who do not see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Cell", "Picture", "Spec"]

#: A Vega-Lite specification, as JSON has it.
Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the table beside a picture.

    :param text: what it says.
    :param iri: of the claim, the case or the term that it leads to; empty where it leads nowhere.
    """

    text: str
    iri: str = ""


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
