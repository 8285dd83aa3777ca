"""What a report says, as N-Quads: its own graph, and the asserted and provenance graphs of its cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from casegraph.model import (
    Case,
    CaseDocument,
    Claim,
    Curation,
    Group,
    Occasion,
    Passage,
    Record,
    Report,
    Subject,
)
from casegraph.namespaces import PREFIXES
from casegraph.triples.fields import (
    FIELDS,
    TYPE,
    Names,
    Render,
    Triples,
    address,
    boolean,
    cg,
    concept,
    decimal,
    individual,
    integer,
    iri,
    issued,
    part,
    reference,
    report_part,
    text,
)
from casegraph.triples.names import claim_names, dataset_iri, named_claims, report_iri, subjects
from casegraph.triples.notices import notice_triples
from casegraph.triples.written import Statement, nquads

__all__ = ["asserted_quads", "asserted_statements"]

_DCTERMS = PREFIXES["dcterms"]

#: fields that say which class or link a claim has, and so are no property of it.
STRUCTURE = frozenset({"id", "kind", "doses"})
_LINKS = {
    "PresentFinding": "hasFinding",
    "AbsentFinding": "excludesFinding",
    "IndeterminateFinding": "questionsFinding",
    "FinalDiagnosis": "hasDiagnosis",
    "WorkingDiagnosis": "hasDiagnosis",
    "ConsideredDiagnosis": "considersDiagnosis",
    "ExcludedDiagnosis": "excludesDiagnosis",
    "TestResult": "hasTestResult",
    "TreatmentEpisode": "hasTreatment",
    "ResponseClaim": "hasResponse",
    "NonResponseClaim": "lacksResponse",
    "UnevaluableResponse": "questionsResponse",
    "AdverseEvent": "hasAdverseEvent",
    "NoAdverseEvent": "excludesAdverseEvent",
    "NoSignificantAdverseEvent": "excludesAdverseEvent",
    "NotReported": "leavesOpen",
    "ConflictNote": "hasConflict",
    **dict.fromkeys(("Flare", "Relapse", "Remission", "SymptomFreeInterval", "Death"), "hasCourse"),
}
#: field of a report -> (property, how its value is written).
REPORT_FIELDS: Mapping[str, tuple[str, Render]] = {
    "title": (f"<{_DCTERMS}title>", text),
    "publisher": (f"<{_DCTERMS}publisher>", text),
    "issued": (f"<{_DCTERMS}issued>", issued),
    "licence": (f"<{_DCTERMS}license>", address),
    "doi": (cg("doi"), text),
    "pmid": (cg("pmid"), text),
    "supplement_doi": (cg("supplementDoi"), text),
    "journal": (cg("journal"), text),
    "issue": (cg("issue"), text),
    "issn": (cg("issn"), text),
    "article_type": (cg("articleType"), text),
    "open_access": (cg("openAccess"), boolean),
    "extent": (cg("extentRead"), individual),
    "time_convention": (cg("timeConvention"), individual),
}
#: What a record tells of its publication: enough to know it by.
_SHARED_FIELDS = ("title", "doi", "pmid", "extent")
SHARED_OF_REPORT = frozenset(
    each.strip("<>") for each in (TYPE, *(REPORT_FIELDS[name][0] for name in _SHARED_FIELDS))
)


def asserted_quads(document: CaseDocument) -> str:
    """Return the report graph and the asserted and provenance graphs of its cases as sorted N-Quads."""
    return nquads(asserted_statements(document))


def asserted_statements(document: CaseDocument) -> dict[str, list[Statement]]:
    """Return what :func:`asserted_quads` writes as graph -> statements."""
    graphs: dict[str, list[Statement]] = {}
    for graph, triples in _graphs(document):
        graphs.setdefault(graph, []).extend(triples)
    return graphs


def _graphs(document: CaseDocument) -> Iterator[tuple[str, Triples]]:
    report, record = report_iri(document.report), document.report.record
    if record is None:
        yield report, _report_triples(document, Names(report, report, report))
    else:
        yield from _sources(document.report, record)
    for subject_name, subject in subjects(document):
        names = Names(report, subject_name, report if record is None else subject_name)
        yield f"{subject_name}/asserted", _subject_triples(subject, names)
        if record is not None:
            yield f"{subject_name}/asserted", _record_triples(document, record, names)
        if document.curation is not None:
            yield f"{subject_name}/provenance", _curation_triples(document.curation, names)


def _given(me: str, predicate: str, render: Render, names: Names, value: object) -> Triples:
    """Yield one triple a value; none where the value is missing."""
    for each in value if isinstance(value, tuple) else (value,):
        if each is not None:
            yield me, predicate, render(names, each)


def _sources(report: Report, record: Record) -> Iterator[tuple[str, Triples]]:
    """Yield what a record tells of its data set and of its publication, both of which other records share."""
    names, dataset = Names("", "", ""), dataset_iri(record.dataset)
    told = (
        (iri(dataset), TYPE, cg("DataSet")),
        (iri(dataset), f"<{_DCTERMS}title>", text(names, record.dataset)),
        (iri(dataset), cg("extentRead"), cg("dataRecord")),
    )
    yield dataset, iter(told)
    if (source := report_iri(report)) != dataset:
        yield source, iter([(iri(source), TYPE, cg("CaseReport"))])
        for name in _SHARED_FIELDS:
            predicate, render = REPORT_FIELDS[name]
            yield source, _given(iri(source), predicate, render, names, getattr(report, name))


def _record_triples(document: CaseDocument, record: Record, names: Names) -> Triples:
    """Yield the one passage of a record: all that it claims is stated in it."""
    for key, passage in document.passages.items():
        me = report_part(names, key)
        yield iri(names.subject), cg("recordedIn"), me
        yield from _passage_triples(passage, me, names, "DataRecord")
        yield me, f"<{PREFIXES['void']}inDataset>", iri(dataset_iri(record.dataset))
        yield me, cg("recordId"), text(names, record.id)
        yield from _given(me, f"<{_DCTERMS}references>", address, names, record.references)
        yield from _given(me, cg("usesRelease"), text, names, record.resources)


def _report_triples(document: CaseDocument, names: Names) -> Triples:
    report, me = document.report, iri(names.report)
    yield me, TYPE, cg("CaseReport")
    for name, (predicate, render) in REPORT_FIELDS.items():
        yield from _given(me, predicate, render, names, getattr(report, name))
    yield from _given(me, cg("authors"), text, names, "; ".join(report.authors) or None)
    if report.text is not None:
        yield me, cg("textSha256"), text(names, report.text.sha256)
        yield me, cg("textLength"), integer(names, report.text.characters)
    for number, entry in report.references.items():
        it = reference(names, number)
        yield it, TYPE, cg("Reference")
        yield it, cg("referenceNumber"), integer(names, number)
        yield from _given(it, cg("citation"), text, names, entry.citation)
    for key, passage in document.passages.items():
        yield from _passage_triples(passage, report_part(names, key), names)
    yield from notice_triples(document, names)
    yield from _report_claims(report, names)


def _passage_triples(passage: Passage, me: str, names: Names, kind: str = "Passage") -> Triples:
    start, end = passage.chars or (None, None)
    yield me, TYPE, cg(kind)
    yield from _given(me, cg("section"), text, names, passage.section)
    yield from _given(me, cg("paragraph"), integer, names, passage.paragraph)
    yield from _given(me, cg("charStart"), integer, names, start)
    yield from _given(me, cg("charEnd"), integer, names, end)
    yield from _given(me, cg("sha256"), text, names, passage.sha256)
    yield from _given(me, cg("pointer"), text, names, passage.pointer)


def _report_claims(report: Report, names: Names) -> Triples:
    kinds = {"literature": "LiteratureStatement", "definition": "Definition"}
    claims: list[tuple[str, Claim]] = [(kinds[each.kind], each) for each in report.literature]
    claims += [(f"{each.kind.capitalize()}Statement", each) for each in report.publication]
    for fragment, kind, claim in claim_names(claims):
        yield iri(names.report), cg("makesStatement"), part(names, fragment)
        yield from _claim_triples(fragment, kind, claim, names)
    for fragment, kind, silence in claim_names(("NotReported", each) for each in report.silences):
        yield iri(names.report), cg("leavesUnstated"), part(names, fragment)
        yield from _claim_triples(fragment, kind, silence, names)


def _subject_triples(subject: Subject, names: Names) -> Triples:
    me = iri(names.subject)
    yield me, TYPE, cg("Group" if isinstance(subject, Group) else "Case")
    yield me, cg("reportedIn"), iri(names.report)
    yield from _who_triples(subject, me, names)
    for key, occasion in subject.occasions.items():
        yield from _occasion_triples(occasion, part(names, key), names)
    named = named_claims(subject)
    for fragment, kind, claim in named:
        if kind != "DoseSegment":
            yield me, cg(_LINKS.get(kind, "hasStatement")), part(names, fragment)
        yield from _claim_triples(fragment, kind, claim, names)
    fragments = {id(claim): fragment for fragment, _, claim in named}
    for treatment in subject.treatments:
        for dose in treatment.doses:
            segment, episode = fragments[id(dose)], fragments[id(treatment)]
            yield part(names, episode), cg("hasSegment"), part(names, segment)


def _who_triples(subject: Subject, me: str, names: Names) -> Triples:
    yield from _given(me, cg("patientLabel"), text, names, subject.label)
    yield from _given(me, cg("zeroPoint"), part, names, subject.zero_point)
    yield from _given(me, cg("possiblySamePatientAs"), address, names, subject.possibly_same_patient_as)
    if isinstance(subject, Group):
        yield me, cg("patientCount"), integer(names, subject.patients)
    if isinstance(subject, Case):
        yield me, cg("sex"), individual(names, subject.sex)
        groups = tuple(names.group(key) for key in subject.member_of)
        yield from _given(me, cg("memberOf"), address, names, groups)
        if subject.age is not None:
            yield me, cg("ageYears"), decimal(names, subject.age.years)
            yield from _given(me, cg("ageAt"), part, names, subject.age.at)


def _occasion_triples(occasion: Occasion, me: str, names: Names) -> Triples:
    start, end = occasion.start or (None, None), occasion.end or (None, None)
    yield me, TYPE, cg("Occasion")
    yield from _given(me, cg("anchor"), part, names, occasion.anchor)
    yield from _given(me, cg("startMinDays"), integer, names, start[0])
    yield from _given(me, cg("startMaxDays"), integer, names, start[1])
    yield from _given(me, cg("endMinDays"), integer, names, end[0])
    yield from _given(me, cg("endMaxDays"), integer, names, end[1])
    yield from _given(me, cg("timeBasis"), individual, names, occasion.basis)
    yield from _given(me, cg("timePrinted"), text, names, occasion.printed)
    yield from _given(me, cg("phase"), individual, names, occasion.phase)
    yield from _given(me, cg("stage"), concept, names, occasion.stage)
    yield from _given(me, cg("after"), part, names, occasion.after)
    yield from _given(me, cg("during"), part, names, occasion.during)
    yield from _given(me, cg("sameTimeAs"), part, names, occasion.same_time_as)


def _claim_triples(fragment: str, kind: str, claim: Claim, names: Names) -> Triples:
    me = part(names, fragment)
    yield me, TYPE, cg(kind)
    if kind == "NotReported":
        yield me, cg("searchedIn"), iri(names.report)
    for name, predicate, render in _properties(type(claim)):
        value = getattr(claim, name)
        if isinstance(value, tuple):
            yield from _given(me, predicate, render, names, value)
        elif value is not None:
            yield me, predicate, render(names, value)


@cache
def _properties(kind: type[Claim]) -> tuple[tuple[str, str, Render], ...]:
    """Return the fields that are properties of a kind of claim, each with how its values are written."""
    named = (name for name in kind.__struct_fields__ if name not in STRUCTURE)
    fields = ((name, FIELDS.get(f"{kind.__name__}.{name}") or FIELDS[name]) for name in named)
    return tuple((name, cg(property_name), render) for name, (property_name, render) in fields)


def _curation_triples(curation: Curation, names: Names) -> Triples:
    me, prov = part(names, "curation"), PREFIXES["prov"]
    yield me, TYPE, f"<{prov}Activity>"
    yield me, f"<{prov}generated>", iri(names.subject)
    yield me, f"<{_DCTERMS}creator>", text(names, curation.by)
    yield me, f"<{_DCTERMS}created>", issued(names, curation.date)
    yield from _given(me, f"<{_DCTERMS}source>", text, names, curation.source)
