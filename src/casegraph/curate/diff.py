"""Tells what changed between two case documents, part by part and in the words of a clinic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from casegraph.check.references import CLAIM_KEYS
from casegraph.curate.entries import Entry, matched, report_entries, subject_entries
from casegraph.curate.wording import DOSING, Wording, field_name, label_of
from casegraph.model import CaseDocument, DoseSegment, Group, Subject, Value

__all__ = ["Change", "differences"]

_Kind = Literal["new", "removed", "changed", "renamed"]
#: Lists whose order says something.
_IN_ORDER = frozenset({"authors", "chars", "start", "end"})
#: Parts that are compared entry by entry.
_PARTS = frozenset(
    [
        "occasions",
        "findings",
        "diagnoses",
        "tests",
        "treatments",
        "responses",
        "adverse_events",
        "course",
        "statements",
        "not_reported",
        "conflicts",
        "notices",
        "references",
        "literature",
        "publication",
        "silences",
    ]
)

_V = TypeVar("_V", bound=Value)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs between two documents.

    :param where: the part of the document: ``report``, ``patient 1``, ``group arm``, ``document``.
    :param change: new, removed, changed, or renamed, where only the curator's name differs.
    :param thing: what differs, with its name and, in brackets, what it is about.
    :param field: which of its properties differs; empty where it is the thing itself.
    :param before: its value in the first document, in words; empty if new.
    :param after: its value in the second document, in words; empty if removed.
    :param claim: whether it is a claim, or a property of one; else it is of the bibliography or the patient.

    >>> print(Change("patient 1", "changed", "response r1 (skin)", "direction", "improved", "resolved"))
    patient 1: changed response r1 (skin): direction improved -> resolved
    """

    where: str
    change: _Kind
    thing: str
    field: str = ""
    before: str = ""
    after: str = ""
    claim: bool = False

    def __str__(self) -> str:
        head = f"{self.where}: {self.change} {self.thing}"
        if self.change in ("new", "removed"):
            said = self.after or self.before
            return f"{head}: {said}" if said else head
        if self.change == "renamed":
            return f"{head}: {self.before} -> {self.after}"
        named = f"{self.field} " if self.field else ""
        return f"{head}: {named}{self.before} -> {self.after}"


def differences(
    before: CaseDocument, after: CaseDocument, name: Callable[[str], str] = label_of
) -> tuple[Change, ...]:
    """Return what changed from one document to another, in the order of the model; nothing for mere order.

    Entries are matched by their id, else by what they are about and when, else by what they are about where
    that is clear.

    :param name: what people call a term, from its text in a document.
    """
    compare = _Comparison(Wording(name))
    return tuple(compare.documents(before, after))


@dataclass(frozen=True, slots=True)
class _Comparison:
    words: Wording

    def documents(self, old: CaseDocument, new: CaseDocument) -> Iterator[Change]:
        yield from self._fields("report", "bibliography", old.report, new.report)
        yield from self._named("report", "reference", old.report.references, new.report.references)
        yield from self._named("report", "notice", old.report.notices, new.report.notices)
        yield from self._of_claims("report", report_entries(old.report), report_entries(new.report))
        if old.curation != new.curation:
            yield from self._whole("document", "curation", old.curation, new.curation)
        yield from self._named("document", "passage", old.passages, new.passages)
        yield from self._subjects("patient", old.cases, new.cases)
        yield from self._subjects("group", old.groups, new.groups)

    def _subjects(
        self, kind: str, old: Mapping[str, Subject], new: Mapping[str, Subject]
    ) -> Iterator[Change]:
        for key in dict.fromkeys((*old, *new)):
            if key not in new:
                yield Change("document", "removed", f"{kind} {key}", before=self._person(old[key]))
            elif key not in old:
                yield Change("document", "new", f"{kind} {key}", after=self._person(new[key]))
            else:
                where = f"{kind} {key}"
                yield from self._fields(where, "", old[key], new[key])
                yield from self._named(where, "occasion", old[key].occasions, new[key].occasions)
                yield from self._of_claims(where, subject_entries(old[key]), subject_entries(new[key]))

    def _person(self, subject: Subject) -> str:
        if isinstance(subject, Group):
            return f"{subject.patients} patients"
        known = [getattr(subject, name, None) for name in ("sex", "age")]
        return ", ".join(self.words.value("", each) for each in known if each)

    def _whole(self, where: str, thing: str, old: Value | None, new: Value | None) -> Iterator[Change]:
        """Yield the change of a part that may be missing on one side."""
        if old is None or new is None:
            kind: _Kind = "new" if old is None else "removed"
            said = ["" if part is None else self.words.value("", part) for part in (old, new)]
            yield Change(where, kind, thing, before=said[0], after=said[1])
        else:
            yield from self._fields(where, thing, old, new)

    def _both(self, field: str, old: object, new: object) -> tuple[str, str]:
        """Return two values in words; where a change leaves no trace in the words, as they are written."""
        said = tuple(self.words.value(field, each) for each in (old, new))
        return (said[0], said[1]) if said[0] != said[1] else (str(old), str(new))

    def _named(self, where: str, kind: str, old: Mapping[str, _V], new: Mapping[str, _V]) -> Iterator[Change]:
        for key in dict.fromkeys((*old, *new)):
            if old.get(key) != new.get(key):
                yield from self._whole(where, f"{kind} {key}", old.get(key), new.get(key))

    def _fields(self, where: str, thing: str, old: Value, new: Value) -> Iterator[Change]:
        for field in old.__struct_fields__:
            values = getattr(old, field), getattr(new, field)
            if field not in _PARTS and _sorted(field, values[0]) != _sorted(field, values[1]):
                name = field_name(field) if thing else ""
                yield Change(where, "changed", thing or field_name(field), name, *self._both(field, *values))

    def _of_claims(self, where: str, old: list[Entry], new: list[Entry]) -> Iterator[Change]:
        return (replace(each, claim=True) for each in self._claims(where, old, new))

    def _claims(self, where: str, old: list[Entry], new: list[Entry]) -> Iterator[Change]:
        same, removed, added = matched(old, new)
        renamed = {was.name: now.name for was, now in same if was.name != now.name}
        for was, now in same:
            yield from self._claim(where, was, now, renamed)
        sides: tuple[tuple[_Kind, list[Entry]], ...] = (("removed", removed), ("new", added))
        for kind, entries in sides:
            wholes = [entry.claim for entry in entries]
            for entry in entries:
                if not any(entry.owner is whole for whole in wholes):
                    said = self.words.claim(entry.claim)
                    before, after = (said, "") if kind == "removed" else ("", said)
                    yield Change(where, kind, self._thing(entry, about=False), "", before, after)

    def _thing(self, entry: Entry, *, about: bool = True) -> str:
        about_what = self.words.about(entry.claim) if about else ""
        named = f"{entry.kind} {entry.claim.id}" if entry.claim.id else entry.kind
        said = f"{named} ({about_what})" if about_what else named
        return f"{self._thing(Entry('', 'treatment', entry.owner))}, {said}" if entry.owner else said

    def _claim(self, where: str, was: Entry, now: Entry, renamed: Mapping[str, str]) -> Iterator[Change]:
        """Yield how one claim changed; a reference to a renamed claim is no change."""
        old, new = was.claim, now.claim
        thing = self._thing(now)
        if was.kind != now.kind:
            yield Change(where, "changed", thing, "", was.kind, now.kind)
        if old.id != new.id:
            yield Change(where, "renamed", thing, "", old.id or "no id", new.id or "no id")
        done: set[str] = {"id", "doses"}
        if isinstance(old, DoseSegment) and isinstance(new, DoseSegment):
            dosings = self.words.dosing(old), self.words.dosing(new)
            if dosings[0] != dosings[1]:
                done |= set(DOSING)
                yield Change(where, "changed", thing, "dosing", *dosings)
        for field in (each for each in new.__struct_fields__ if each not in done):
            before, after = getattr(old, field, None), getattr(new, field)
            if field in CLAIM_KEYS:
                before = _followed(before, renamed)
            if _sorted(field, before) != _sorted(field, after):
                yield Change(where, "changed", thing, field_name(field), *self._both(field, before, after))


def _sorted(field: str, value: object) -> object:
    """Return a value for comparing: a list whose order says nothing is sorted."""
    return tuple(sorted(value, key=str)) if isinstance(value, tuple) and field not in _IN_ORDER else value


def _followed(value: object, renamed: Mapping[str, str]) -> object:
    """Return a value with the names that claims have in the second document."""
    if isinstance(value, tuple):
        return tuple(_followed(each, renamed) for each in value)
    return renamed.get(value, value) if isinstance(value, str) else value
