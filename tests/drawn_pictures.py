"""What tests ask of a picture: its marks, panel by panel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from casegraph.facts import case_iris, read_case
from casegraph.ingest import Loaded, load
from casegraph.plot.picture import Picture, Spec
from casegraph.plot.timeline.timeline import timeline
from casegraph.store import Store, open_store
from casegraph.story.words import Words
from casegraph.told import with_told

Mark = dict[str, Any]

#: The panels of a timeline in which claims are drawn.
PANELS = (
    "Treatments",
    "What became of it, by part of the disease",
    "Course",
    "Adverse events",
    "Tests",
)


def timelines(store: Store) -> dict[str, tuple[Words, Picture]]:
    """Return the timeline of each case and group of a store, by its IRI."""
    terms = with_told(store)
    known = {case: Words(read_case(store, case), terms) for case in case_iris(store)}
    return {case: (words, timeline(words)) for case, words in known.items()}


def only_picture(folder: Path, text: str) -> Picture:
    """Return the timeline of a document of one case."""
    document = folder / "document.yaml"
    document.write_text(text, encoding="utf-8")
    with open_store(":memory:", writable=True) as store:
        assert all(isinstance(each, Loaded) for each in load(store, [document]))
        ((_, picture),) = timelines(store).values()
    return picture


def views(picture: Picture) -> dict[str, Spec]:
    """Return the views of a picture by their titles."""
    return {each["title"]["text"]: each for each in picture.spec["vconcat"]}


def marks(picture: Picture, *panels: str) -> list[Mark]:
    """Return the marks of some panels, or of all in which claims are drawn."""
    found = views(picture)
    return [mark for name in panels or PANELS if name in found for mark in found[name]["data"]["values"]]


def lanes(picture: Picture) -> dict[str, list[Mark]]:
    """Return the marks of treatments and doses, by the names of their claims."""
    found: dict[str, list[Mark]] = {}
    for mark in marks(picture, "Treatments"):
        found.setdefault(mark["href"].removeprefix("#"), []).append(mark)
    return found


def stretches(drawn: list[Mark]) -> list[tuple[str, float, float]]:
    """Return what is drawn from one place to another."""
    return [(mark["part"], mark["x"], mark["x2"]) for mark in drawn if "x2" in mark]


def signs(drawn: list[Mark]) -> list[tuple[str, float]]:
    """Return the signs with their places."""
    return [(mark["sign"], mark["x"]) for mark in drawn if mark["part"] == "sign"]


def said(drawn: list[Mark]) -> list[str]:
    """Return the words that are printed."""
    return [mark["text"] for mark in drawn if mark["part"] == "words"]


def doses(drawn: list[Mark]) -> list[str]:
    """Return what is printed of a dose: the label of its row, or the words above its bar."""
    labels = dict.fromkeys(mark["row"][4:].replace("\n", " ") for mark in drawn)
    return [*labels, *said(drawn)]


def columns(picture: Picture) -> dict[str, int]:
    """Return the columns of a picture by the names of their occasions."""
    heads = views(picture).get("order as told; not to scale")
    if heads is None:
        return {}
    pairs = (mark["text"].split(" ", 1) for mark in heads["data"]["values"])
    return {name: int(number) for number, name in pairs}


def texts(value: object) -> Iterator[str]:
    """Yield all text of a specification."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
