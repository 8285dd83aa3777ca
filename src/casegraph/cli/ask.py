"""``casegraph query`` and ``sparql``: stored questions, and questions of one's own."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from casegraph.cli.engine import ENGINES, Asking, answered
from casegraph.cli.form import (
    ROW_FORMATS,
    Command,
    Source,
    needs_labels,
    on_terminal,
    say,
    source_option,
    stoppable,
    write,
    write_rows,
    write_table,
)
from casegraph.errors import InputError
from casegraph.namespaces import PREFIXES
from casegraph.query import StoredQuery, get_query, refuse_without_derived, stored_queries
from casegraph.rows import Rows
from casegraph.store import Answer, Store
from casegraph.story.examples import kept_examples
from casegraph.story.noticed import noticed

if TYPE_CHECKING:
    from pyoxigraph import QueryBoolean, QueryTriples

    from casegraph.terms import Terms

__all__ = ["parameter_option", "query", "sparql"]

_GRAPH_FORMATS = ("ttl", "nq", "trig", "jsonld")


def _named_values(ctx: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    values: dict[str, str] = {}
    for each in given:
        name, sign, value = each.partition("=")
        if not sign or not name:
            raise click.BadParameter(f"{each!r} is not name=value", ctx=ctx, param=parameter)
        if name in values:
            raise click.BadParameter(f"{name!r} is given twice", ctx=ctx, param=parameter)
        values[name] = value
    return values


#: ``-p name=value``, as the parameter ``values``.
parameter_option = click.option(
    "-p",
    "--parameter",
    "values",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_named_values,
    help="A parameter: an IRI, a CURIE, a label or synonym, the DOI of a case, a number; repeats.",
)


@click.command(
    cls=Command,
    examples=(
        ("casegraph query", "the list of stored queries"),
        ("casegraph query refractory_cases_responding -p drug=IL-2 -f csv", "with a value of your own"),
        ("casegraph query responses_to_drug --asserted", "by what the reports say, nothing derived"),
        ("casegraph query refractory_cases --compare refractory", "one column for each definition"),
    ),
)
@click.argument("name", required=False)
@parameter_option
@click.option("-f", "--format", "form", type=click.Choice(ROW_FORMATS), help="How to write the rows.")
@click.option("--about", is_flag=True, help="Tell what the query asks, takes and returns.")
@click.option("--why", "because", is_flag=True, help="Explain each row; as table, json or jsonl.")
@click.option("--compare", metavar="PARAM", help="Ask once for each value of PARAM, side by side.")
@click.option("--engine", type=click.Choice(ENGINES), default="auto", help="What answers; see below.")
@click.option("--explain", is_flag=True, help="Say on the standard error what was done, and why.")
@source_option
def query(name: str | None, values: dict[str, str], form: str | None, about: bool, **how: Any) -> None:
    """Ask a stored query by its NAME; without a name, list them all.

    Parameters that are not given keep the example that the query holds. The answer is a table on a terminal
    and TSV in a pipe; json, csv and tsv are those of the SPARQL standard.

    The questions that count over all cases are answered from columns beside the store, if there are any of
    just its state: the rows are the same. The engine columns makes them anew where that is needed; sparql
    never looks at them.
    """
    if how["because"] and how["compare"]:
        raise click.UsageError("--why explains the rows of one answer: leave --compare out")
    if how["compare"] and (how["explain"] or how["engine"] != "auto"):
        raise click.UsageError("--compare asks many times: leave --engine and --explain out")
    if name is None:
        if values or about or how["because"] or how["compare"] or how["source"].asserted:
            needing = "-p, --about, --why, --compare and --asserted need the NAME of a query"
            raise click.UsageError(f"{needing}; casegraph query lists them")
        _list(form)
    elif about:
        _tell(get_query(name))
    else:
        _answer(get_query(name), values, form, **how)


def _answer(asked: StoredQuery, values: dict[str, str], form: str | None, **how: Any) -> None:
    compare, because = how["compare"], how["because"]
    if how["source"].asserted:
        refuse_without_derived(asked)
    with how["source"].opened() as store, stoppable():
        if compare is not None:
            from casegraph.compare import compare as side_by_side

            rows = side_by_side(store, asked, compare, values)
        else:
            how_asked = Asking(how["engine"], how["explain"], whole=not how["source"].asserted)
            rows = answered(store, asked, values, how_asked)
        for line in noticed(store, asked, rows):
            say(line)
        _say_others(store, asked, values)
        terms = _terms_of(store) if needs_labels(form) or not rows.rows else None
        kept = kept_examples(asked, {*values, compare}, None if terms is None else lambda: terms)
        if because:
            from casegraph.cli.because import write_rows_because

            write_rows_because(store, asked, rows, form)
    if not because:
        write_rows(rows, form, terms)
    if kept:
        nothing = "" if rows.rows or how["source"].asserted else "no row; "
        say(f"{nothing}{kept}; set it by -p NAME=VALUE")
    if (
        terms is not None
        and not rows.rows
        and terms.told
        and any(each.type == "concept-and-below" for each in asked.head.parameters.values())
    ):
        text = (
            f"what is above {len(terms.told):,} of the store's terms is not known here, so that a wider term"
        )
        say(f"{text} does not find them; casegraph vocab add brings a vocabulary in")


def _say_others(store: Store, asked: StoredQuery, values: dict[str, str]) -> None:
    """Say which patients of a report are not asked for, where it was named for one."""
    for name, value in values.items():
        if asked.head.parameters[name].type == "case":
            from casegraph.cli.others import say_others

            say_others(store, value, "asked for")


def _terms_of(store: Store) -> Terms:
    from casegraph.told import with_told

    return with_told(store)


def _list(form: str | None) -> None:
    from pyoxigraph import Literal

    columns = ("name", "summary", "parameters")
    found = [
        (each.name, each.head.summary, ", ".join(each.head.parameters)) for each in stored_queries().values()
    ]
    if form == "table" or (form is None and on_terminal()):
        write_table(columns, [list(row) for row in found])
    else:
        write_rows(Rows(columns, tuple(tuple(map(Literal, row)) for row in found)), form)


def _tell(asked: StoredQuery) -> None:
    head = asked.head
    lines = [f"{asked.name}: {head.summary}", "", head.question, head.description.strip(), "", "Parameters"]
    lines += [f"  {name}: {each.label} ({each.type})" for name, each in head.parameters.items()]
    lines += ["", "Columns", *(f"  {name}: {meaning}" for name, meaning in head.returns.items())]
    write("\n".join([*lines, ""]))


@click.command(
    cls=Command,
    examples=(
        ("casegraph sparql 'SELECT ?case { ?case a cg:Case }'", "the prefixes of casegraph are known"),
        ("casegraph sparql @question.rq -f json", "a query from a file"),
        ("casegraph sparql 'CONSTRUCT WHERE { ?s cg:dose ?o }' -f ttl", "triples"),
    ),
)
@click.argument("text", metavar="QUERY|@FILE|-")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice((*ROW_FORMATS, *_GRAPH_FORMATS)),
    help="How to write rows; or the triples of CONSTRUCT and DESCRIBE.",
)
@source_option
def sparql(text: str, form: str | None, source: Source) -> int:
    """Ask a SPARQL query: SELECT, ASK, CONSTRUCT or DESCRIBE; from the call, a file, or - for a pipe.

    Patterns outside GRAPH see all graphs together. The exit code is 1 if ASK is answered with false.
    """
    from pyoxigraph import QueryBoolean, QueryTriples

    with source.opened() as store, stoppable():
        answer = _ask(store, _text(text))
        if isinstance(answer, QueryBoolean):
            return _truth(answer, form)
        if isinstance(answer, QueryTriples):
            _graph(answer, form)
        else:
            _fitting(form, ROW_FORMATS, "rows")
            write_rows(Rows.read(answer), form, _terms_of(store) if needs_labels(form) else None)
    return 0


def _text(text: str) -> str:
    if text == "-":
        return sys.stdin.read()
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the query cannot be read: {error}", where=text[1:]) from error


def _ask(store: Store, text: str) -> Answer:
    """Ask a query with the prefixes of casegraph that it uses and does not declare, on a line before it."""
    declared = set(re.findall(r"PREFIX\s+([\w-]*):\s*<", text, re.IGNORECASE))
    used = set(re.findall(r"([A-Za-z][\w-]*):", text)) & PREFIXES.keys()
    prefixes = "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in sorted(used - declared))
    try:
        return store.query(f"{prefixes}\n{text}")
    except InputError as error:
        place = re.fullmatch(r"query:(\d+):(\d+)", error.where)
        where = f"query:{int(place[1]) - 1}:{place[2]}" if place else error.where
        raise InputError(error.what, where=where, expected=error.expected, todo=error.todo) from error


def _truth(answer: QueryBoolean, form: str | None) -> int:
    _fitting(form, (*ROW_FORMATS, None), "true or false")
    if form == "json":
        from pyoxigraph import QueryResultsFormat

        write((answer.serialize(format=QueryResultsFormat.JSON) or b"").decode("utf-8") + "\n")
    else:
        write("true\n" if answer else "false\n")
    return 0 if answer else 1


def _graph(answer: QueryTriples, form: str | None) -> None:
    from pyoxigraph import RdfFormat, serialize

    _fitting(form, _GRAPH_FORMATS, "triples")
    formats = dict(
        zip(
            _GRAPH_FORMATS,
            (RdfFormat.TURTLE, RdfFormat.N_QUADS, RdfFormat.TRIG, RdfFormat.JSON_LD),
            strict=True,
        )
    )
    triples = list(answer)
    flat = "".join(map(str, triples))
    prefixes = {name: namespace for name, namespace in PREFIXES.items() if f"<{namespace}" in flat}
    written = serialize(triples, format=formats[form or "ttl"], prefixes=prefixes) or b""
    write(written.decode("utf-8"))


def _fitting(form: str | None, fitting: tuple[str | None, ...], answer: str) -> None:
    if form is not None and form not in fitting:
        expected = f"-f with one of {', '.join(filter(None, fitting))}"
        raise InputError(f"the answer is {answer} and cannot be written as {form}", expected=expected)
