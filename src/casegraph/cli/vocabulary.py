"""``casegraph term``, ``schema`` and ``reason``: the words of a case, its form, and what follows from it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from pathlib import Path

import click
from click.core import ParameterSource

from casegraph.cli.form import PATH, Command, on_terminal, say, store_option, write, write_block, write_line
from casegraph.errors import InputError
from casegraph.namespaces import compact
from casegraph.terms import Hit, Terms, all_terms
from casegraph.terms.branches import kind_of

__all__ = ["reason", "schema", "term"]

_TERM_FORMATS = ("table", "tsv", "json")


@click.command(
    cls=Command,
    examples=(
        ("casegraph term IL-2", "by a synonym"),
        ("casegraph term MONDO:1010089 -f json", "by its identifier, for a program"),
        ("casegraph term 'gotron papule'", "mistyped: the terms that it may be meant for"),
    ),
)
@click.argument("text")
@click.option("-f", "--format", "form", type=click.Choice(_TERM_FORMATS), help="How to write the terms.")
def term(text: str, form: str | None) -> None:
    """Look a term up by its IRI, CURIE, label or a synonym; if nothing fits, by its spelling.

    Each term says which of these matched, and by which name. Vocabularies that were added by casegraph vocab
    are looked through with the shipped one. It is a table on a terminal and TSV in a pipe.
    """
    terms = all_terms()
    hits = terms.search(text)
    if not hits:
        todo = "casegraph vocab add brings a whole vocabulary in"
        raise InputError(f"unknown term {text!r}, and no name is like it", todo=todo)
    told = [_told(hit, terms) for hit in hits]
    form = form or ("table" if on_terminal() else "tsv")
    if form == "json":
        write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    elif form == "tsv":
        write_line(*told[0])
        for each in told:
            write_line(*map(_flat, each.values()))
    else:
        for each in told:
            write_block(each)


def _told(hit: Hit, terms: Terms) -> dict[str, object]:
    """Return what is known of a term, in the order in which it is read."""
    iri = hit.iri
    instead = terms.replacement(iri)
    return {
        "term": compact(iri),
        "label": terms.label(iri) or "",
        "matched": hit.matched,
        "name": hit.name,
        "likeness": hit.likeness,
        "kind": kind_of(iri, terms),
        "status": "obsolete" if terms.is_obsolete(iri) else "live",
        "replaced_by": "" if instead is None else _said(terms, [instead])[0],
        "definition": terms.definition(iri) or "",
        "synonyms": sorted(terms.names(iri)[1:]),
        "parents": _said(terms, sorted(terms.parents.get(iri, ()))),
        "part_or_kind_of": _said(terms, sorted(terms.wholes.get(iri, ()))),
        "way_up": _said(terms, terms.way_up(iri)[1:]),
        "iri": iri,
    }


def _flat(value: object) -> str:
    return " | ".join(map(str, value)) if isinstance(value, list) else str(value)


def _said(terms: Terms, iris: Iterable[str]) -> list[str]:
    return [f"{compact(each)} {terms.label(each) or ''}".rstrip() for each in iris]


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
    from casegraph.facts import case_iris, read_quads
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
    terms = all_terms()
    for iri, classes in infer_case_classes("".join(asserted), engine=reasoner, terms=terms).items():
        write_line(iri, *_said(terms, sorted(classes)))
