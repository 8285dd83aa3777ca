"""What a case says about time, as edges of a network: by its occasions, and by the order its claims imply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casegraph.model import Case, Claim, Diagnosis, DoseSegment, Occasion, Subject, Treatment
from casegraph.timeline.network import Edge, TimeStatement

__all__ = ["implied", "stated"]

_Place = tuple[str | int, ...]
#: The occasion that is no later, the one that is no earlier, what is said, and where.
_Order = tuple[str, str, str, _Place]


def stated(occasions: Mapping[str, Occasion]) -> Iterator[Edge]:
    """Yield what the bounds and relations of occasions say.

    Of an end only its latest day binds a start: its own, and that of what is during it.
    """
    for key, occasion in occasions.items():
        yield from _bounds(key, occasion)
        yield from _relations(key, occasion, occasions)


def _bounds(key: str, occasion: Occasion) -> Iterator[Edge]:
    anchor, (low, high) = occasion.anchor, occasion.start or (None, None)
    if anchor is None:
        return
    if low is not None:
        words = f"{key} is {_least(low)} {anchor}"
        yield Edge(key, anchor, -low, (TimeStatement(words, ("occasions", key, "start", 0)),))
    if high is not None:
        words = f"{key} is {_most(high)} {anchor}"
        yield Edge(anchor, key, high, (TimeStatement(words, ("occasions", key, "start", 1)),))
    yield from _latest_end(key, occasion)


def _latest_end(key: str, occasion: Occasion) -> Iterator[Edge]:
    """Yield the latest day of an end, which the start cannot be after either."""
    _, high = occasion.end or (None, None)
    if occasion.anchor is not None and high is not None:
        words = f"the end of {key} is {_most(high)} {occasion.anchor}"
        yield Edge(occasion.anchor, key, high, (TimeStatement(words, ("occasions", key, "end", 1)),))


def _relations(key: str, occasion: Occasion, occasions: Mapping[str, Occasion]) -> Iterator[Edge]:
    for at, other in enumerate(occasion.after):
        said = TimeStatement(f"{key} is after {other}", ("occasions", key, "after", at))
        yield Edge(key, other, 0, (said,))
    for at, other in enumerate(occasion.during):
        said = TimeStatement(f"{key} is during {other}", ("occasions", key, "during", at))
        yield Edge(key, other, 0, (said,))
        for end in _latest_end(other, occasions.get(other, Occasion())):
            yield Edge(end.source, key, end.days, (*end.said, said))
    for at, other in enumerate(occasion.same_time_as):
        words, where = f"{key} is at the same time as {other}", ("occasions", key, "same_time_as", at)
        said = TimeStatement(words, where)
        yield from (Edge(key, other, 0, (said,)), Edge(other, key, 0, (said,)))


def _least(days: int) -> str:
    return f"at {'least' if days > 0 else 'most'} {_from(days)}" if days else "no earlier than"


def _most(days: int) -> str:
    return f"at {'most' if days > 0 else 'least'} {_from(days)}" if days else "no later than"


def _from(days: int) -> str:
    return f"{abs(days)} day{'' if abs(days) == 1 else 's'} {'after' if days > 0 else 'before'}"


def implied(subject: Subject) -> Iterator[Edge]:
    """Yield the order that the claims of a case or group imply.

    A treatment starts no later than it stops or is seen running; a dose segment starts within its treatment,
    and no earlier than the one it follows; an outcome is no earlier than the start of what it answers to; a
    finding is seen, and a disease begins, no later than it is over; no treatment, no outcome and no onset of
    a disease is later than the death of the patient.
    """
    for early, late, words, where in _order(subject):
        yield Edge(late, early, 0, (TimeStatement(words, where),))


def _order(subject: Subject) -> Iterator[_Order]:
    for where, each, treatment in _exposures(subject):
        yield from _until_its_end(each, where, each.at or treatment.at)
        if isinstance(each, DoseSegment):
            yield from _within_treatment(each, where, treatment)
    yield from _after_what_it_names(subject)
    yield from _until_it_is_over(subject)
    if isinstance(subject, Case):
        yield from _before_death(subject)


def _exposures(subject: Subject) -> Iterator[tuple[_Place, Treatment | DoseSegment, Treatment]]:
    """Yield each treatment and each of its doses, with its place and its treatment."""
    for number, treatment in enumerate(subject.treatments):
        where: _Place = ("treatments", number)
        yield where, treatment, treatment
        yield from (((*where, "doses", at), dose, treatment) for at, dose in enumerate(treatment.doses))


def _until_its_end(exposure: Treatment | DoseSegment, where: _Place, start: str | None) -> Iterator[_Order]:
    for field, end in (("ends_at", exposure.ends_at), ("ongoing_at", exposure.ongoing_at)):
        if start is not None and end is not None:
            yield start, end, f"{_called(exposure)} starts before it stops", (*where, field)


def _within_treatment(dose: DoseSegment, where: _Place, treatment: Treatment) -> Iterator[_Order]:
    name, whole = _called(dose), _called(treatment)
    if dose.at is not None and treatment.at is not None:
        yield treatment.at, dose.at, f"{name} starts no earlier than {whole}", (*where, "at")
    if dose.at is not None and treatment.ends_at is not None:
        yield dose.at, treatment.ends_at, f"{name} starts before {whole} stops", (*where, "at")


def _after_what_it_names(subject: Subject) -> Iterator[_Order]:
    """Yield the doses that follow others, and the outcomes of treatments and doses."""
    exposures = list(_exposures(subject))
    starts = {each.id: each.at or treatment.at for _, each, treatment in exposures}
    pairs: list[tuple[Claim, str | None, str, _Place]] = [
        (each, each.follows, "follows", (*where, "follows"))
        for where, each, _ in exposures
        if isinstance(each, DoseSegment)
    ]
    for number, response in enumerate(subject.responses):
        ways = (("responses", number, "to", at) for at in range(len(response.to)))
        pairs += [(response, to, "answers to", way) for to, way in zip(response.to, ways, strict=True)]
    for claim, named, word, where in pairs:
        start = None if named is None else starts.get(named)
        if claim.at is not None and start is not None:
            yield start, claim.at, f"{_called(claim)} {word} {named}", where


def _until_it_is_over(subject: Subject) -> Iterator[_Order]:
    for number, finding in enumerate(subject.findings.present):
        if finding.at is not None and finding.resolved_at is not None:
            where: _Place = ("findings", "present", number, "resolved_at")
            yield finding.at, finding.resolved_at, f"{_called(finding)} is seen before it is over", where
    for where, each in _diseases(subject):
        if each.onset_at is not None and each.resolved_at is not None:
            words = f"{each.id or each.what} begins before it is over"
            yield each.onset_at, each.resolved_at, words, (*where, "resolved_at")


def _before_death(case: Case) -> Iterator[_Order]:
    times: list[tuple[str, str | None, _Place]] = []
    for where, each, _ in _exposures(case):
        ends = ("at", "ends_at", "ongoing_at")
        times += [(_called(each), getattr(each, field), (*where, field)) for field in ends]
    times += [(_called(each), each.at, ("responses", at, "at")) for at, each in enumerate(case.responses)]
    times += _onsets(case)
    deaths = {turn.at: turn for turn in case.course if turn.kind == "death" and turn.at is not None}
    for at, death in deaths.items():
        for called, key, where in times:
            if key is not None:
                yield key, at, f"{called} is not after {_called(death)}", where


def _onsets(case: Case) -> Iterator[tuple[str, str | None, _Place]]:
    for where, each in _diseases(case):
        yield f"the onset of {each.id or each.what}", each.onset_at, (*where, "onset_at")


def _diseases(subject: Subject) -> Iterator[tuple[_Place, Diagnosis]]:
    """Yield the diseases that began, with their places; not one that is only thought of, or is excluded."""
    for standing in ("final", "working"):
        for number, each in enumerate(getattr(subject.diagnoses, standing)):
            yield ("diagnoses", standing, number), each


def _called(claim: Claim) -> str:
    """Return the name of a claim; one without is called by what it is about and its time.

    >>> from casegraph.model import Course
    >>> _called(Course(kind="death", at="date-2020-01-01"))
    'the death at date-2020-01-01'
    """
    about = getattr(claim, "what", None) or f"the {getattr(claim, 'kind', 'response')}"
    return claim.id or f"{about} at {claim.at}"
