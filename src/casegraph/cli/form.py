"""The form that all commands share: examples in the help, where the store is, how an answer is written."""

from __future__ import annotations

import re
import shutil
import signal
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

    from casegraph.rows import Rows
    from casegraph.store import Store
    from casegraph.terms import Terms

__all__ = [
    "PATH",
    "PLACE",
    "ROW_FORMATS",
    "Command",
    "Source",
    "on_terminal",
    "progress",
    "say",
    "source_option",
    "stoppable",
    "store_option",
    "write",
    "write_block",
    "write_line",
    "write_lines",
    "write_records",
    "write_rows",
    "write_table",
]


class _Path(click.Path):
    """A path that is not empty: an empty one would mean the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not str(value):
            self.fail("the path is empty", param, ctx)
        if "://" in str(value):
            self.fail(f"{value} is a URL, and a path is wanted", param, ctx)
        return super().convert(value, param, ctx)


class _Place(_Path):
    """A path, or a URL of any protocol that fsspec knows."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from casegraph.loaders.remote import Remote, place_of

        place = place_of(str(value)) if str(value) else value
        return place if isinstance(place, Remote) else super().convert(str(place), param, ctx)


#: Where the store is unless ``--store`` or ``CASEGRAPH_STORE`` says otherwise.
DEFAULT_STORE = "casegraph-store"
#: How the rows of an answer can be written.
ROW_FORMATS = ("table", "csv", "tsv", "json", "jsonl", "md")
_WITHOUT_LABELS = ("csv", "tsv", "json")
#: A path as a parameter; whether it is there and can be read is told by who reads it.
PATH = _Path(path_type=Path, readable=False)
#: A path, or a URL, as :class:`casegraph.loaders.remote.Remote`.
PLACE = _Place(path_type=Path, readable=False)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NARROWEST_COLUMN = 12

_T = TypeVar("_T")


class Command(click.Command):
    """A command whose help ends with examples.

    :param examples: pairs of what to type and what it does.
    """

    def __init__(self, *args: Any, examples: tuple[tuple[str, str], ...], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        formatter.write("\nExamples:\n")
        for line, meaning in self.examples:
            formatter.write(f"  # {meaning}\n  {line}\n")


def store_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option ``--store``, as its parameter ``location``."""
    return click.option(
        "--store",
        "location",
        metavar="S",
        envvar="CASEGRAPH_STORE",
        default=DEFAULT_STORE,
        show_default=True,
        show_envvar=True,
        help="The store: a directory, or the address of a SPARQL endpoint.",
    )(function)


@dataclass(frozen=True, slots=True)
class Source:
    """The store that a command asks: where it is, and whether what was derived is left out."""

    location: str
    asserted: bool

    @contextmanager
    def opened(self) -> Iterator[Store]:
        """Open the store for reading; that something is left out is said."""
        from casegraph.store import open_store

        with open_store(self.location) as store:
            if self.asserted:
                say("derived triples are left out; what needs them is not found")
            yield store.without_derived() if self.asserted else store


def source_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options ``--store`` and ``--asserted``, as its parameter ``source``."""

    @wraps(function)
    def called(*args: Any, location: str, asserted: bool, **settings: Any) -> Any:
        return function(*args, source=Source(location, asserted), **settings)

    leaving_out = click.option(
        "--asserted", is_flag=True, help="Leave out all that was derived: what the reports say, and no more."
    )
    return leaving_out(store_option(called))


@contextmanager
def stoppable() -> Iterator[None]:
    """Let Ctrl-C end the program at once, also within a query, which no Python code can interrupt."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def on_terminal() -> bool:
    """Say whether a person reads the standard output."""
    return sys.stdout.isatty()


def say(text: str) -> None:
    """Talk to the person at the terminal: what is no data goes to the standard error."""
    click.echo(_printable(text, sys.stderr), err=True)


def write(text: str) -> None:
    """Write text that ends its own lines to the standard output, as it is and at once.

    On a terminal, control characters that came with the data are replaced: they could steer it.
    """
    sys.stdout.write(_printable(text, sys.stdout))
    sys.stdout.flush()


def _printable(text: str, stream: TextIO) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text) if stream.isatty() else text


def write_line(*fields: object) -> None:
    """Write one line to the standard output, its fields separated by tabs."""
    write("\t".join(str(field).replace("\t", " ").replace("\n", " ") for field in fields) + "\n")


def write_lines(lines: Iterable[str]) -> None:
    """Write lines; on a terminal they are wrapped, each under its own beginning."""
    width = shutil.get_terminal_size().columns if on_terminal() else 0
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        fits = len(line) <= width or width <= len(indent)
        write((line if fits else textwrap.fill(line, width, subsequent_indent=indent)) + "\n")


def write_block(told: Mapping[str, object]) -> None:
    """Write one thing for people: a line for each of its values, below its first two; then an empty line."""
    first, second, *others = told
    write(f"{told[first]} {told[second]}\n")
    width = max(map(len, others))
    for name in others:
        value = told[name]
        for number, line in enumerate(value if isinstance(value, list) else [value] if value else []):
            said = name.replace("_", " ") if number == 0 else ""
            write(f"  {said:<{width}}  {line}\n")
    write("\n")


def progress(steps: Iterable[_T], total: int | None, *, what: str) -> Iterator[_T]:
    """Yield the steps; where a person watches and there are several, with a bar on the standard error.

    :param total: how many there are; None where that is not known.
    """
    if total == 1 or not sys.stderr.isatty():
        yield from steps
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        yield from bar.track(steps, total=total, description=what)


def needs_labels(form: str | None) -> bool:
    """Say whether rows are written with the labels of terms in a form; see :func:`write_rows`."""
    return (form or ("table" if on_terminal() else "tsv")) not in _WITHOUT_LABELS


def write_rows(rows: Rows, form: str | None, terms: Terms | None = None) -> None:
    """Write the rows of an answer.

    :param form: one of :data:`ROW_FORMATS`; None is a table on a terminal and TSV in a pipe.
    :param terms: where labels are from; None is the vocabulary at hand.
    """
    form = form or ("table" if on_terminal() else "tsv")
    if form in _WITHOUT_LABELS:
        texts = {"csv": rows.to_csv, "tsv": rows.to_tsv, "json": rows.to_json}
        write(texts[form]())
        return
    from casegraph.terms import all_terms

    known = terms or all_terms()
    if form == "jsonl":
        write(rows.to_jsonl(known))
    elif form == "md":
        write(rows.to_markdown(known))
    else:
        write_table(rows.columns, rows.to_table(known))


def write_table(columns: Iterable[str], rows: list[list[str]]) -> None:
    """Write rows for people: a table, or one block a row where the columns would become too narrow."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    names = list(columns)
    rows = [[_printable(cell, sys.stdout) for cell in row] for row in rows]
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    if not rows:
        say("no rows")
    elif len(names) * _NARROWEST_COLUMN <= console.width:
        table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for position, name in enumerate(names):
            longest = max(len(row[position]) for row in rows)
            table.add_column(name, overflow="fold", no_wrap=position == 0 and longest <= console.width // 2)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    else:
        _write_each(console, names, rows)


def write_records(columns: Iterable[str], rows: list[list[str]], below: Iterable[Iterable[str]]) -> None:
    """Write rows for people, one block a row with its own lines below."""
    from rich.console import Console

    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    if not rows:
        say("no rows")
    _write_each(console, list(columns), rows, below)


def _write_each(
    console: Console, names: list[str], rows: list[list[str]], below: Iterable[Iterable[str]] | None = None
) -> None:
    from rich.table import Table

    for number, (row, lines) in enumerate(zip(rows, below or repeat(()), strict=False), start=1):
        grid = Table.grid("", "", padding=(0, 2))
        for name, value in zip(names, row, strict=True):
            if value:
                grid.add_row(name, _printable(value, sys.stdout))
        console.print(f"row {number} of {len(rows)}")
        console.print(grid)
        write_lines(f"  {line}" for line in lines)
        console.print()
