"""What was published about a report later, as triples of the report graph, and back out of them."""

from __future__ import annotations

from collections.abc import Mapping

from casegraph.model import CaseDocument, Notice
from casegraph.namespaces import CG, PREFIXES
from casegraph.triples.fields import TYPE, Names, Render, Triples, boolean, cg, iri, issued, text
from casegraph.triples.names import subject_iri
from casegraph.triples.read_triples import Triples as Found

__all__ = ["KINDS", "notice_triples", "read_notices"]

#: kind of a notice -> its class.
KINDS: Mapping[str, str] = {
    "retraction": "Retraction",
    "erratum": "Erratum",
    "expressionOfConcern": "ExpressionOfConcern",
}
_DCTERMS = PREFIXES["dcterms"]
#: field of a notice -> (property, how its value is written).
_FIELDS: Mapping[str, tuple[str, Render]] = {
    "doi": (cg("noticeDoi"), text),
    "pmid": (cg("noticePmid"), text),
    "issued": (f"<{_DCTERMS}issued>", issued),
    "source": (f"<{_DCTERMS}source>", text),
    "reason": (cg("noticeReason"), text),
    "only_bibliography": (cg("onlyBibliography"), boolean),
}


def notice_triples(document: CaseDocument, names: Names) -> Triples:
    """Yield the notices of a report; one that names nothing that it affects is about the report itself."""
    for key, notice in document.report.notices.items():
        me = iri(f"{names.report}#notice-{key}")
        yield iri(names.report), cg("hasNotice"), me
        yield me, TYPE, cg(KINDS[notice.kind])
        for name, (predicate, render) in _FIELDS.items():
            value = getattr(notice, name)
            if value is not None:
                yield me, predicate, render(names, value)
        for each in notice.affects:
            yield me, cg("affects"), iri(_affected(document, names.report, each))
        if not notice.affects and not notice.only_bibliography:
            yield me, cg("affects"), iri(names.report)


def _affected(document: CaseDocument, report: str, told: str) -> str:
    """Return the IRI of a case, a group or a claim that a notice is about."""
    key, mark, fragment = told.partition("#")
    is_group = key in document.groups and key not in document.cases
    owner = subject_iri(document.report, key, group=is_group) if key else report
    return f"{owner}{mark}{fragment}"


def read_notices(report: str, triples: Found) -> dict[str, Notice]:
    """Return the notices of a report by their keys."""
    fields = {name: (predicate.strip("<>"), render) for name, (predicate, render) in _FIELDS.items()}
    begins = f"{report}#notice-"
    classes = {name: kind for kind, name in KINDS.items()}
    found = {}
    for each in triples.texts(report, f"{CG}hasNotice"):
        values = triples.values(each, fields, Notice)
        affected = [iri for iri in triples.texts(each, f"{CG}affects") if iri != report]
        values["affects"] = tuple(_told(report, iri) for iri in affected)
        values["kind"] = classes.get(triples.kind(each) or "")
        if values["kind"] is None:
            raise ValueError(f"{each} is no retraction, no erratum and no expression of concern")
        found[each.removeprefix(begins)] = Notice(**values)
    return found


def _told(report: str, iri: str) -> str:
    """Return what a document calls a case, a group or a claim that a notice is about."""
    owner, mark, fragment = iri.partition("#")
    key = "" if owner == report else owner.rpartition("/")[2]
    return f"{key}{mark}{fragment}"
