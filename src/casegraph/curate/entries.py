"""The entries of a case document, and which of one document is which of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from casegraph.model import Claim, Report, Subject, Treatment

__all__ = ["Entry", "matched", "report_entries", "subject_entries"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A claim as an entry of a list.

    :param name: its id, else a name made of what it is, what it is about, and when.
    :param kind: what people call such an entry, such as *present finding*.
    :param owner: the treatment that a dosing belongs to.
    """

    name: str
    kind: str
    claim: Claim
    owner: Treatment | None = None


def report_entries(report: Report) -> list[Entry]:
    """Return what a report says beyond its cases."""
    return _named(
        (
            *_of("literature statement", report.literature),
            *_of("statement of the publication", report.publication),
            *_of("silence", report.silences),
        )
    )


def subject_entries(subject: Subject) -> list[Entry]:
    """Return the claims of a case or group."""
    return _named(_subject_claims(subject))


def _subject_claims(subject: Subject) -> Iterator[Entry]:
    for part, kind in ((subject.findings, "finding"), (subject.diagnoses, "diagnosis")):
        for standing in part.__struct_fields__:
            yield from _of(f"{standing} {kind}", getattr(part, standing))
    yield from _of("test", subject.tests)
    for treatment in subject.treatments:
        yield Entry("", "treatment", treatment)
        yield from (Entry("", "dose", dose, treatment) for dose in treatment.doses)
    yield from _of("response", subject.responses)
    events = subject.adverse_events
    yield from _of("adverse event", events.observed)
    yield from _of("statement that no adverse event was seen", events.none)
    yield from _of("statement that no significant adverse event was seen", events.none_significant)
    yield from _of("turn of the disease", subject.course)
    yield from _of("statement of the authors", subject.statements)
    yield from _of("silence", subject.not_reported)
    yield from _of("conflict", subject.conflicts)


def _of(kind: str, claims: Iterable[Claim]) -> Iterator[Entry]:
    return (Entry("", kind, claim) for claim in claims)


def _named(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries with their names; what would have the same one is counted."""
    seen: Counter[str] = Counter()
    named = []
    for entry in entries:
        claim, owner = entry.claim, entry.owner
        whole = "" if owner is None else owner.id or _about(owner)
        name = claim.id or " ".join(filter(None, (entry.kind, whole, _about(claim), claim.at)))
        seen[name] += 1
        named.append(_with_name(entry, name if seen[name] == 1 else f"{name} {seen[name]}"))
    return named


def _with_name(entry: Entry, name: str) -> Entry:
    return Entry(name, entry.kind, entry.claim, entry.owner)


def _about(claim: Claim) -> str:
    return str(
        next((getattr(claim, name) for name in ("what", "domain", "kind") if hasattr(claim, name)), "")
    )


def matched(old: list[Entry], new: list[Entry]) -> tuple[list[tuple[Entry, Entry]], list[Entry], list[Entry]]:
    """Return which entries are the same, which are gone and which are new.

    The same are entries of one name, then those that differ in nothing but their id, then those of which one
    has no id and that are the only ones about their concept.
    """
    same: list[tuple[Entry, Entry]] = []
    for way in (_by_name, _by_content, _by_concept):
        found = list(_pairs(old, new, way))
        same += found
        old = [entry for entry in old if not any(entry is was for was, _ in found)]
        new = [entry for entry in new if not any(entry is now for _, now in found)]
    return same, old, new


def _pairs(
    old: list[Entry], new: list[Entry], way: Callable[[Entry], Hashable]
) -> Iterator[tuple[Entry, Entry]]:
    """Yield the entries that go one way in both lists, where each is the only one to go it."""
    counts = [Counter(map(way, entries)) for entries in (old, new)]
    goal = {way(entry): entry for entry in new}
    for entry in old:
        key = way(entry)
        if counts[0][key] == counts[1][key] == 1 and not (
            way is _by_concept and entry.claim.id and goal[key].claim.id
        ):
            yield entry, goal[key]


def _by_name(entry: Entry) -> Hashable:
    return type(entry.claim), entry.name


def _by_content(entry: Entry) -> Hashable:
    claim = entry.claim
    if isinstance(claim, Treatment):
        claim = replace(claim, doses=tuple(replace(dose, id=None) for dose in claim.doses))
    return entry.kind, str(replace(claim, id=None))


def _by_concept(entry: Entry) -> Hashable:
    return type(entry.claim), _about(entry.claim), entry.owner and (entry.owner.id or entry.owner.what)
