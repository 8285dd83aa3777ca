"""``casegraph vocab``: whole vocabularies beside the shipped terms, and mappings between vocabularies."""

from __future__ import annotations

import click

from casegraph.cli.form import Command, say, write_line
from casegraph.cli.listing import LIST_FORM, Group, write_list
from casegraph.cli.mappings import mappings
from casegraph.errors import InputError

__all__ = ["vocab"]

_COLUMNS = ("name", "version", "terms", "obsolete", "prefixes", "licence", "source", "sha256")


@click.group(
    cls=Group,
    examples=(
        ("casegraph vocab add hp.obo", "a file you have: OBO, OBO Graphs JSON or OWL"),
        ("casegraph vocab add hpo3 cellxgene-ontology-guide:MONDO", "out of packages: HP and MONDO"),
        ("casegraph vocab remove mondo", "back to the shipped terms"),
    ),
)
def vocab() -> None:
    """Add whole vocabularies to the shipped terms, list them, remove them.

    What was added is known at once to term, check, load, query, show, why and reason. It is kept in the
    folder CASEGRAPH_VOCABULARY, by default in your own folder of settings. Mappings between vocabularies are
    kept in a store.
    """


vocab.add_command(mappings)


def _prefixes(ctx: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    if wrong := [name for name, sign, _ in pairs if not sign]:
        raise click.BadParameter(f"{wrong[0]!r} is not NAME=NAMESPACE", ctx=ctx, param=parameter)
    return {name: namespace for name, _, namespace in pairs}


@vocab.command(
    cls=Command,
    examples=(
        ("casegraph vocab add hp.obo", "under the name hp"),
        ("casegraph vocab add own.ttl --prefix OWN=https://example.org/own#", "identifiers of your own"),
        ("casegraph vocab add hpo3", "HP out of a package; needs pip install 'casegraph[vocab]'"),
    ),
)
@click.argument("what", nargs=-1, required=True, metavar="FILE|PACKAGE...")
@click.option("--name", default="", help="What to call it; by default the name of the file.")
@click.option(
    "--prefix", "prefixes", multiple=True, metavar="NAME=NAMESPACE", callback=_prefixes, help="Repeats."
)
def add(what: tuple[str, ...], name: str, prefixes: dict[str, str]) -> None:
    """Bring vocabularies in, each from a FILE or out of a PACKAGE.

    A FILE is OBO (.obo), OBO Graphs (.json) or OWL (.owl, .rdf, .xml, .ttl). A PACKAGE is hpo3 (HP) or
    cellxgene-ontology-guide (MONDO, CHEBI, CL, UBERON; one of them as cellxgene-ontology-guide:MONDO). One
    of the same name is replaced. If a file cannot be read whole, nothing of it is kept.
    """
    from casegraph.terms.adding import add as bring_in

    if name and len(what) > 1:
        raise click.UsageError("--name is for one file")
    for each in what:
        for added in bring_in(each, name=name, prefixes=prefixes):
            release = added.release
            verb = "replaced" if added.replaced else "added"
            write_line(verb, added.name, f"{len(release.entries)} classes", release.version, release.source)
            if added.nameless:
                without = f"{added.name}: {added.nameless} of its classes have no prefix"
                say(f"{without}: a case cannot name them; add it again with --prefix NAME=NAMESPACE")


@vocab.command(name="list", cls=Command, examples=(("casegraph vocab list -f json", "for a program"),))
@LIST_FORM
def list_added(form: str | None) -> None:
    """List the vocabularies that were added: release, licence, source file and its SHA-256."""
    from casegraph.terms.files import added_files, folder, open_added, prefixes_of

    rows = []
    for path in added_files():
        vocabulary = open_added(path)
        about = vocabulary.about() | {"name": path.stem, "prefixes": " ".join(prefixes_of(vocabulary))}
        rows.append([about[column] for column in _COLUMNS])
    write_list(_COLUMNS, rows, form)
    if not rows:
        say(f"no vocabulary was added; they are kept in {folder()}")


@vocab.command(cls=Command, examples=(("casegraph vocab remove mondo", "by its name in the list"),))
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def remove(names: tuple[str, ...]) -> None:
    """Remove vocabularies that were added; the shipped terms stay."""
    from casegraph.terms.files import added_files
    from casegraph.terms.files import remove as forget

    known = [path.stem for path in added_files()]
    if unknown := [name for name in names if name not in known]:
        raise InputError(
            f"no vocabulary is called {', '.join(unknown)}",
            expected=f"one of {', '.join(known)}" if known else "",
            todo="casegraph vocab list",
        )
    for name in names:
        forget(name)
        write_line("removed", name)
