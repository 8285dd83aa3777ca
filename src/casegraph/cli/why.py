"""``casegraph why``: the passages, rules and inputs behind a claim, a property of a case, or an answer."""

from __future__ import annotations

from collections.abc import Iterator

import click

from casegraph.cli.ask import parameter_option
from casegraph.cli.evidence import of_claim, of_property, properties
from casegraph.cli.form import Command, stoppable, store_option, write_lines
from casegraph.cli.words import Words
from casegraph.errors import InputError
from casegraph.facts import read_case
from casegraph.namespaces import BASE, CG, compact
from casegraph.query import get_query, run
from casegraph.rows import PythonValue
from casegraph.store import Store, open_store
from casegraph.subjects import find_case
from casegraph.terms import all_terms

__all__ = ["why"]

_OWNERS = tuple(f"{BASE}{kind}/" for kind in ("case", "group", "report"))


@click.command(
    cls=Command,
    examples=(
        ("casegraph why 10.1007/s13555-020-00421-8/1#il2-weekly", "a claim: where it stands in the report"),
        ("casegraph why 10.1007/s13555-020-00421-8/1 phenotype", "a property of a case: rule and inputs"),
        ("casegraph why refractory_cases_responding", "a stored query: the evidence of each row"),
    ),
)
@click.argument("what", metavar="IRI|NAME")
@click.argument("name", metavar="[PROPERTY]", required=False)
@parameter_option
@store_option
def why(what: str, name: str | None, values: dict[str, str], location: str) -> None:
    """Give the evidence and the rules behind an answer.

    IRI is a claim, written as CASE#name or as its IRI, or a CASE: then its derived properties are explained,
    all or only PROPERTY. NAME is a stored query: it is asked, and each row is explained by its claims.
    """
    if values and not _is_query(what):
        raise click.UsageError("-p needs the name of a stored query")
    with open_store(location) as store, stoppable():
        if _is_query(what):
            lines = _rows(store, what, values)
        elif "#" in what:
            lines = _claim(store, what)
        else:
            lines = _case(store, what, name)
        write_lines(lines)


def _is_query(what: str) -> bool:
    return what.isidentifier()


def _claim(store: Store, what: str) -> Iterator[str]:
    owner, _, fragment = what.strip("<>").rpartition("#")
    words = _words(store, find_case(store, owner))
    node = f"{words.facts.report if owner == words.facts.report else words.facts.case}#{fragment}"
    if not words.facts.kind(node):
        todo = f"casegraph show {words.facts.case}"
        raise InputError(f"no part is called {fragment!r}", where=owner, todo=todo)
    yield from of_claim(words, node)


def _case(store: Store, what: str, name: str | None) -> Iterator[str]:
    words = _words(store, find_case(store, what))
    found = properties(words)
    if name is not None:
        wanted = CG + name.removeprefix(CG).removeprefix("cg:")
        if wanted not in found:
            known = ", ".join(each.removeprefix(CG) for each in found)
            raise InputError(f"no derived property {name!r}", where=what, expected=f"one of {known}")
        found = (wanted,)
    for each in found:
        yield from of_property(words, each)


def _rows(store: Store, name: str, values: dict[str, str]) -> Iterator[str]:
    asked = get_query(name)
    rows = run(store, asked, values)
    seen = _Seen(store)
    yield f"{asked.head.question.strip()}"
    yield f"{len(rows)} row{'' if len(rows) == 1 else 's'}"
    for number, row in enumerate(rows, start=1):
        told = {name: _shown(value) for name, value in row.items() if value not in (None, "")}
        yield ""
        yield f"Row {number}: {'; '.join(f'{name} {value}' for name, value in told.items() if value)}"
        yield from (f"  {line}" for value in row.values() for line in _part(str(value), seen))
        for column, glance in asked.head.explained_by.items():
            words = seen.words(str(row["case"]))
            yield from (f"  {line}" for line in of_property(words, CG + glance, str(row[column])))
    if rows.rows and not seen.claims and not asked.head.explained_by:
        yield ""
        yield (
            "No row names a claim, so there is no passage to show; "
            f"casegraph query {name} --about tells what the rows are made of"
        )


def _shown(value: PythonValue) -> str:
    """Return a value for people; nothing for a claim, which is explained below."""
    text = str(value)
    if "#" in text and text.startswith(_OWNERS):
        return ""
    return all_terms().label(text) or compact(text)


class _Seen:
    """The cases that were read, and the claims that were explained, of one answer."""

    def __init__(self, store: Store) -> None:
        self.claims: set[str] = set()
        self._store = store
        self._words: dict[str, Words] = {}

    def words(self, owner: str) -> Words:
        """Return the words of a case or group; of a report, those of its first case."""
        if owner not in self._words:
            self._words[owner] = _words(self._store, find_case(self._store, owner))
        return self._words[owner]


def _part(value: str, seen: _Seen) -> Iterator[str]:
    """Yield the evidence of a value that is a claim; in full the first time only."""
    owner, sign, _ = value.rpartition("#")
    if not sign or not owner.startswith(_OWNERS):
        return
    words = seen.words(owner)
    if not words.facts.values(value, "basis"):
        return
    lines = of_claim(words, value)
    yield from lines if value not in seen.claims else (f"{next(lines)} (explained above)",)
    seen.claims.add(value)


def _words(store: Store, case: str) -> Words:
    return Words(read_case(store, case), all_terms())
