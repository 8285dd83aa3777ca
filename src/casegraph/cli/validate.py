"""``casegraph validate``: case documents, the cases of a store, or any RDF file against SHACL shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from casegraph.cli.form import PATH, Command, progress, say, store_option, write, write_line
from casegraph.errors import DocumentError, InputError
from casegraph.facts import case_iris, read_quads
from casegraph.ingest import prepare
from casegraph.loaders import case_files
from casegraph.rules import data_with_hierarchy
from casegraph.store import open_store
from casegraph.terms import all_terms
from casegraph.validate import ENGINES, Report, Shapes, read_data, read_shapes, shipped_shapes
from casegraph.validate import validate as validate_data

__all__ = ["validate"]


@dataclass(frozen=True, slots=True)
class _Checked:
    """What was checked, and the result."""

    source: str
    report: Report


@click.command(
    cls=Command,
    examples=(
        ("casegraph validate", "every case in the store"),
        ("casegraph validate smith-2024.yaml --fail-on warning", "a document before it is loaded, strictly"),
        ("casegraph validate --data g.ttl --shapes s.ttl -f ttl", "any data and shapes, standard report"),
    ),
)
@click.argument("paths", nargs=-1, metavar="[PATH...]", type=PATH)
@click.option("--data", type=PATH, help="An RDF file, in place of case documents.")
@click.option("--shapes", multiple=True, type=PATH, help="Shapes for --data; repeats.")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["text", "json", "ttl"]),
    default="text",
    help="Words, JSON, or the standard's report in Turtle.",
)
@click.option(
    "--engine",
    type=click.Choice(sorted(ENGINES)),
    default="shacl",
    show_default=True,
    help="The fast one, or the reference.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["violation", "warning"]),
    default="violation",
    show_default=True,
    help="From which severity on the exit code is 1.",
)
@store_option
def validate(paths: tuple[Path, ...], data: Path | None, form: str, fail_on: str, **options: object) -> int:
    """Check data against SHACL shapes: case documents, an RDF file, or every case in the store.

    Each case is checked on its own, together with its report. The exit code is 1 if a shape is violated;
    warnings do not change it unless --fail-on warning asks for that.
    """
    engine, location = str(options["engine"]), str(options["location"])
    shapes = options["shapes"]
    if data is not None and paths:
        raise click.UsageError("give either documents or --data, not both")
    if shapes and data is None:
        raise click.UsageError("--shapes needs --data; documents and cases are checked by the shipped shapes")
    broken = 0
    if data is not None:
        found = [_of_data(data, tuple(shapes) if isinstance(shapes, tuple) else (), engine)]
    elif paths:
        found, broken = _of_documents(paths, engine)
    else:
        found = list(_of_store(location, engine))
    _write(found, form)
    failed = any(not each.report.ok or (fail_on == "warning" and each.report.warnings) for each in found)
    return 1 if failed or broken else 0


def _of_data(path: Path, shapes: tuple[Path, ...], engine: str) -> _Checked:
    """Check a file; beside the shipped shapes it gets the hierarchy that they rely on."""
    ntriples = read_data(path)
    if shapes:
        read = read_shapes(shapes)
        for each in read.imports:
            say(f"{read.where}: owl:imports {each} is not followed; name that file with --shapes as well")
        return _Checked(str(path), validate_data(ntriples, read, engine=engine))
    return _Checked(str(path), _with_shipped(ntriples, engine, shipped_shapes()))


def _with_shipped(quads: str, engine: str, shapes: Shapes) -> Report:
    return validate_data(data_with_hierarchy(quads, all_terms()), shapes, engine=engine)


def _of_documents(paths: tuple[Path, ...], engine: str) -> tuple[list[_Checked], int]:
    """Return the reports of documents, and how many could not be read."""
    found: list[_Checked] = []
    files = case_files(paths)
    broken = 0
    for path in progress(files, len(files), what="validating"):
        try:
            prepared = prepare(path)
        except DocumentError as error:
            broken += 1
            say(f"{error}\n{path}: not validated, correct the document first")
            continue
        report = prepared.report
        if engine != "shacl":
            report = _with_shipped(prepared.asserted + prepared.inferred, engine, shipped_shapes())
        found.append(_Checked(str(path), report))
    return found, broken


def _of_store(location: str, engine: str) -> Iterator[_Checked]:
    with open_store(location) as store:
        iris = case_iris(store)
        if not iris:
            raise InputError("no case in the store", where=location, todo="load some: casegraph load PATH")
        for iri in progress(iris, len(iris), what="validating"):
            quads = "".join(read_quads(store, iri).values())
            yield _Checked(iri, _with_shipped(quads, engine, shipped_shapes()))


def _write(found: list[_Checked], form: str) -> None:
    if form == "ttl":
        results = {result.sort_key(): result for each in found for result in each.report.results}
        write(Report(tuple(results[key] for key in sorted(results))).to_turtle())
    elif form == "json":
        import msgspec

        said = [
            {
                "source": each.source,
                "conforms": each.report.conforms,
                "ok": each.report.ok,
                "results": [asdict(result) for result in each.report.results],
            }
            for each in found
        ]
        write(msgspec.json.encode(said).decode() + "\n")
    else:
        labels = all_terms().labels
        for each in found:
            write_line(f"{each.source}: {'conforms' if each.report.conforms else _verdict(each.report)}")
            if not each.report.conforms:
                write(f"{each.report.to_text(labels=labels)}\n\n")


def _verdict(report: Report) -> str:
    return "no violation" if report.ok else "violates shapes"
