"""``casegraph term``, ``schema`` and ``reason``: the words of a case, its form, and what follows from it."""

from __future__ import annotations

import time
from pathlib import Path

import click
from click.core import ParameterSource

from casegraph.cli.form import PATH, Command, say, store_option, write, write_line
from casegraph.errors import InputError
from casegraph.namespaces import compact
from casegraph.terms import Terms, shipped_terms

__all__ = ["reason", "schema", "term"]


@click.command(
    cls=Command,
    examples=(
        ("casegraph term IL-2", "by a synonym"),
        ("casegraph term MONDO:1010089", "by its identifier"),
        ("casegraph term 'muscle weaknes'", "what is not known is told with the nearest terms"),
    ),
)
@click.argument("text")
def term(text: str) -> None:
    """Look a term up by its label, a synonym, its CURIE or IRI.

    What means nothing, or more than one term, is told with the nearest ones.
    """
    terms = shipped_terms()
    iri = terms.resolve(text)
    write_line("term", f"{compact(iri)} {terms.label(iri)}")
    write_line("iri", iri)
    for name, values in (
        ("synonym", terms.synonyms.get(iri, ())),
        ("parent", _said(terms, terms.parents.get(iri, ()))),
        ("part or kind of", _said(terms, terms.wholes.get(iri, ()))),
    ):
        for value in sorted(values):
            write_line(name, value)


def _said(terms: Terms, iris: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{compact(each)} {terms.label(each) or ''}".rstrip() for each in iris)


@click.command(
    cls=Command,
    examples=(
        ("casegraph schema -o my-cases/case-document.schema.json", "a file for your editor"),
        ("casegraph schema | jq '.\"$defs\".DoseSegment'", "one part of it"),
    ),
)
@click.option("-o", "--output", type=PATH, metavar="FILE", help="Write it to a file, also over an older one.")
def schema(output: Path | None) -> None:
    """Print the JSON Schema of a case document; an editor checks, completes and explains YAML by it.

    A document of casegraph new looks for it beside itself, as case-document.schema.json.
    """
    import msgspec

    from casegraph.curate.files import write_file
    from casegraph.model.schema import case_schema

    text = msgspec.json.format(msgspec.json.encode(case_schema()), indent=2).decode() + "\n"
    if output is None:
        write(text)
    else:
        write_file(output, text)
        say(f"the schema is in {output}")


@click.command(
    cls=Command,
    examples=(
        ("casegraph reason", "classify the ontology; then the defined classes of each case"),
        ("casegraph reason --engine hermit", "the same by the reference reasoner; needs Java"),
    ),
)
@click.option(
    "--engine",
    type=click.Choice(["rustdl", "hermit"]),
    default="rustdl",
    show_default=True,
    help="The fast one, or the reference, which needs Java.",
)
@store_option
@click.pass_context
def reason(ctx: click.Context, engine: str, location: str) -> int:
    """Classify the shipped ontology, and tell which of its defined classes each case in the store is in."""
    from casegraph.reason import classify

    began = time.perf_counter()
    found = classify(engine=engine)
    write_line("ontology", "consistent" if found.consistent else "inconsistent")
    write_line("unsatisfiable classes", len(found.unsatisfiable), *map(compact, found.unsatisfiable))
    write_line("classes", len(found.superclasses) + len(found.unsatisfiable))
    write_line("is-a-kind-of pairs", sum(map(len, found.superclasses.values())))
    say(f"{engine} took {time.perf_counter() - began:.1f} s")
    _place_cases(location, engine, given=ctx.get_parameter_source("location"))
    return 0 if found.consistent and not found.unsatisfiable else 1


def _place_cases(location: str, engine: str, *, given: ParameterSource | None) -> None:
    """Write the defined classes of each case; a default store that is not there yet is no mistake."""
    from casegraph.cli.facts import case_iris, read_quads
    from casegraph.reason import infer_case_classes
    from casegraph.store import open_store

    try:
        store = open_store(location)
    except InputError as error:
        if given != ParameterSource.DEFAULT:
            raise
        say(f"{error}; no case to place")
        return
    with store:
        asserted = [read_quads(store, iri)[f"{iri}/asserted"] for iri in case_iris(store)]
    reasoner = "hermit" if engine == "hermit" else "closure"
    terms = shipped_terms()
    for iri, classes in infer_case_classes("".join(asserted), engine=reasoner).items():
        write_line(iri, *_said(terms, tuple(sorted(classes))))
