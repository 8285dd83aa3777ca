"""``casegraph vocab mappings``: mapping sets of a store, in SSSOM."""

from __future__ import annotations

from pathlib import Path

import click

from casegraph.cli.form import Command, say, store_option, write_line
from casegraph.cli.listing import LIST_FORM, Group, write_list

__all__ = ["mappings", "write_sets"]

_COLUMNS = ("name", "mappings", "predicates", "licence", "version", "set")


@click.group(
    cls=Group,
    examples=(
        ("casegraph vocab mappings add mondo_omim.sssom.tsv", "a mapping set that you have"),
        ("casegraph query mapped_terms -p term=MONDO:0018975", "what a term is mapped to"),
        ("casegraph export sssom --set mondo_omim", "the set out of the store again"),
    ),
)
def mappings() -> None:
    """Keep mappings between vocabularies in a store: SSSOM in, SSSOM out.

    They are told beside the cases and change no answer about them; mapped_terms asks them, and adapters use
    them. An exact match is never taken for the equivalence of two classes.
    """


@mappings.command(
    cls=Command,
    examples=(
        ("casegraph vocab mappings add mondo_omim.sssom.tsv", "under the end of its mapping_set_id"),
        ("casegraph vocab mappings add fhir phenopacket care_sm", "the sets that ship with casegraph"),
        ("casegraph vocab mappings add set.tsv --name own", "under a name of your own"),
    ),
)
@click.argument("what", nargs=-1, required=True, metavar="FILE|NAME...")
@click.option("--name", default="", help="What to call it; by default the end of its mapping_set_id.")
@store_option
def add(what: tuple[str, ...], name: str, location: str) -> None:
    """Bring mapping sets into a store, each from a FILE in SSSOM/TSV or, by its NAME, a shipped one.

    The same set takes its own place again. If a file has a mistake, nothing of it is kept.
    """
    from casegraph.merge.mappings import add_mappings, mapping_file
    from casegraph.store import open_store

    if name and len(what) > 1:
        raise click.UsageError("--name is for one file")
    files = [mapping_file(each) for each in what]
    with open_store(location, writable=True) as store:
        for path in files:
            added = add_mappings(store, path, name)
            count = f"{len(added.mapping_set.mappings)} mappings"
            write_line(added.state, added.name, count, added.mapping_set.iri, path.name)


@mappings.command(
    name="list",
    cls=Command,
    examples=(
        ("casegraph vocab mappings list", "what there is, of how many mappings"),
        ("casegraph vocab mappings list -f json", "for a program"),
    ),
)
@LIST_FORM
@store_option
def list_sets(form: str | None, location: str) -> None:
    """List the mapping sets of a store: how many mappings, with which predicates, licence, version."""
    from casegraph.merge.mappings import mapping_sets
    from casegraph.store import open_store

    rows = []
    with open_store(location) as store:
        for name, each in mapping_sets(store):
            predicates = " ".join(sorted({mapping.predicate_id for mapping in each.mappings}))
            told = (each.value("license"), each.value("mapping_set_version"))
            rows.append([name, str(len(each.mappings)), predicates, *told, each.iri])
    write_list(_COLUMNS, rows, form)
    if not rows:
        say("no mapping set is in the store; casegraph vocab mappings add FILE brings one in")


@mappings.command(
    cls=Command,
    examples=(
        ("casegraph vocab mappings remove mondo_omim", "by its name in the list"),
        ("casegraph vocab mappings remove fhir phenopacket", "several at once"),
    ),
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@store_option
def remove(names: tuple[str, ...], location: str) -> None:
    """Take mapping sets out of a store, without a trace but in its ledger."""
    from casegraph.merge.mappings import remove_mappings
    from casegraph.store import open_store

    with open_store(location, writable=True) as store:
        remove_mappings(store, names)
    for name in names:
        write_line("removed", name)


def write_sets(
    location: str, output: str | None, names: tuple[str, ...], chosen: tuple[tuple[str, ...], float]
) -> None:
    """Write mapping sets of a store as SSSOM/TSV: one to a file, or each to a file of a folder.

    :param output: where to; a folder ends with ``/``; None is the standard output.
    :param names: which sets; none means all.
    :param chosen: the predicates, of which none means all, and the least confidence.
    :raises InputError: if there is no such set, or several would go into one file.
    """
    from casegraph.cli.outputs import make_folder, opened_whole
    from casegraph.errors import InputError
    from casegraph.mappings.writing import write_mappings
    from casegraph.merge.mappings import mapping_sets
    from casegraph.store import open_store

    with open_store(location) as store:
        texts = {name: write_mappings(each.chosen(*chosen)) for name, each in mapping_sets(store, names)}
    if not texts:
        todo = "casegraph vocab mappings add FILE"
        raise InputError("no mapping set is in the store", where=location, todo=todo)
    if output is not None and (output.endswith("/") or Path(output).is_dir()):
        folder = make_folder(output)
        for name, text in texts.items():
            with opened_whole(folder / f"{name}.sssom.tsv") as out:
                out.write(text.encode())
        return
    if len(texts) > 1:
        there = ", ".join(texts)
        raise InputError(
            f"{len(texts)} sets do not go into one file", expected=f"--set, one of {there}; or -o FOLDER/"
        )
    with opened_whole(output) as out:
        out.write(next(iter(texts.values())).encode())
