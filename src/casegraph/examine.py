"""Everything that can be said of case documents before they are loaded: check, source text, shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from casegraph.check import check, quote_problems
from casegraph.check.walk import structs
from casegraph.errors import DocumentError, InputError, Problem
from casegraph.ingest import validate_document
from casegraph.loaders import read_draft
from casegraph.loaders.located import Located, Place
from casegraph.model import CaseDocument, iterate_claims
from casegraph.namespaces import compact
from casegraph.terms import Terms
from casegraph.triples import claim_names, report_iri, subject_iri

__all__ = ["examine"]


def examine(paths: Iterable[Path], terms: Terms, *, text: str | None = None) -> Iterator[tuple[Problem, ...]]:
    """Yield the problems of each file, in reading order, warnings among them; none for a file without any.

    A document is held against the shapes once nothing else is wrong with it, since most of what a shape could
    find would be told twice.

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


def _of_file(path: Path, terms: Terms, text: str | None, seen: dict[str, Path]) -> Iterator[Problem]:
    draft = read_draft(path)
    problems = check(draft, terms)
    yield from problems
    if draft.located is None or any(each.severity == "error" for each in problems):
        return
    located = draft.located
    iri = report_iri(located.document.report)
    first = seen.setdefault(iri, path)
    if first != path:
        message = f"{first} tells of the same report, {iri}"
        todo = "put all patients of a report into one file, or give the reports their own keys"
        yield located.source.problem(("report",), "same-report", message, todo=todo)
    if text is not None:
        yield from quote_problems(located, text, terms)
    yield from _violations(located, terms)


def _violations(located: Located, terms: Terms) -> Iterator[Problem]:
    places = _places(located.document)
    for each in validate_document(located.document, terms).violations:
        place = places.get(each.focus.strip("<>"), ())
        named = each.focus.strip("<>").rpartition("#")[2].rpartition("/")[2]
        shape = compact(each.shape.strip("<>"))
        yield located.source.problem(
            place, "violation", f"{named!r} violates {shape}", todo=each.message or "see the shape"
        )


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
