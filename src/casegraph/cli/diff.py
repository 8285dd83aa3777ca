"""``casegraph diff``: what changed between two case documents, or between two stores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from casegraph.cli.form import ROW_FORMATS, Command, say, stoppable, write, write_rows
from casegraph.errors import DocumentError, InputError
from casegraph.rows import Rows

if TYPE_CHECKING:
    from casegraph.curate.diff import Change
    from casegraph.curate.release import ReleaseChange, Releases

__all__ = ["diff"]

_DIFFERENT, _UNREADABLE = 1, 2
_FORMATS = ("text", *ROW_FORMATS)
_COLUMNS = ("where", "change", "thing", "field", "before", "after", "claim", "text")


@click.command(
    cls=Command,
    examples=(
        ("casegraph diff old.yaml new.yaml", "what changed, in words"),
        ("casegraph diff old.yaml new.yaml -f json", "the same for a program"),
        ("casegraph diff release-1/ casegraph-store/", "two stores: what each report says differently"),
        ("casegraph diff release-1/ http://localhost:7878 -f csv", "a store and an endpoint, as a table"),
    ),
)
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="text",
    help="Words, JSON, or rows like those of an answer.",
)
def diff(before: str, after: str, form: str) -> int:
    """Tell what changed between two case documents, or two stores: directories, or endpoints.

    Order, comments and style are no change. Of stores, what has the same digest in both is not read; what was
    derived is marked: it may differ because a rule or the ontology does, though no report says anything new.

    The exit code is 0 if they say the same, 1 if they differ, and 2 if one of them cannot be read.
    """
    stores = [_is_store(each) for each in (before, after)]
    if all(stores):
        with stoppable():
            return _stores(before, after, form)
    if any(stores):
        document, store = (after, before) if stores[0] else (before, after)
        todo = f"casegraph load --store OTHER {document} makes a store of it, to compare with {store}"
        raise InputError("a case document is not compared with a store", where=document, todo=todo)
    return _documents(before, after, form)


def _is_store(text: str) -> bool:
    return text.lower().startswith(("http://", "https://")) or Path(text).is_dir()


def _documents(before: str, after: str, form: str) -> int:
    from casegraph.curate.diff import differences
    from casegraph.loaders import read_document

    try:
        documents = [read_document(Path(path)).document for path in (before, after)]
    except DocumentError as error:
        say(str(error))
        return _UNREADABLE
    changes = differences(documents[0], documents[1], _plain_name)
    _write(form, changes, _COLUMNS, (asdict(each) | {"text": str(each)} for each in changes))
    return _DIFFERENT if changes else 0


def _stores(before: str, after: str, form: str) -> int:
    from casegraph.curate.release import compare_stores
    from casegraph.store import open_store

    with open_store(before) as old, open_store(after) as new:
        releases = compare_stores(old, new, _plain_name)
        changes = tuple(releases.changes)
    _write(form, changes, ("report", "derived", *_COLUMNS), map(_row, changes))
    say(_counts(releases, changes))
    return _DIFFERENT if changes else 0


def _row(found: ReleaseChange) -> dict[str, object]:
    told = {"report": found.report, "derived": found.derived, **asdict(found.change)}
    return told | {"text": str(found)}


def _write(
    form: str, changes: Iterable[object], columns: tuple[str, ...], rows: Iterable[dict[str, object]]
) -> None:
    if form == "text":
        write("".join(f"{each}\n" for each in changes))
    elif form == "json":
        import msgspec

        write(msgspec.json.format(msgspec.json.encode(list(rows)), indent=2).decode() + "\n")
    else:
        from pyoxigraph import Literal

        terms = (tuple(Literal(row[name]) for name in columns) for row in rows)  # type: ignore[arg-type]
        write_rows(Rows(columns, tuple(terms)), form)


def _counts(releases: Releases, changes: Iterable[ReleaseChange]) -> str:
    """Return how many claims and cases changed, in a line."""
    claims = Counter(kind for kind, _ in _claims(changes))
    withdrawn, new, changed = claims["removed"], claims["new"], claims["changed"]
    return (
        f"claims: {changed:,} changed, {withdrawn:,} withdrawn, {new:,} new; "
        f"cases and groups: {releases.changed:,} changed, {releases.gone:,} gone, {releases.new:,} new, "
        f"{releases.derived:,} only derived anew, {releases.same:,} the same"
    )


def _claims(changes: Iterable[ReleaseChange]) -> Iterator[tuple[str, object]]:
    """Yield each claim that changed once, however many of its properties did, with the way it did."""
    seen: set[object] = set()
    for found in (each for each in changes if each.change.claim):
        change: Change = found.change
        kind = "changed" if change.change == "renamed" else change.change
        claim = kind, (found.report, change.where, change.thing)
        if claim not in seen:
            seen.add(claim)
            yield claim


def _plain_name(code: str) -> str:
    """Return what people call a term; one that is not known keeps the label of the document."""
    from casegraph.namespaces import expand
    from casegraph.terms import all_terms

    curie, _, label = code.partition(" ")
    try:
        return all_terms().plain(expand(curie)) or label
    except InputError:
        return label
