"""What speaks for and against two cases being of one patient, feature by feature, in bits.

What only one of them tells is no evidence. The constants are m, how often two tellings of one patient
agree, and what a contradiction costs; how frequent a value is among others is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, log2

from casegraph.merge.identity.background import author_keys, content_key, label_key
from casegraph.merge.identity.evidence_of_care import (
    course_evidence,
    drug_evidence,
    response_evidence,
    result_evidence,
)
from casegraph.merge.identity.features import Features
from casegraph.merge.identity.pieces import Evidence, Pair, faded, listed
from casegraph.terms.search import key_of

__all__ = ["Evidence", "evidence", "group_evidence", "sources_hold_it_possible"]

#: m: who copies a case mostly cites its paper; sex is hardly ever mistaken; an age is told of another visit
#: now and then; a finding that one tells of, the other often has too, in more general words sometimes.
_DOCUMENT, _SEX, _LABEL = 0.9, 0.98, 0.5
_DIAGNOSIS, _FINDING, _NEAR, _CONTENT = 0.8, 0.7, 0.2, 0.5
#: m of one age and of a year off, over what part of all pairs within a year they are by chance: 1/3 and 2/3.
_AGE, _YEAR_OFF = 0.6 * 3, 0.2 * 3 / 2
#: Two papers on one patient are rare, as are mistaken sexes; diagnoses are made more exact; findings change.
_OTHER_DOCUMENT, _OTHER_SEX, _OTHER_DIAGNOSIS, _EXCLUDED, _OTHER_FINDING = -6.0, -6.0, -3.0, -4.0, -3.0
#: completed years apart, more than one -> bits: a decade is another patient.
_APART = ((3, -2.0), (10, -4.0))
_FAR_APART = -6.0
#: The same number of a record counts so many bits, fewer without the publication: samples share theirs.
_RECORD, _RECORD_ALONE = 6.0, 3.0
_MOST_OF_CONTENT, _MOST_OF_AUTHORS, _HELD_POSSIBLE = 5.0, 6.0, 6.0


def evidence(pair: Pair) -> Iterator[Evidence]:
    """Yield all that speaks for and against two cases being of one patient."""
    for kind in (
        _documents,
        _record,
        _person,
        _diagnoses,
        _findings,
        result_evidence,
        drug_evidence,
        response_evidence,
        course_evidence,
    ):
        yield from kind(pair)


def group_evidence(pair: Pair) -> Iterator[Evidence]:
    """Yield what speaks for and against the patients of a group being those of another subject."""
    for kind in (_documents, _diagnoses, drug_evidence):
        yield from kind(pair)


def _documents(pair: Pair) -> Iterator[Evidence]:
    """Yield what the publications say: the same one, the same authors, what the source holds possible."""
    background = pair.background
    one, other = background.document(pair.one), background.document(pair.other)
    if one is not None and other is not None:
        if one == other:
            bits = log2(_DOCUMENT * background.world / background.patients_of(one))
            yield Evidence(bits, f"document: the same, {_named(pair.one)}")
        else:
            sentence = f"documents: {_named(pair.one)} against {_named(pair.other)}"
            yield Evidence(_OTHER_DOCUMENT, sentence, differs=True)
            yield from _authors(pair)
    if sources_hold_it_possible(pair.one, pair.other):
        yield Evidence(_HELD_POSSIBLE, "one source says that it is possibly the other's patient")


def sources_hold_it_possible(one: Features, other: Features) -> bool:
    """Say whether one of two sources names the other as possibly of the same patient."""
    return other.iri in one.possibly_same or one.iri in other.possibly_same


def _named(one: Features) -> str:
    return f"doi:{one.doi}" if one.doi else f"pmid:{one.pmid}" if one.pmid else one.report


def _authors(pair: Pair) -> Iterator[Evidence]:
    both = author_keys(pair.one) & author_keys(pair.other)
    if both:
        bits = sum(faded(pair.bits(("author", each), _LABEL) for each in both))
        names = [each for each in (*pair.one.authors, *pair.other.authors) if key_of(each) in both]
        yield Evidence(min(bits, _MOST_OF_AUTHORS), f"authors in common: {listed(names)}")


def _record(pair: Pair) -> Iterator[Evidence]:
    """Yield what the number of the record and the name of the patient say; that they differ says nothing."""
    one, other = pair.one, pair.other
    in_one_document = pair.circle.name == "document"
    if one.record_id and one.record_id == other.record_id:
        bits = _RECORD if in_one_document else _RECORD_ALONE
        yield Evidence(bits, f"record: {one.record_id} in both")
    if (label := label_key(one)) and label == label_key(other):
        yield Evidence(pair.bits(("label", label), _LABEL), f"patient: called {one.label} in both")


def _person(pair: Pair) -> Iterator[Evidence]:
    one, other = pair.one, pair.other
    if one.sex and other.sex:
        if one.sex == other.sex:
            yield Evidence(pair.bits(("sex", one.sex), _SEX), f"sex: {one.sex} in both")
        else:
            yield Evidence(_OTHER_SEX, f"sex: {one.sex} against {other.sex}", differs=True)
    if one.age is not None and other.age is not None:
        yield _ages(pair, one.age, other.age)


def _ages(pair: Pair, one: float, other: float) -> Evidence:
    """Return what two ages say; a birthday may be between two tellings."""
    apart = abs(floor(one) - floor(other))
    if apart == 0:
        return Evidence(pair.bits(("age", str(floor(one))), _AGE), f"age: {one:g} in both")
    if apart == 1:
        bits = min(pair.bits(("age", str(floor(each))), _YEAR_OFF) for each in (one, other))
    else:
        bits = next((bits for most, bits in _APART if apart <= most), _FAR_APART)
    return Evidence(bits, f"age: {one:g} against {other:g}", differs=True)


def _diagnoses(pair: Pair) -> Iterator[Evidence]:
    kin, one, other = pair.background.kin, pair.one, pair.other
    found = list(kin.nearest(one.diagnoses, other.diagnoses))
    if found:
        whole = pair._replace(circle=pair.background.whole)
        counted = pair if pair.circle.name == "document" else whole
        bits = sum(faded(counted.bits(("diagnosis", general), _DIAGNOSIS) for *_, general in found))
        names = [kin.named(a) if a == b else f"{kin.named(a)} or {kin.named(b)}" for a, b, _ in found]
        yield Evidence(bits, f"diagnosis: in both: {listed(names)}")
    elif any(kin.comparable(a, b) for a in one.diagnoses for b in other.diagnoses):
        said = " against ".join(listed(map(kin.named, each.diagnoses)) for each in (one, other))
        yield Evidence(_OTHER_DIAGNOSIS, f"diagnosis: {said}", differs=True)
    excluded = (one.diagnoses & other.excluded_diagnoses) | (other.diagnoses & one.excluded_diagnoses)
    if excluded:
        said = f"diagnosis in one, excluded in the other: {listed(map(kin.named, excluded))}"
        yield Evidence(_EXCLUDED, said, differs=True)


def _findings(pair: Pair) -> Iterator[Evidence]:
    """Yield what the findings say, each further one less, since those of one disease come together."""
    kin, one, other = pair.background.kin, pair.one, pair.other
    weighed: list[tuple[float, str, str]] = []
    for name, said, ones, others in (
        ("present", "present in both", one.present, other.present),
        ("absent", "absent in both", one.absent, other.absent),
    ):
        both = ones & others
        weighed += [(pair.bits((name, each), _FINDING), said, kin.named(each)) for each in both]
        for a, b, general in kin.nearest(ones - both, others - both):
            names = f"{kin.named(a)} or {kin.named(b)}"
            weighed.append((pair.bits((name, general), _NEAR), f"{said}, one more exactly", names))
    yield from _faded_sentences(weighed, differs=False)
    opposed = _opposed(pair, one, other) | _opposed(pair, other, one)
    said = "absent in one, present in the other"
    yield from _faded_sentences([(_OTHER_FINDING, said, kin.named(each)) for each in opposed], differs=True)
    content = content_key(one)
    if content and content == content_key(other):
        number = len(one.present) + len(one.absent)
        bits = min(pair.bits(("content", content), _CONTENT), _MOST_OF_CONTENT)
        yield Evidence(bits, f"findings: exactly the same {number} in both")


def _opposed(pair: Pair, one: Features, other: Features) -> set[str]:
    """Return what is present in one and, itself or something more general, absent in the other."""
    above = pair.background.kin.above
    return {
        each
        for each in one.present - one.absent - other.present
        if above(each) & (other.absent - other.present - one.absent)
    }


def _faded_sentences(weighed: list[tuple[float, str, str]], *, differs: bool) -> Iterator[Evidence]:
    """Yield one piece of evidence for what is said in the same words: its bits, and all its names."""
    ordered = sorted(weighed, key=lambda each: (-abs(each[0]), each))
    bits: dict[str, float] = {}
    names: dict[str, list[str]] = {}
    for (_, said, name), weight in zip(ordered, faded(each[0] for each in ordered), strict=True):
        bits[said] = bits.get(said, 0.0) + weight
        names.setdefault(said, []).append(name)
    for said, weight in bits.items():
        yield Evidence(weight, f"{said}: {listed(names[said])}", differs)
