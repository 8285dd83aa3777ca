"""``casegraph export``: cases of a store in the formats of other tools, and what they leave behind."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

import click

from casegraph.cli.form import PLACE, Command, say, store_option, write_line
from casegraph.cli.others import say_others
from casegraph.cli.outputs import make_folder, opened_whole, refuse_same_files
from casegraph.cli.tally import loss_lines
from casegraph.errors import InputError, MissingExtraError
from casegraph.export.stored import StoredCase
from casegraph.loaders.remote import Place, Remote, place_of
from casegraph.losses import Loss, summary_of, to_json_lines
from casegraph.store import Store, open_store
from casegraph.terms import all_terms

__all__ = ["export"]

#: format -> (module:function that writes it, suffix of a file of one case).
_CASES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "phenopacket": ("casegraph.export.phenopacket:write_phenopackets", ".json"),
        "fhir": ("casegraph.export.fhir:write_fhir", ".json"),
        "care-sm": ("casegraph.export.care_sm:write_care_sm", ".csv"),
        "csv": ("casegraph.export.table:write_csv", ".csv"),
        "parquet": ("casegraph.export.table:write_parquet", ".parquet"),
    }
)
_RDF: Mapping[str, str] = MappingProxyType(
    {"turtle": ".ttl", "trig": ".trig", "nquads": ".nq", "jsonld": ".jsonld"}
)
#: The tables by which all cases are counted: no case by itself.
_COLUMNS = "columns"
#: The mapping sets: none of them is of a case.
_SSSOM = "sssom"
_BINARY = frozenset({"parquet"})
_EXTRA = "pip install 'casegraph[formats]'"


@click.command(
    cls=Command,
    examples=(
        (
            "casegraph export phenopacket -o packets.jsonl",
            "all cases, a phenopacket a line; packets/: a file each",
        ),
        (
            "casegraph export fhir --case 10.1007/s13555-020-00421-8 -o seed.json",
            "one case as a FHIR R4B bundle",
        ),
        ("casegraph export csv --losses losses.jsonl > cases.csv", "a table, and all that is not in it"),
        ("casegraph export columns -o columns/", "Parquet for DuckDB, polars, Spark, Trino: counts over all"),
    ),
)
@click.argument("form", metavar="FORMAT", type=click.Choice((*_CASES, _COLUMNS, _SSSOM, *_RDF)))
@click.option("--case", "cases", multiple=True, metavar="CASE", help="This case only; may be given again.")
@click.option(
    "-o", "--output", metavar="FILE", help="Where to, also a URL; FOLDER/ gets a file for each case."
)
@click.option("--losses", type=PLACE, metavar="FILE", help="Write what is left behind, a line of JSON each.")
@click.option("--asserted", is_flag=True, help="Leave out what was derived (RDF).")
@click.option("--set", "sets", multiple=True, metavar="NAME", help="This mapping set only (sssom); repeats.")
@click.option(
    "--predicate", "predicates", multiple=True, metavar="CURIE", help="These mappings only (sssom)."
)
@click.option(
    "--confidence", type=click.FloatRange(0, 1), help="Mappings of this confidence or more only (sssom)."
)
@store_option
def export(form: str, cases: tuple[str, ...], location: str, **more: Any) -> int:
    """Hand cases over as phenopacket, fhir, care-sm, csv, parquet, columns, sssom or RDF.

    RDF is turtle, trig, nquads or jsonld. columns are the tables of all cases, sssom the mapping sets of
    the store.

    What the format has no place for is told on the standard error: how much of what, and why; --losses writes
    each such thing. Nothing is invented to fill a field that the format wants.
    """
    output = str(more["output"]) if more["output"] else None
    if output is None and form in _BINARY and sys.stdout.isatty():
        raise InputError(f"{form} is no text for a terminal", todo="give -o FILE")
    refuse_same_files([output, more["losses"]])
    if form == _SSSOM:
        return _write_sets(location, output, cases, more)
    if used := [name for name in ("sets", "predicates", "confidence") if more[name]]:
        raise InputError(
            f"--{used[0].removesuffix('s')} is of mapping sets", expected="casegraph export sssom"
        )
    if form == _COLUMNS:
        return _write_columns(location, output, cases)
    with ExitStack() as kept:
        store = kept.enter_context(open_store(location))
        iris = _meant(store, cases)
        wanted = more["losses"]
        losses = kept.enter_context(opened_whole(wanted)) if isinstance(wanted, Place) else None
        try:
            if form in _RDF:
                lost = _write_rdf(store, form, iris, output, asserted=bool(more["asserted"]))
            else:
                lost = _write_cases(store, form, iris, output)
        except KeyboardInterrupt:
            say("stopped; a file that was not whole yet is as it was before")
            raise
        _tell(lost, losses)
    return 0


def _write_columns(location: str, output: str | None, cases: tuple[str, ...]) -> int:
    """Write the tables of a store, by default beside it, and say where they are."""
    from casegraph.projection import build, find, write

    if cases:
        raise InputError("columns are of all cases of a store", todo="leave --case out")
    folder = place_of(output) if output else None
    if isinstance(folder, Remote):
        todo = "write them here, and copy the folder"
        raise InputError("columns go into a folder of this machine", where=str(folder), todo=todo)
    with open_store(location) as store:
        _refuse_withheld(store)
        made = write(store, folder) if folder else find(store) or build(store)
    write_line(made.folder)
    return 0


def _write_sets(location: str, output: str | None, cases: tuple[str, ...], more: Mapping[str, Any]) -> int:
    """Write the mapping sets of a store, of which nothing is left behind."""
    from casegraph.cli.mappings import write_sets

    if used := [name for name in ("losses", "asserted") if more[name]] + ["case"] * bool(cases):
        raise InputError("a mapping set is of no case", todo=f"leave --{used[0]} out")
    write_sets(location, output, more["sets"], (more["predicates"], more["confidence"] or 0))
    return 0


def _refuse_withheld(store: Store) -> None:
    from casegraph.merge.merged import withheld

    if kept_back := withheld(store):
        told = f"columns are of all cases, and the licence of {len(kept_back)} forbids to hand them on"
        raise InputError(told, todo="take their document out before: casegraph merge undo ID")


def _meant(store: Store, cases: tuple[str, ...]) -> tuple[str, ...]:
    from casegraph.facts import case_iris
    from casegraph.merge.merged import withheld
    from casegraph.subjects import find_case

    kept_back, named = withheld(store), dict.fromkeys(find_case(store, each) for each in cases)
    if refused := sorted(kept_back.intersection(named)):
        todo = "ask who owns it; casegraph merge list tells where it is from"
        raise InputError(f"the licence of {refused[0]} forbids to hand it on", todo=todo)
    iris = tuple(named) or tuple(each for each in case_iris(store) if each not in kept_back)
    if kept_back and not named:
        say(f"{len(kept_back)} cases and groups are left out: their licence forbids to hand them on")
    if not iris and kept_back:
        todo = "casegraph merge list tells where they are from"
        raise InputError("nothing is left that may be handed on", where=store.location, todo=todo)
    if not iris:
        raise InputError("no case in the store", where=store.location, todo="load some: casegraph load PATH")
    for each in cases:
        say_others(store, each, "written", besides=iris)
    _say_merged(store)
    return iris


def _say_merged(store: Store) -> None:
    """Say what of a store no format of cases has a place for: foreign documents, and what was decided."""
    from casegraph.merge.merged import links, merged_documents

    found = {"foreign documents": len(merged_documents(store)), "links between cases": len(links(store))}
    if told := [f"{many:,} {what}" for what, many in found.items() if many]:
        say(f"not in it: {', '.join(told)} (casegraph merge list); casegraph backup copies the whole store")


def _write_cases(store: Store, form: str, iris: Iterable[str], output: str | None) -> list[Loss]:
    from casegraph.export.reading import stored_cases

    write, lost = _writer(form), list[Loss]()
    found = stored_cases(store, iris, all_terms(), lost)
    if output is None or not _is_folder(output):
        with opened_whole(output) as out:
            lost += list(write(found, out))
        return lost
    folder, taken = make_folder(output), set[str]()
    for stored in found:
        with opened_whole(folder / _file_name(stored.iri, _CASES[form][1], taken)) as out:
            lost += list(write([stored], out))
    return lost


def _write_rdf(
    store: Store, form: str, iris: Iterable[str], output: str | None, *, asserted: bool
) -> list[Loss]:
    from casegraph.export.rdf import write_rdf

    if output is not None and _is_folder(output):
        raise InputError("RDF goes into one file", where=output, expected="-o FILE")
    graphs = _graphs(store, iris, asserted=asserted)
    with opened_whole(output) as out:
        if form != "nquads":
            return list(write_rdf(graphs, out, form))
        out.writelines(each.encode() for each in graphs)
    return []


def _graphs(store: Store, iris: Iterable[str], *, asserted: bool) -> Iterator[str]:
    """Yield the N-Quads of each graph of cases, a report's once, and what is told of terms none knows."""
    from casegraph.facts import read_quads
    from casegraph.ingest.unresolved import concepts_in
    from casegraph.told import told_quads
    from casegraph.triples.written import statements

    concepts, shared = set[str](), set[str]()
    for iri in iris:
        for name, quads in read_quads(store, iri).items():
            if not quads or name in shared or (asserted and name.endswith("/inferred")):
                continue
            if not name.startswith(f"{iri}/"):
                shared.add(name)
            concepts |= concepts_in(statements(quads))
            yield quads
    yield told_quads(store, concepts)


def _writer(form: str) -> Callable[[Iterable[StoredCase], BinaryIO], Iterator[Loss]]:
    module, _, function = _CASES[form][0].partition(":")
    try:
        found: Callable[[Iterable[StoredCase], BinaryIO], Iterator[Loss]] = getattr(
            import_module(module), function
        )
    except ModuleNotFoundError as error:
        if str(error.name).startswith("casegraph"):
            raise
        raise MissingExtraError(f"{error.name} is not installed, and {form} needs it", todo=_EXTRA) from error
    return found


def _is_folder(path: str) -> bool:
    return path.endswith("/") or Path(path).is_dir()


def _file_name(iri: str, suffix: str, taken: set[str]) -> str:
    """Return a name for the file of a case, made of its IRI: no hidden file, and none that another has.

    :param taken: the names so far, in lower case: some systems take upper and lower case for the same.
    """
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", iri.split("/case/", 1)[-1]).strip("_.")[:150] or "case"
    name, number = stem, 1
    while name.lower() in taken:
        number += 1
        name = f"{stem}-{number}"
    taken.add(name.lower())
    return name + suffix


def _tell(lost: list[Loss], out: BinaryIO | None) -> None:
    if out is not None:
        out.writelines(line.encode() for line in to_json_lines(lost))
    for line in loss_lines(Counter(summary_of(lost)), told=out is not None):
        say(line)
