"""``casegraph plot``: a case or a cohort as a picture."""

from __future__ import annotations

import math
import re
from pathlib import PurePath
from typing import Any

import click

from casegraph.cli.ask import parameter_option
from casegraph.cli.form import Command, say, store_option
from casegraph.cli.others import say_others
from casegraph.cli.outputs import opened_whole
from casegraph.errors import InputError
from casegraph.facts import read_case
from casegraph.plot.cohort.pictures import QUESTIONS, cohort_pictures
from casegraph.plot.files import FORMS, picture_page, write_picture
from casegraph.plot.picture import Picture
from casegraph.plot.timeline.timeline import timeline
from casegraph.query import StoredQuery, stored_queries
from casegraph.store import Store, open_store
from casegraph.story.examples import kept_examples
from casegraph.story.words import Words
from casegraph.subjects import find_case
from casegraph.told import with_told

__all__ = ["plot"]

_DEFAULT = "swimmer"


class _Scale(click.FloatRange):
    """A number in a range; ``nan`` is in none, though it is not outside of it either."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """See :meth:`click.ParamType.convert`."""
        found = super().convert(value, param, ctx)
        if math.isnan(found):
            self.fail(f"{value} is no number in the range {self._describe_range()}.", param, ctx)
        return found


@click.command(
    cls=Command,
    examples=(
        ("casegraph plot 10.1007/s13555-020-00421-8 -o seed.svg", "the timeline of a case as SVG"),
        ("casegraph plot 10.1007/s13555-020-00421-8 > seed.json", "as a Vega-Lite specification"),
        (
            "casegraph plot cases_treated_with -p drug=rituximab --picture responses -o responses.png",
            "what became of those who were given a drug",
        ),
        ("casegraph plot cases_treated_with -o cohort.html", "all pictures of a cohort in one page"),
    ),
)
@click.argument("what", metavar="CASE|NAME")
@click.option("-o", "--output", metavar="FILE", help="Where to, also a URL; its suffix says how.")
@click.option("-f", "--format", "form", type=click.Choice(FORMS), help="How to draw it; json by default.")
@click.option("--picture", type=click.Choice(tuple(QUESTIONS)), help="Which picture of a cohort.")
@parameter_option
@click.option(
    "--scale",
    type=_Scale(0.1, 10),
    default=2,
    show_default=True,
    help="Pixels of a PNG for each pixel of the drawing.",
)
@store_option
def plot(what: str, output: str | None, form: str | None, scale: float, **how: Any) -> None:
    """Draw CASE as a timeline, or the cases that answer the stored query NAME as a cohort.

    CASE is an IRI; or the DOI, pmid:NUMBER or key of a report, which means its first patient, or with /NUMBER
    that patient. Only what is certain has a place: what began or ended at some time is dashed, what is not
    stated dotted. NAME is a query tagged cohort: its swimmer plot, or in HTML all its pictures.

    svg, png and html need the extra: pip install 'casegraph[viz]'.
    """
    form = _form_of(output, form)
    with open_store(how["location"]) as store:
        pictures, asked = _pictures(store, what, how["picture"], how["values"], form)
    with opened_whole(output) as out:
        if len(pictures) > 1:
            out.write(picture_page(pictures, asked).encode())
        else:
            write_picture(pictures[0], form, out, scale=scale, asked=asked)


def _form_of(output: str | None, said: str | None) -> str:
    """Return how to draw: as was said, or as the name of the file says; the two may not differ."""
    name = output or "-"
    suffix = PurePath(name).suffix.removeprefix(".").lower()
    if said and suffix in FORMS and suffix != said:
        told = f"drawn as {said}, the file would have the name of {suffix}"
        raise InputError(told, where=name, todo="leave out -f, or name the file so")
    if said or suffix in FORMS:
        return said or suffix
    if name == "-":
        return "json"
    told = "the name of the file does not say how to draw"
    raise InputError(told, where=name, expected="." + ", .".join(FORMS), todo="say it by -f")


def _pictures(
    store: Store, what: str, picture: str | None, values: dict[str, str], form: str
) -> tuple[tuple[Picture, ...], str]:
    """Return the pictures, and what a cohort was asked for."""
    query = stored_queries().get(what)
    if query is not None:
        return _of_cohort(store, query, picture or ("" if form == "html" else _DEFAULT), values)
    if picture or values:
        raise click.UsageError("--picture and -p are for a stored query: casegraph query lists them")
    facts = read_case(store, _case(store, what))
    say_others(store, what, "drawn")
    return (timeline(Words(facts, with_told(store))),), ""


def _case(store: Store, what: str) -> str:
    try:
        return find_case(store, what)
    except InputError as error:
        if not re.fullmatch(r"\w+", what):
            raise
        told = f"no case and no stored query {what!r}"
        todo = "casegraph cases and casegraph query list those there are"
        raise InputError(
            told, where=store.location, expected="a case or the name of a query", todo=todo
        ) from error


def _of_cohort(
    store: Store, query: StoredQuery, picture: str, values: dict[str, str]
) -> tuple[tuple[Picture, ...], str]:
    found = cohort_pictures(store, query, values)
    kept = kept_examples(query, values, lambda: with_told(store))
    if kept:
        say(f"{kept}; set it by -p NAME=VALUE")
    said = [f"{query.head.summary} ({query.name})", *(f"{name}: {value}" for name, value in values.items())]
    asked = "; ".join((*said, *filter(None, (kept,))))
    return tuple(each for each in found if picture in ("", each.name)), asked
