"""``casegraph cases``, ``remove`` and ``digest``: what a store holds, and how a report is taken out of it."""

from __future__ import annotations

import click

from casegraph.cli.form import (
    ROW_FORMATS,
    Command,
    on_terminal,
    say,
    store_option,
    write_line,
    write_rows,
    write_table,
)
from casegraph.errors import InputError
from casegraph.facts import read_case
from casegraph.ingest import remove as remove_report
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.rows import Rows
from casegraph.store import Store, open_store
from casegraph.store.syntax import named
from casegraph.subjects import find_case
from casegraph.told import with_told

__all__ = ["cases", "digest", "remove"]

_CASES = f"""
PREFIX cg: <{CG}>
PREFIX dcterms: <{PREFIXES["dcterms"]}>
PREFIX rdfs: <{PREFIXES["rdfs"]}>
PREFIX void: <{PREFIXES["void"]}>
SELECT ?case ?diagnosis ?sex ?age ?claims ?title ?doi {{
  GRAPH ?asserted {{ ?case a cg:Case ; cg:reportedIn ?report }}
  OPTIONAL {{ GRAPH ?asserted {{ ?case cg:sex ?value }} BIND(STRAFTER(STR(?value), "#") AS ?sex) }}
  OPTIONAL {{ GRAPH ?asserted {{ ?case cg:ageYears ?age }} }}
  OPTIONAL {{ GRAPH ?report {{ ?report dcterms:title ?printed }} }}
  OPTIONAL {{
    GRAPH ?asserted {{ ?record cg:recordId ?id ; void:inDataset ?dataset }}
    GRAPH ?dataset {{ ?dataset dcterms:title ?name }}
  }}
  BIND(CONCAT(?name, ", ", ?id) AS ?called)
  BIND(IF(BOUND(?called) && (?report = ?dataset || !BOUND(?printed)), ?called, ?printed) AS ?title)
  OPTIONAL {{ GRAPH ?report {{ ?report cg:doi ?doi }} }}
  OPTIONAL {{
    SELECT ?asserted (COUNT(*) AS ?claims) {{ GRAPH ?asserted {{ ?claim cg:basis ?basis }} }}
    GROUP BY ?asserted
  }}
  OPTIONAL {{
    SELECT ?case (GROUP_CONCAT(?name; separator="; ") AS ?diagnosis) {{
      GRAPH ?inferred {{ ?case cg:diagnosis ?disease }}
      OPTIONAL {{ GRAPH <{BASE}ontology> {{ ?disease rdfs:label ?shipped }} }}
      OPTIONAL {{ GRAPH <{BASE}ontology/added> {{ ?disease rdfs:label ?added }} }}
      OPTIONAL {{ GRAPH <{BASE}ontology/unresolved> {{ ?disease rdfs:label ?told }} }}
      BIND(COALESCE(?shipped, ?added, ?told, STR(?disease)) AS ?name)
    }} GROUP BY ?case
  }}
}} ORDER BY ?case"""
_GROUPS = f"SELECT ?group {{ GRAPH ?g {{ ?group a <{CG}Group> }} }} ORDER BY ?group"


@click.command(
    cls=Command,
    examples=(
        ("casegraph cases", "all cases, with diagnosis, sex, age and report"),
        ("casegraph cases -f csv > cases.csv", "the same for a spreadsheet"),
    ),
)
@click.option("-f", "--format", "form", type=click.Choice(ROW_FORMATS), help="How to write them.")
@store_option
def cases(form: str | None, location: str) -> None:
    """List the cases of a store: diagnosis as the authors give it, sex, age, claims, report.

    The claims are those of the case; the report has further ones, about the literature and about itself.
    A record that names no publication has its data set and its identifier for a title.
    """
    with open_store(location) as store:
        rows = Rows.read(store.query(_CASES, union=False))
        groups = Rows.read(store.query(_GROUPS, union=False))
        terms = with_told(store)
    if form == "table" or (form is None and on_terminal()):
        names = ("case", "diagnosis", "sex", "age", "claims", "title")
        write_table(names, [[_short(str(row[name] or "")) for name in names] for row in rows])
    else:
        write_rows(rows, form, terms)
    for group in groups:
        say(f"a group, which is no case: {group['group']}")


def _short(value: str) -> str:
    """Return what ``casegraph show`` takes for a case; any other value as it is."""
    return value.removeprefix(f"{BASE}case/")


@click.command(
    cls=Command,
    examples=(
        ("casegraph remove 10.1007/s13555-020-00421-8", "the report with this DOI and all its cases"),
        (f"casegraph remove {BASE}report/10.1007/s13555-020-00421-8", "the same by its IRI"),
        (f"casegraph remove {BASE}dataset/clinic-2026", "a data set with all its cases"),
    ),
)
@click.argument("report", metavar="CASE|REPORT|DATASET")
@store_option
def remove(report: str, location: str) -> None:
    """Take a report and its cases, or cases of a data set, out of a store, and nothing else.

    A report and its cases are one unit, loaded and removed together: their claims point to the passages of
    the report. So a CASE of a report stands for its report. A case of a data set goes alone, and a DATASET
    with all its cases. The removed graphs are written, one a line.
    """
    iri = report.strip("<>")
    with open_store(location) as store:
        whole = iri.startswith((f"{BASE}report/", f"{BASE}dataset/"))
        found = named(iri).value if whole else _removable(store, find_case(store, iri))
    with open_store(location, writable=True) as store:
        graphs = remove_report(store, found)
        _with_links(store, graphs)
    if not graphs:
        raise InputError(
            f"there is no {found}", where=location, todo="casegraph cases lists the cases it has"
        )
    for graph in graphs:
        write_line(graph)
    subjects = sum(graph.endswith("/asserted") for graph in graphs)
    say(f"removed {found} with its {subjects} case{'' if subjects == 1 else 's'}")


def _with_links(store: Store, graphs: tuple[str, ...]) -> None:
    """Take out what was decided about cases that went; say where a foreign document still tells of them."""
    from casegraph.merge.keeping import refresh_links
    from casegraph.merge.merged import merged_documents

    gone = {graph.removesuffix("/asserted") for graph in graphs}
    if cut := refresh_links(store).cut:
        say(f"{cut} links went with it; the ledger keeps who decided them, and a plan tells it")
    for document in merged_documents(store):
        if not gone.isdisjoint(document.brings):
            told = f"{' '.join(document.names)} still tells of it in its own graph"
            say(f"{told}; casegraph merge undo {document.hash[:12]} takes that out too")


def _removable(store: Store, case: str) -> str:
    """Return what goes with a case: itself, if it is of a data set, else its report."""
    facts = read_case(store, case)
    return case if facts.having("recordId") else facts.report


@click.command(
    cls=Command,
    examples=(
        ("casegraph digest", "GRAPH<TAB>SHA-256 of every graph but the ledger"),
        ("casegraph digest > before.tsv", "keep it, to compare two stores or two moments with diff"),
    ),
)
@store_option
def digest(location: str) -> None:
    """Print a SHA-256 for each graph of a store: the same content gives the same digest anywhere.

    The ledger is left out: it says when and from which file something was loaded. The default graph, if
    somebody put something there, is called https://w3id.org/casegraph/default-graph.
    """
    with open_store(location) as store:
        for graph, found in sorted(store.digest().items()):
            write_line(graph, found)
