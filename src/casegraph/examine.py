"""Everything that can be said of case documents before they are loaded: check, source text, shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from casegraph.check import check, quote_problems
from casegraph.check.walk import structs
from casegraph.errors import CasegraphError, DocumentError, InputError, Problem
from casegraph.ingest import validate_document
from casegraph.loaders import read_draft
from casegraph.loaders.located import Draft, Located, Place
from casegraph.model import CaseDocument, iterate_claims
from casegraph.namespaces import compact
from casegraph.terms import Terms
from casegraph.triples import claim_names, report_iri, subject_iri

__all__ = ["examine", "without_ranges"]

#: what makes a graph that says something else than the document, or none.
_NO_GRAPH = frozenset(
    (
        "impossible-time",
        "circle",
        "name-clash",
        "unknown-prefix",
        "bad-bounds",
        "no-anchor",
        "bad-address",
        "no-identifier",
        "no-code",
        "no-label",
        "negated-term",
        "misspelt-term",
        "brand-name",
        "antigen-name",
        "smart-quotes",
    )
)
#: a code of the check -> the shape that says the same, at another claim.
_SAME = {"present-and-absent": "PresentFindingShape"}


def examine(paths: Iterable[Path], terms: Terms, *, text: str | None = None) -> Iterator[tuple[Problem, ...]]:
    """Yield the problems of each file in reading order, warnings among them.

    The text is held against all of a document that can be read, the shapes against one that can be read
    whole; what a shape finds in a claim that is told of already is not told again.

    :param text: the text that the report was read from; passages and numbers are compared with it.
    """
    seen: dict[str, Path] = {}
    for path in paths:
        try:
            yield tuple(sorted({*_of_file(path, terms, text, seen)}))
        except DocumentError as error:
            yield error.problems
        except InputError as error:
            yield (Problem(str(path), 0, 0, "unreadable", error.what, error.todo or error.expected),)


def without_ranges(path: Path) -> bool:
    """Say whether a document can be read and no passage of it says which characters it is."""
    try:
        located = read_draft(path).located
    except CasegraphError:
        return False
    return located is not None and all(each.chars is None for each in located.document.passages.values())


def _of_file(path: Path, terms: Terms, text: str | None, seen: dict[str, Path]) -> Iterator[Problem]:
    draft = read_draft(path)
    problems = list(check(draft, terms))
    if draft.located is not None:
        problems += _same_report(draft.located, path, seen)
        if text is not None:
            problems += quote_problems(draft.located, text, terms)
        if not draft.problems and not any(each.code in _NO_GRAPH for each in problems):
            problems += _violations(draft, problems, terms)
    yield from problems


def _same_report(located: Located, path: Path, seen: dict[str, Path]) -> Iterator[Problem]:
    try:
        iri = report_iri(located.document.report)
    except InputError:
        return
    first = seen.setdefault(iri, path)
    if first != path:
        message = f"{first} tells of the same report, {iri}"
        todo = "put all patients of a report into one file, or give the reports their own keys"
        yield located.source.problem(("report",), "same-report", message, todo=todo)


def _violations(draft: Draft, told: list[Problem], terms: Terms) -> Iterator[Problem]:
    """Yield what the shapes find in claims that nothing else is wrong with."""
    located = draft.located
    if located is None:
        return
    found = validate_document(located.document, terms).violations
    places = _places(located.document)
    lines = {each.line for each in told}
    same = {_SAME[each.code] for each in told if each.code in _SAME}
    for each in found:
        place = places.get(each.focus.strip("<>"), ())
        shape = compact(each.shape.strip("<>"))
        of_claim = len(place) > len(("cases", "1"))
        if (lines & _lines(located, place) if of_claim else told) or any(name in shape for name in same):
            continue
        named = each.focus.strip("<>").rpartition("#")[2].rpartition("/")[2]
        todo = each.message or "see the shape"
        yield located.source.problem(place, "violation", f"{named!r} violates {shape}", todo=todo)


def _lines(located: Located, place: Place) -> set[int]:
    """Return the lines of a claim or an occasion."""
    return {line for way, (line, _) in located.source.places.items() if way[: len(place)] == place}


def _places(document: CaseDocument) -> dict[str, Place]:
    """Return the place of each report, case, group, claim and occasion by its IRI."""
    places: dict[str, Place] = {report_iri(document.report): ("report",)}
    for kind, subjects in (("cases", document.cases), ("groups", document.groups)):
        for key, subject in subjects.items():
            iri = subject_iri(document.report, key, group=kind == "groups")
            places[iri] = (kind, key)
            places |= {f"{iri}#{name}": (kind, key, "occasions", name) for name in subject.occasions}
            where = {id(struct): place for place, struct in structs(subject, (kind, key))}
            names = claim_names(iterate_claims(subject))
            places |= {f"{iri}#{name}": where[id(claim)] for name, _, claim in names if id(claim) in where}
    return places
