"""``casegraph stats``: what a store holds, and outcomes by drug with every patient in the denominator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import click

from casegraph.cli.form import (
    ROW_FORMATS,
    Command,
    on_terminal,
    say,
    stoppable,
    store_option,
    write,
    write_rows,
    write_table,
)
from casegraph.errors import InputError
from casegraph.query import get_query, run
from casegraph.rows import Rows
from casegraph.store import open_store
from casegraph.story.noticed import notices_of_all
from casegraph.terms import all_terms

__all__ = ["NOTE", "stats"]

NOTE = (
    "Published cases over-represent success: who improved is written up more often than who did not. These "
    "numbers count published patients; they are no rates and no evidence that a drug works. Not reported: "
    "the report was read whole and tells no outcome. Not captured: it was not read whole, or it is a record "
    "that only a program read, so its silence means nothing. Improved and not improved overlap; groups are "
    "never added to patients."
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A stored query, its title, and the columns that people are shown; none named are all."""

    query: str
    title: str
    shown: tuple[str, ...] = ()


_GROUP_COLUMNS = ("group", "patients", "drug", "domain", "direction", "criterion", "told")
_PARTS: Mapping[str, _Part] = MappingProxyType(
    {
        "counts": _Part("corpus_counts", "What there is"),
        "claims": _Part("claims_by_kind", "Claims by kind"),
        "diagnoses": _Part("corpus_diagnoses", "Diagnoses"),
        "outcomes": _Part("outcomes_by_drug", "Patients and their outcomes by drug"),
        "groups": _Part("outcomes_of_groups", "Groups, never added to patients", _GROUP_COLUMNS),
    }
)


@click.command(
    cls=Command,
    examples=(
        ("casegraph stats", "everything that can be counted"),
        ("casegraph stats --drug tofacitinib", "what became of those who were given a drug"),
        ("casegraph stats --part outcomes -f csv", "one part as a file for other programs"),
    ),
)
@click.option("--part", type=click.Choice(list(_PARTS)), help="Only this part.")
@click.option("--drug", metavar="TERM", help="Only outcomes on this drug and its kinds, each by itself.")
@click.option("-f", "--format", "form", type=click.Choice(ROW_FORMATS), help="How to write the numbers.")
@store_option
def stats(part: str | None, drug: str | None, form: str | None, location: str) -> None:
    """Count reports, cases, claims, diagnoses and drugs, and the outcomes of the patients by drug.

    Several parts are tables on a terminal and Markdown in a pipe; json is one object of all parts, jsonl one
    row a line. csv and tsv hold one table and need --part. Each part is a stored query.
    """
    names = _chosen(part, drug)
    form = form or ("table" if on_terminal() else "tsv" if len(names) == 1 else "md")
    if form in ("csv", "tsv") and len(names) > 1:
        raise InputError(f"{form} holds one table", todo=f"choose one with --part: {', '.join(names)}")
    kept = frozenset(all_terms().below(all_terms().resolve(drug))) if drug is not None else None
    with open_store(location) as store, stoppable():
        found = {name: run(store, get_query(_PARTS[name].query)) for name in names}
        for line in notices_of_all(store):
            say(line)
    if kept is not None:
        found = {name: _of_drugs(rows, kept) for name, rows in found.items()}
    _write(found, form)


def _chosen(part: str | None, drug: str | None) -> tuple[str, ...]:
    about_drugs = ("outcomes", "groups")
    if drug is not None and part not in (None, *about_drugs):
        raise InputError(f"the part {part} is not told by drug", expected=f"one of {', '.join(about_drugs)}")
    if part is not None:
        return (part,)
    return tuple(_PARTS) if drug is None else about_drugs


def _of_drugs(rows: Rows, kept: frozenset[str]) -> Rows:
    place = rows.columns.index("drug")
    return Rows(rows.columns, tuple(row for row in rows.rows if getattr(row[place], "value", None) in kept))


def _write(found: Mapping[str, Rows], form: str) -> None:
    if form in ("json", "jsonl"):
        _write_json(found, form)
    elif len(found) == 1 and form in ("csv", "tsv"):
        for rows in found.values():
            write_rows(rows, form)
        say(NOTE)
    else:
        for name, rows in found.items():
            _write_for_people(_PARTS[name], rows, form)
        write(f"{NOTE}\n")


def _write_json(found: Mapping[str, Rows], form: str) -> None:
    import msgspec

    if form == "json":
        parts = {name: msgspec.Raw(rows.to_json().encode()) for name, rows in found.items()}
        write(msgspec.json.encode({"note": NOTE, "parts": parts}).decode() + "\n")
        return
    for name, rows in found.items():
        for line in rows.to_jsonl(all_terms()).splitlines():
            write(f'{{"part":"{name}",{line[1:]}\n')
    say(NOTE)


def _write_for_people(part: _Part, rows: Rows, form: str) -> None:
    columns = part.shown or rows.columns
    places = [rows.columns.index(name) for name in columns]
    shown = Rows(tuple(columns), tuple(tuple(row[place] for place in places) for row in rows.rows))
    if form == "md":
        write(f"## {part.title}\n\n{shown.to_markdown(all_terms())}\n")
    else:
        write(f"{part.title}\n\n")
        write_table(shown.columns, shown.to_table(all_terms()))
        write("\n")
