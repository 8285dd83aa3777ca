"""``casegraph plot``: a case as a picture."""

from __future__ import annotations

from pathlib import PurePath

import click

from casegraph.cli.form import Command, store_option
from casegraph.cli.outputs import opened_whole
from casegraph.errors import InputError
from casegraph.facts import read_case
from casegraph.plot.files import FORMS, write_picture
from casegraph.plot.picture import Picture
from casegraph.plot.timeline import timeline
from casegraph.store import Store, open_store
from casegraph.story.words import Words
from casegraph.subjects import find_case
from casegraph.told import with_told

__all__ = ["plot"]


@click.command(
    cls=Command,
    examples=(
        ("casegraph plot 10.1007/s13555-020-00421-8 -o seed.svg", "the timeline of a case as SVG"),
        (
            "casegraph plot 10.1007/s13555-020-00421-8/1 -o seed.html",
            "as a page with its data, without scripts",
        ),
        ("casegraph plot 10.1007/s13555-020-00421-8 -o seed.png --scale 3", "as PNG, three times as large"),
        ("casegraph plot 10.1007/s13555-020-00421-8 > seed.vl.json", "as a Vega-Lite specification"),
    ),
)
@click.argument("case")
@click.option("-o", "--output", metavar="FILE", help="Where to, also a URL; its suffix says how.")
@click.option("-f", "--format", "form", type=click.Choice(FORMS), help="How to write it; json by default.")
@click.option(
    "--scale",
    type=click.FloatRange(0.1, 10),
    default=2,
    show_default=True,
    help="Pixels of a PNG for each pixel of the drawing.",
)
@store_option
def plot(case: str, output: str | None, form: str | None, scale: float, location: str) -> None:
    """Draw CASE as a timeline: treatments with their doses, outcomes, course, adverse events and tests.

    CASE is an IRI; or the DOI, pmid:NUMBER or key of a report, which means its first patient, or with /NUMBER
    that patient. Only what is certain has a place: what began or ended at some time is dashed, what is not
    stated dotted. svg, png and html need the extra: pip install 'casegraph[viz]'.
    """
    form = form or _form_of(output)
    with open_store(location) as store:
        picture = _timeline(store, case)
    with opened_whole(output) as out:
        write_picture(picture, form, out, scale=scale)


def _form_of(output: str | None) -> str:
    if output is None:
        return "json"
    suffix = PurePath(output).suffix.removeprefix(".").lower()
    if suffix not in FORMS:
        raise InputError(
            "the name of the file does not say how to draw",
            where=output,
            expected="." + ", .".join(FORMS),
            todo="say it by -f",
        )
    return suffix


def _timeline(store: Store, case: str) -> Picture:
    return timeline(Words(read_case(store, find_case(store, case)), with_told(store)))
