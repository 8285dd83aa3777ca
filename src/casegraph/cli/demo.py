"""``casegraph demo``: load the shipped cases and tell the headline answer so that it can be checked."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import click

from casegraph.cli.chart import draw, panels
from casegraph.cli.form import Command, on_terminal, write, write_lines
from casegraph.errors import DocumentError, InputError
from casegraph.facts import read_case
from casegraph.ingest import Loaded, Rejected, load
from casegraph.loaders import read_document
from casegraph.namespaces import BASE, PREFIXES
from casegraph.parameters import ParameterValue
from casegraph.query import StoredQuery, get_query, run
from casegraph.resources import shipped
from casegraph.rows import PythonValue, Rows
from casegraph.store import DEFAULT_GRAPH, LEDGER, Store, open_store
from casegraph.store.ledger import current_digests
from casegraph.story.frame import person
from casegraph.story.telling import tell
from casegraph.story.words import Words, joined, listed
from casegraph.terms import all_terms
from casegraph.triples import graphs_of

__all__ = ["demo"]

DEMO_STORE = "casegraph-demo-store"
_HEADLINE = "refractory_cases_responding"
_ASKED = {"disease": "dermatomyositis", "drug": "interleukin-2"}
_Row = dict[str, PythonValue]


@dataclass(frozen=True, slots=True)
class _Filling:
    """What was loaded, and how long it took in seconds."""

    loaded: tuple[Loaded, ...]
    seconds: float


@click.command(
    cls=Command,
    examples=(
        ("casegraph demo", f"load, ask and tell; the store is then in {DEMO_STORE}/"),
        ("casegraph demo --store my-demo", "the same with the store elsewhere"),
    ),
)
@click.option(
    "--store",
    "location",
    metavar="S",
    default=DEMO_STORE,
    show_default=True,
    help="A directory for the demo's store; made fresh each time.",
)
def demo(location: str) -> None:
    """Load the shipped cases into a fresh store, answer the headline question, and tell it in plain words.

    Everything told is read from the store and says where the paper has it, so that it can be checked there.
    A store that holds anything else than the shipped cases is refused.
    """
    if "://" in location or location == ":memory:":
        raise InputError("the demo makes its own store", where=location, expected="a directory")
    filling = _fill(location)
    asked = get_query(_HEADLINE)
    with open_store(location) as store:
        rows = run(store, asked, _ASKED)
        cases = list(dict.fromkeys(str(row["case"]) for row in rows))
        known = {case: Words(read_case(store, case), all_terms()) for case in cases}
        others = list(_others(store, set(cases)))
    write_lines(_loading(filling, location))
    write_lines(_answer(asked, rows, known))
    write_lines(["", "Given interleukin-2 too, and not in the answer:", *others])
    for words in known.values():
        _chart(words)
    write_lines(_next(location, rows))


def _fill(location: str) -> _Filling:
    paths = shipped("cases", "*.yaml")
    documents = [read_document(path).document for path in paths]
    own = {graph for document in documents for graph in graphs_of(document)} | {LEDGER, f"{BASE}ontology"}
    with open_store(location, writable=True) as store:
        _refuse_other_reports(store, own)
        store.replace(store.graphs(), "")
        began = time.perf_counter()
        outcomes = tuple(load(store, paths))
        seconds = time.perf_counter() - began
    loaded = tuple(each for each in outcomes if isinstance(each, Loaded))
    for each in outcomes:
        if isinstance(each, Rejected):
            raise DocumentError(each.problems)
    return _Filling(loaded, seconds)


def _refuse_other_reports(store: Store, own: set[str]) -> None:
    other = (set(store.graphs()) | current_digests(store, [DEFAULT_GRAPH]).keys()) - own
    if other:
        raise InputError(
            f"a store with more than the shipped cases, such as {min(other)}",
            where=store.location,
            expected="a new folder, or a store that the demo made",
            todo="name another folder with --store",
        )


def _loading(filling: _Filling, location: str) -> Iterator[str]:
    reports = len(filling.loaded)
    claims = sum(each.claims for each in filling.loaded)
    quads = sum(each.quads for each in filling.loaded)
    yield (
        f"Loaded {_count(reports, 'case report')} into {location}: {claims:,} claims as {quads:,} quads, "
        f"read, checked, derived, validated and stored in {filling.seconds:.1f} s."
    )
    warnings = [each for loaded in filling.loaded for each in loaded.report.warnings]
    more = f"; {_count(len(warnings), 'warning')} for the curator (casegraph validate)" if warnings else ""
    yield f"All conform to the shapes: no violation{more}."
    yield ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _answer(asked: StoredQuery, rows: Rows, known: dict[str, Words]) -> Iterator[str]:
    yield f"Question: {asked.head.question.strip()}"
    given = " ".join(f"-p {name}={value}" for name, value in _ASKED.items())
    yield f"  (casegraph query {asked.name} {given})"
    yield f"Answer: {_count(len(rows), 'response')} in {_count(len(known), 'case')}."
    for case, found in groupby(rows, key=lambda row: str(row["case"])):
        yield ""
        yield from _case(list(found), known[case])


def _case(rows: list[_Row], words: Words) -> Iterator[str]:
    facts = words.facts
    yield joined(*facts.values(facts.report, "dcterms:title"))
    yield f"  {PREFIXES['doi']}{rows[0]['doi']}"
    yield f"  Patient: {person(words)}"
    diagnosis = dict.fromkeys(words.label(str(row["diagnosis"])) for row in rows)
    yield f"  Diagnosis, as the authors give it: {listed(list(diagnosis))}"
    for number, row in enumerate({str(row["response"]): row for row in rows}.values(), start=1):
        yield ""
        yield f"  {number}. {_outcome(row, words)}"
        yield from (f"     {line}" for line in _details(row, words))
    for statement in dict.fromkeys(str(row["refractory_statement"]) for row in rows):
        yield ""
        whose = words.basis(statement) or words.labels(statement, "basis")
        yield f"  Refractory is {whose}, no observation:"
        yield f"     {tell(words, statement)} {words.evidence(statement)}"
    yield ""
    yield "  An outcome while on a drug is not proof that the drug did it: see what ran beside it."
    misfits = len(facts.claims("hasConflict"))
    if misfits:
        yield f"  The report does not fit together in {_count(misfits, 'place')}; casegraph show tells them."


def _others(store: Store, answer: set[str]) -> Iterator[str]:
    """Tell of each case and group that was given the drug and is not in the answer, and why it is not."""
    drug: dict[str, ParameterValue] = {"drug": _ASKED["drug"]}
    for row in run(store, get_query("exposed_cases"), drug):
        if (case := str(row["case"])) not in answer:
            words = Words(read_case(store, case), all_terms())
            yield f"  {_diagnosed(words)}: {_why_not(words)} ({case.removeprefix(BASE)})"
    for row in run(store, get_query("exposed_groups"), drug):
        words = Words(read_case(store, str(row["group"])), all_terms())
        same = "; perhaps the patient above is among them" if row["possibly_same_as"] else ""
        yield f"  {row['patients']} patients with {_diagnosed(words)}: a group is no case{same} ({_doi(row)})"


def _diagnosed(words: Words) -> str:
    claims = words.facts.claims("hasDiagnosis")
    return listed([words.labels(claim, "aboutConcept") for claim in claims])


def _why_not(words: Words) -> str:
    terms = all_terms()
    sought = set(terms.below(terms.resolve(_ASKED["disease"])))
    facts = words.facts
    held = {each for claim in facts.claims("hasDiagnosis") for each in facts.values(claim, "aboutConcept")}
    harmed = any(facts.kind(each) == "AttributionStatement" for each in facts.claims("hasStatement"))
    if not held & sought:
        return "another disease" + ("; a harm is put down to it" if harmed else "")
    return "not called refractory" if facts.claims("hasResponse") else "no response is told"


def _doi(row: _Row) -> str:
    return f"{PREFIXES['doi']}{row['doi']}"


def _outcome(row: _Row, words: Words) -> str:
    domain, direction = words.label(str(row["domain"])), words.label(str(row["direction"]))
    degree = words.label(str(row["degree"])) if row["degree"] else ""
    said = joined(direction, degree, words.latency(str(row["response"])))
    return f"{domain.capitalize()}: {joined(said, _column(str(row['response']), words), by=' ')}."


def _details(row: _Row, words: Words) -> Iterator[str]:
    response = str(row["response"])
    exposures = words.facts.values(response, "responseTo")
    yield f"On {' + '.join(map(words.exposure, exposures))}."
    sure, maybe = (str(row[name] or "").replace("; ", ", ") for name in ("beside", "possibly_beside"))
    yield f"Beside it ran {sure or 'nothing for certain'}{f'; possibly {maybe} too' if maybe else ''}."
    for claim in words.facts.claims("lacksResponse", "hasCourse"):
        if _lost_on(claim, exposures, words):
            order = _order(response, claim, words)
            yield f"{order}, on the same dosing: {_got_worse(claim, words)} {words.evidence(claim)}"
    yield f"Where it stands: {words.evidence(response)}"


def _lost_on(claim: str, exposures: tuple[str, ...], words: Words) -> bool:
    """Say whether a claim is a worsening on the same dosing, or a flare or relapse on it for certain."""
    facts = words.facts
    if facts.kind(claim) not in ("Flare", "Relapse"):
        return bool(set(facts.values(claim, "responseTo")) & set(exposures))
    regimens = facts.values(claim, "onRegimen")
    ran = {each for regimen in regimens for each in facts.values(regimen, "includes")}
    return bool((ran | set(facts.values(claim, "hasBackground"))) & set(exposures))


def _order(first: str, second: str, words: Words) -> str:
    """Say whether a claim is certainly later than another."""
    at, then = words.facts.value(first, "at"), words.facts.value(second, "at")
    later = at and then and then in words.facts.values(at, "notAfter")
    return "Later" if later else "At some time"


def _got_worse(claim: str, words: Words) -> str:
    concerned = [words.labels(each, "aboutConcept") for each in words.facts.values(claim, "concerns")]
    about = f" ({listed(concerned)})" if concerned else ""
    what = words.labels(claim, "direction") or words.label(words.facts.value(claim, "rdf:type"))
    said = f"{words.labels(claim, 'domain')} {what}{about}"
    return joined(said, _column(claim, words), by=" ")


def _column(claim: str, words: Words) -> str:
    """Return where in the chart a claim stands."""
    rank = words.facts.rank(words.facts.value(claim, "at"))
    return f"(column {rank} of the chart below)" if rank else ""


def _chart(words: Words) -> None:
    chart = draw(words)
    write_lines(["", f"Treatments of the patient of {words.facts.report.removeprefix(BASE)}", ""])
    width = shutil.get_terminal_size().columns if on_terminal() else None
    for line in (*panels(chart, width), "", *chart.columns, "", *chart.key):
        write(f"{line}\n")


def _next(location: str, rows: Rows) -> Iterator[str]:
    program, at = _program(), f"--store {shlex.quote(location)}"
    doi = next((str(row["doi"]) for row in rows), "")
    yield ""
    yield "Try next:"
    yield f"  {program} show {doi} {at}"
    yield f"  {program} why {_HEADLINE} {at}"
    yield f"  {program} query doses_of_drug -p drug=prednisone {at}"


def _program() -> str:
    """Return how the shell finds this program: by its name, or where it was called from."""
    called = Path(sys.argv[0])
    if shutil.which("casegraph") is None and called.name == "casegraph":
        return shlex.quote(os.path.relpath(called))
    return "casegraph"
