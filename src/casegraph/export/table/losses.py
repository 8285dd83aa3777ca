"""What the table of claims has no place for, by the field it stands in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from casegraph.export.stored import StoredCase
from casegraph.export.table.columns import column_of
from casegraph.loaders.times import BIRTH
from casegraph.losses import Loss, shortened
from casegraph.model import Claim, Occasion

__all__ = ["left_behind"]

#: part of a case -> its fields that columns hold in some form, or that are parts themselves.
_HELD: dict[str, set[str]] = {
    "report": {"doi", "pmid", "key", "record"},
    "record": {"dataset", "id"},
    "passage": {"section", "paragraph", "pointer"},
    "case": {
        *("label", "sex", "age", "zero_point", "occasions", "findings", "diagnoses", "tests", "treatments"),
        *("responses", "adverse_events", "course", "statements", "not_reported", "conflicts"),
    },
    "curation": set(),
    "age": {"years"},
    "occasion": {"anchor", "start", "printed", "after", "during", "same_time_as"},
    "claim": {
        *("id", "kind", "what", "at", "ends_at", "stated_in", "doses", "to", "during", "after_stopping"),
    },
}


def left_behind(stored: StoredCase) -> Iterator[Loss]:
    """Yield what no column holds: what is said of the report, then of the case and of its claims."""
    claims = list(_claims(stored.case, ""))
    for path, kind, part in _parts(stored):
        for name in _filled(part):
            if name not in _HELD[kind]:
                yield _loss(stored, f"{path}{name}", getattr(part, name), "no-place")
    used = {key for _, claim in claims for key in (claim.at, getattr(claim, "ends_at", None))}
    for key, occasion in stored.case.occasions.items():
        yield from _of_occasion(stored, key, occasion, used=key in used)
    for path, claim in claims:
        yield from _of_claim(stored, path, claim)
    if not claims:
        yield Loss(stored.iri, "", "a case without claims", "no-place")


def _of_claim(stored: StoredCase, path: str, claim: Claim) -> Iterator[Loss]:
    for name in _filled(claim):
        if name not in _HELD["claim"] and column_of(claim, name) is None:
            yield _loss(stored, f"{path}/{name}", getattr(claim, name), "no-place")


def _parts(stored: StoredCase) -> Iterator[tuple[str, str, object]]:
    """Yield (way, kind, part) of everything but claims."""
    yield "report/", "report", stored.report
    yield "report/record/", "record", stored.report.record
    yield "curation/", "curation", stored.curation
    yield from ((f"passages/{key}/", "passage", each) for key, each in stored.passages.items())
    yield "", "case", stored.case
    yield "age/", "age", stored.case.age
    yield from ((f"occasions/{key}/", "occasion", each) for key, each in stored.case.occasions.items())


def _of_occasion(stored: StoredCase, key: str, occasion: Occasion, *, used: bool) -> Iterator[Loss]:
    """Yield what days from the zero point do not say: order, other anchors, occasions of no claim."""
    relations = {"after", "during", "same_time_as"}
    if occasion.anchor != stored.case.zero_point:
        relations |= {"anchor", "start"}
    private = key == BIRTH and occasion.printed
    for name in _filled(occasion):
        if name in relations or (name == "printed" and not used):
            reason = "identifier" if private else "not-exact" if used else "no-place"
            value = "" if private else getattr(occasion, name)
            yield _loss(stored, f"occasions/{key}/{name}", value, reason)


def _loss(stored: StoredCase, path: str, value: object, reason: str) -> Loss:
    return Loss(stored.iri, path, shortened(msgspec.to_builtins(value)), reason)


def _filled(part: Any) -> Iterator[str]:
    """Yield the fields of a part of a document that say something: that are not as they are by default."""
    for field in msgspec.structs.fields(part) if part is not None else ():
        default = field.default_factory() if callable(field.default_factory) else field.default
        if getattr(part, field.name) != default:
            yield field.name


def _claims(value: Any, path: str) -> Iterator[tuple[str, Claim]]:
    """Yield the way to each claim, at every depth, and the claim."""
    if isinstance(value, Claim):
        yield path, value
    if isinstance(value, tuple):
        for at, each in enumerate(value):
            yield from _claims(each, f"{path}/{at}")
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _claims(getattr(value, name), f"{path}/{name}".lstrip("/"))
