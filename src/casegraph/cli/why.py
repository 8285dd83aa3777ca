"""``casegraph why``: the rules, claims and passages behind a claim, something derived, or an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from casegraph.cli.ask import parameter_option
from casegraph.cli.because import CaseInWords, Cases, explained_rows, is_part, row_steps
from casegraph.cli.chains import as_data
from casegraph.cli.form import Command, say, stoppable, store_option, write, write_lines
from casegraph.cli.others import say_others
from casegraph.errors import InputError
from casegraph.facts import CaseFacts
from casegraph.namespaces import CG, PREFIXES, compact
from casegraph.query import get_query, run
from casegraph.rows import PythonValue
from casegraph.store import Store, open_store
from casegraph.story.around import notices_of_case
from casegraph.story.evidence import of_claim
from casegraph.story.examples import kept_examples
from casegraph.story.noticed import noticed
from casegraph.terms import Terms
from casegraph.why import Step, derived_properties, derived_values, is_derived, prov_triples

__all__ = ["why"]

_TYPE = PREFIXES["rdf"] + "type"
_CASE = "10.1007/s13555-020-00421-8/1"
#: A property and a value.
_MOST_NAMED = 2


@click.command(
    cls=Command,
    examples=(
        (f"casegraph why {_CASE}#il2-weekly", "a claim: where it stands in the report"),
        (f"casegraph why {_CASE} refractoryTo hydroxychloroquine", "a derived triple, down to its passages"),
        (f"casegraph why {_CASE}#refractory-clinically-skin -f ttl", "a judgement, as RDF with PROV-O"),
        ("casegraph why refractory_cases_responding", "a stored query: the evidence of each row"),
    ),
)
@click.argument("what", metavar="IRI|NAME")
@click.argument("which", metavar="[PROPERTY [VALUE]]", nargs=-1)
@parameter_option
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(("text", "json", "ttl")),
    default="text",
    show_default=True,
    help="For people, as nested JSON, or as RDF with PROV-O.",
)
@store_option
def why(what: str, which: tuple[str, ...], values: dict[str, str], form: str, location: str) -> None:
    """Give the rules, claims and passages behind an answer.

    IRI is a claim or something derived, written as CASE#name or as its IRI; or a CASE: then its derived
    properties are explained, all, or only PROPERTY, or only that PROPERTY has VALUE; a is the property of
    being in a class that is defined in OWL. NAME is a stored query:
    it is asked, and each row is explained by the claims and judgements that it names.
    """
    asked = what.isidentifier()
    if values and not asked:
        raise click.UsageError("-p needs the name of a stored query")
    if which and (asked or "#" in what):
        raise click.UsageError("PROPERTY needs a CASE before it")
    if len(which) > _MOST_NAMED:
        raise click.UsageError(f"{which[_MOST_NAMED]!r} is too much: give a CASE, a PROPERTY and a VALUE")
    with open_store(location) as store, stoppable():
        if asked:
            _of_query(Cases(store), store, what, values, form)
        else:
            case, steps = _explained(store, what, which)
            _write(case, steps, form)
            for line in notices_of_case(store, case.words.facts):
                say(f"a notice: {line}")


def _explained(store: Store, what: str, which: tuple[str, ...]) -> tuple[CaseInWords, list[Step]]:
    """Return a case with what explains a part of it, or its derived properties."""
    if "#" in what:
        case, step = _of_part(store, what)
        return case, [step]
    case = Cases(store).of(what)
    say_others(store, what, "explained")
    return case, _properties(case, what, *which)


def _of_part(store: Store, what: str) -> tuple[CaseInWords, Step]:
    owner, _, fragment = what.strip("<>").rpartition("#")
    case = Cases(store).of(owner)
    facts = case.words.facts
    node = f"{facts.report if owner == facts.report else facts.case}#{fragment}"
    if not facts.kind(node):
        todo = f"casegraph show {facts.case}"
        raise InputError(f"no part is called {fragment!r}", where=owner, todo=todo)
    return case, case.explainer.node(node)


def _properties(
    case: CaseInWords, what: str, name: str | None = None, value: str | None = None
) -> list[Step]:
    facts = case.words.facts
    found = derived_properties(facts)
    if name is not None:
        wanted = _TYPE if name in ("a", "rdf:type", _TYPE) else CG + name.removeprefix(CG).removeprefix("cg:")
        if wanted not in found:
            raise _not_derived(facts, what, name, found)
        found = (wanted,)
    pairs = [(each, iri) for each in found for iri in derived_values(facts, each)]
    if value is not None:
        known = ", ".join(case.words.label(iri) for _, iri in pairs)
        missing = InputError(f"{name} has no value {value!r}", where=what, expected=f"one of {known}")
        meant = _meant(case, [iri for _, iri in pairs], value, missing)
        pairs = [pair for pair in pairs if pair[1] == meant]
    return [case.explainer.property(each, iri) for each, iri in pairs]


def _not_derived(facts: CaseFacts, what: str, name: str, found: tuple[str, ...]) -> InputError:
    """Return what to say of a property that nothing derives: it is told by the case itself, or not there."""
    names = ("a" if each == _TYPE else each.removeprefix(CG) for each in found)
    known = f"one of {', '.join(names)}" if found else "another case, nothing is derived of this one"
    if not facts.having(name.removeprefix(CG).removeprefix("cg:")):
        return InputError(f"no derived property {name!r}", where=what, expected=known)
    return InputError(
        f"{name!r} is stated and not derived, so that no rule explains it",
        where=what,
        expected=f"{known}; or a claim as CASE#name",
        todo=f"casegraph show {facts.case} tells what is stated, and where",
    )


def _meant(case: CaseInWords, values: list[str], said: str, missing: InputError) -> str:
    """Return the value that is meant, by its IRI, its CURIE or its name, in a vocabulary or in the record.

    :param missing: what to raise where it is none of the values.
    """
    for iri in values:
        if said.casefold() in (iri.casefold(), compact(iri).casefold(), case.words.label(iri).casefold()):
            return iri
    try:
        found = case.words.terms.resolve(said)
    except InputError as error:
        raise missing from error
    if found not in values:
        raise missing
    return found


def _write(case: CaseInWords, steps: list[Step], form: str) -> None:
    if form == "json":
        _write_json([as_data(case.words, step) for step in steps])
    elif form == "ttl":
        _write_turtle(steps)
    else:
        write_lines(_text(case, steps))


def _text(case: CaseInWords, steps: list[Step]) -> Iterator[str]:
    for step in steps:
        if step.name is None and not is_derived(case.words.facts, step.node):
            yield from of_claim(case.words, step.node)
        else:
            yield from case.telling.chain(step)
    yield from case.telling.legend()


def _write_json(told: object) -> None:
    import msgspec

    write(msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n")


def _write_turtle(steps: Iterable[Step]) -> None:
    from pyoxigraph import RdfFormat, serialize

    triples = prov_triples(steps)
    flat = "".join(map(str, triples))
    prefixes = {name: namespace for name, namespace in PREFIXES.items() if f"<{namespace}" in flat}
    write((serialize(triples, format=RdfFormat.TURTLE, prefixes=prefixes) or b"").decode("utf-8"))


def _of_query(cases: Cases, store: Store, name: str, values: dict[str, str], form: str) -> None:
    asked = get_query(name)
    rows = run(store, asked, values)
    for line in noticed(store, asked, rows):
        say(line)
    if kept := kept_examples(asked, values, lambda: cases.terms):
        say(f"{kept}; set it by -p NAME=VALUE")
    if form == "text":
        head = (asked.head.question.strip(), f"{len(rows)} row{'' if len(rows) == 1 else 's'}")
        write_lines(
            (*head, *_row_lines(list(rows), list(explained_rows(cases, asked, rows)), name, cases.terms))
        )
        return
    why_each = [list(row_steps(cases, asked, row)) for row in rows]
    if form == "ttl":
        _write_turtle(step for each in why_each for _, step in each)
    else:
        pairs = zip(rows, why_each, strict=True)
        _write_json(
            [{"row": row, "why": [as_data(case.words, each) for case, each in steps]} for row, steps in pairs]
        )


def _row_lines(
    rows: list[dict[str, PythonValue]], lines: list[list[str]], name: str, terms: Terms
) -> Iterator[str]:
    for number, (row, because) in enumerate(zip(rows, lines, strict=True), start=1):
        told = {column: _shown(value, terms) for column, value in row.items() if value not in (None, "")}
        yield ""
        yield f"Row {number}: {'; '.join(f'{column} {value}' for column, value in told.items() if value)}"
        yield from (f"  {line}" for line in because)
    if rows and not any(lines):
        yield ""
        yield (
            "No row names a claim, so there is no passage to show; "
            f"casegraph query {name} --about tells what the rows are made of"
        )


def _shown(value: PythonValue, terms: Terms) -> str:
    """Return a value for people; nothing for a part of a case, which is explained below."""
    text = str(value)
    return "" if is_part(text) else terms.label(text) or compact(text)
