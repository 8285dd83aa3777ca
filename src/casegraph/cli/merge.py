"""``casegraph merge``: other people's graphs come in by a plan, and go out again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from casegraph.cli.form import PATH, Command, say, store_option, write_line
from casegraph.cli.listing import LIST_FORM, Group, write_list
from casegraph.cli.outputs import opened_whole
from casegraph.merge.merged import Decided, Link, MergedDocument
from casegraph.merge.plan import MergePlan, plan_text, read_plan
from casegraph.store import open_store

__all__ = ["merge"]

_COLUMNS = ("id", "what", "about", "models", "dataset", "licence", "redistribution", "by", "when", "why")
_SHORT = 12
#: How many lines are written of what is no case, and of what a document leaves behind; the plan has them all.
_MOST = 12


@click.group(
    cls=Group,
    examples=(
        (
            "casegraph merge plan their-graph.ttl -o plan.yaml",
            "what would come, who may be who; then edit it",
        ),
        ("casegraph merge apply plan.yaml", "bring it in, with what was decided"),
        ("casegraph merge undo their-graph.ttl", "take it out again, without a trace"),
    ),
)
def merge() -> None:
    """Bring other people's graphs into a store, without losing or inventing anything.

    A plan says what would be brought in, who may be told of twice, and what contradicts. A person decides in
    it; what nobody decided stays undecided. Each document can be taken out again.
    """


@merge.command(
    cls=Command,
    examples=(
        ("casegraph merge plan their-graph.ttl -o plan.yaml", "one file: Turtle, N-Quads, RDF/XML, JSON-LD"),
        (
            "casegraph merge plan care-sm/ --dataset registry -o plan.yaml",
            "a folder is one document together",
        ),
        ("casegraph merge plan -o plan.yaml", "who may be who among the cases that are there"),
    ),
)
@click.argument("foreign", nargs=-1, type=PATH, metavar="FOREIGN...")
@click.option("-o", "--output", type=PATH, required=True, metavar="PLAN", help="Where to write the plan.")
@click.option("--dataset", metavar="NAME", help="What to call the data set; by default as the file.")
@click.option("--adapter", "folders", multiple=True, type=PATH, metavar="FOLDER", help="An adapter of yours.")
@click.option(
    "--all", "everything", is_flag=True, help="With the look-alikes that a better pair has settled."
)
@store_option
def plan(foreign: tuple[Path, ...], output: Path, location: str, **more: Any) -> None:
    """Write what bringing FOREIGN graphs in would come to; the store stays as it is.

    FOREIGN is RDF: a file, or a folder or an archive whose files are one document together. Nothing that a
    document mentions is fetched. Without FOREIGN, the plan is about the cases that are in the store.
    Look-alikes of whom one fits somebody else by far better are counted, and left out.
    """
    from casegraph.merge.adapters import read_adapter, shipped_adapters
    from casegraph.merge.planning import make_plan

    if more["dataset"] and len(foreign) > 1:
        raise click.UsageError("--dataset is for one document")
    adapters = (*shipped_adapters(), *map(read_adapter, more["folders"]))
    fresh = _is_missing(location)
    if fresh:
        say(f"{location} is not there yet; casegraph merge apply makes it")
    with open_store(":memory:" if fresh else location) as store, _told():
        made = make_plan(store, foreign, more["dataset"], adapters, everything=more["everything"])
    with opened_whole(str(output)) as out:
        out.write(plan_text(made).encode())
    _tell_plan(made, output)


@contextmanager
def _told() -> Iterator[None]:
    """Say on the standard error what is done, if it takes long."""
    from casegraph.cli.meter import Ticking
    from casegraph.merge.stages import watched

    with Ticking() as ticking, watched(ticking):
        yield


def _is_missing(location: str) -> bool:
    return "://" not in location and location != ":memory:" and not Path(location).exists()


def _tell_plan(made: MergePlan, output: Path) -> None:
    for each in made.sources:
        how = f"lifted by {each.model}" if each.model else "that no adapter reads"
        write_line(each.path, each.document[:_SHORT], f"{each.statements} statements {how}")
        write_line("", "", f"{len(each.cases)} cases and groups with {each.claims} claims")
        for what, lines in (("not a case", each.refused), ("left", each.left)):
            for line in lines[:_MOST]:
                write_line("", "", f"{what}: {line}")
            if len(lines) > _MOST:
                write_line("", "", f"{what}: and {len(lines) - _MOST} more lines, in the plan")
    proposed = Counter(link.proposed for link in made.links)
    for kind, many in sorted(proposed.items()):
        write_line("links", kind, many)
    for kind, many in sorted(made.left_out.items()):
        say(f"{many:,} {kind} links are left out: one of the two fits another far better; --all writes them")
    if not made.links:
        say("no two are proposed as the same")
    say(f"{output}: edit it, then casegraph merge apply {output}")


@merge.command(
    name="apply",
    cls=Command,
    examples=(
        ("casegraph merge apply plan.yaml", "bring it in; what is undecided stays undecided"),
        (
            "casegraph merge apply plan.yaml --accept same-patient --by 'M. Rossi' --why 'reviewed the list'",
            "decide all links that are proposed as the same patient",
        ),
    ),
)
@click.argument("file", type=PATH, metavar="PLAN")
@click.option(
    "--accept",
    multiple=True,
    type=click.Choice(("same-patient", "probably-same-patient", "possible-overlap")),
    help="Decide what is undecided as it is proposed; may be given again.",
)
@click.option("--at-least", type=float, metavar="BITS", help="With --accept: from this score on.")
@click.option("--by", default="", metavar="NAME", help="With --accept: who decides.")
@click.option("--why", default="", metavar="TEXT", help="With --accept: why.")
@click.option("--adapter", "folders", multiple=True, type=PATH, metavar="FOLDER", help="An adapter of yours.")
@store_option
def apply_plan(file: Path, location: str, folders: tuple[Path, ...], **policy: Any) -> None:
    """Carry out a PLAN: all of it or nothing.

    The foreign graphs come in as they are, beside the cases that were lifted out of them. What was decided
    is recorded with who, when and why; --accept leaves alone what was decided before. The foreign files must
    be unchanged, and where they were or beside the plan.
    """
    from casegraph.merge.adapters import read_adapter, shipped_adapters
    from casegraph.merge.applying import apply
    from casegraph.merge.merged import links
    from casegraph.merge.policy import Policy, decided

    rule = Policy(**policy)
    made = _beside(read_plan(file), file.parent)
    adapters = (*shipped_adapters(), *map(read_adapter, folders))
    if _is_missing(location):  # a plan that is refused makes no store
        with open_store(":memory:", writable=True) as trial, _told():
            apply(trial, decided(made, rule), adapters)
    with open_store(location, writable=True) as store, _told():
        done = apply(store, decided(made, rule, {each.iri for each in links(store)}), adapters)
    for document, state in done.documents.items():
        write_line(state, document)
    for link in done.decided:
        write_line(link.decision, *link.between, link.by)
        before = done.before.get(link.iri)
        if before is not None and before.decision != link.decision:
            last = f" by {before.decisions[-1].by}" if before.decisions else ""
            say(f"that takes the place of {before.decision}{last}")
    say(f"{done.cases} cases and groups; {len(done.decided)} links decided, {done.undecided} undecided")


def _beside(made: MergePlan, folder: Path) -> MergePlan:
    """Return a plan whose documents are looked for beside it, where they are not where it says."""
    sources = (
        replace(each, path=str(folder / each.path))
        if not Path(each.path).exists() and (folder / each.path).exists()
        else each
        for each in made.sources
    )
    return replace(made, sources=tuple(sources))


@merge.command(
    cls=Command,
    examples=(
        ("casegraph merge undo their-graph.ttl", "by the name of the file, or by its id in the list"),
        ("casegraph merge undo --all", "everything that was merged or decided"),
    ),
)
@click.argument("ids", nargs=-1, metavar="ID...")
@click.option("--all", "everything", is_flag=True, help="All documents and links.")
@store_option
def undo(ids: tuple[str, ...], location: str, *, everything: bool) -> None:
    """Take documents, or links, out again, and all that is there because of them alone.

    The store is then as if they had never come: casegraph digest prints the same. What you loaded yourself
    since then stays. The ledger tells of both.
    """
    from casegraph.merge.undoing import undo as take_out

    if bool(ids) == everything:
        raise click.UsageError("give the ID of a document or a link, or --all")
    with open_store(location, writable=True) as store:
        done = take_out(store, None if everything else ids)
    for each in (*done.documents, *done.links):
        write_line("removed", each)
    say(f"{len(done.documents)} documents, {done.cases} cases and groups, {len(done.links)} links")


@merge.command(
    name="get",
    cls=Command,
    examples=(
        ("casegraph merge get their-graph.ttl -o again.nq", "by the name of the file that came"),
        ("casegraph merge get 72975573b757 | sort -u", "by its id in the list"),
    ),
)
@click.argument("name", metavar="ID")
@click.option(
    "-o", "--output", type=PATH, metavar="FILE", help="Where to write it; by default the standard output."
)
@store_option
def get_document(name: str, output: Path | None, location: str) -> None:
    """Write a document that was merged as it came, as N-Quads.

    Nothing of it is missing and nothing is added; its blank nodes are blank nodes again. The licence that it
    tells is said on the standard error.
    """
    from casegraph.errors import InputError
    from casegraph.merge.merged import find_document, merged_documents
    from casegraph.merge.original import original_lines

    with open_store(location) as store:
        found = find_document(merged_documents(store), name)
        if found is None:
            todo = "casegraph merge list has those that there are"
            raise InputError(f"no document is called {name!r}", expected="a hash or a name", todo=todo)
        lines = original_lines(store, found)
    with opened_whole(None if output is None else str(output)) as out:
        out.writelines(f"{line}\n".encode() for line in lines)
    licence = " ".join(found.licences) or "none told"
    say(f"{found.hash}: {len(lines)} statements; licence: {licence}; redistribution: {found.redistribution}")


@merge.command(
    name="list",
    cls=Command,
    examples=(
        ("casegraph merge list", "documents and links, and who decided"),
        ("casegraph merge list -f json", "for a program"),
    ),
)
@LIST_FORM
@store_option
def list_merged(form: str | None, location: str) -> None:
    """List the documents that were merged, and what was decided: by whom, when and why."""
    from casegraph.merge.merged import links, merged_documents

    with open_store(location) as store:
        rows = [_document_row(each) for each in merged_documents(store)]
        rows += [_link_row(each) for each in links(store)]
    write_list(_COLUMNS, rows, form)


def _document_row(found: MergedDocument) -> list[str]:
    told = (found.names, found.models, found.datasets, found.licences, (found.redistribution,))
    return [found.hash[:_SHORT], "document", *map(" ".join, told), "", "", ""]


def _link_row(link: Link) -> list[str]:
    last = link.decisions[-1] if link.decisions else Decided("", "", "", "")
    name = link.iri.rpartition("/")[2][:_SHORT]
    return [name, link.decision, " ".join(link.between), "", "", "", "", last.by, last.at, last.why]
