"""The plan of a merge: what would be brought in, who may be who, and what a person decided about it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml
from msgspec import Meta, field

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.case_yaml import read_values
from casegraph.loaders.located import Source, structure_faults
from casegraph.merge.same import patients_of
from casegraph.model import Value
from casegraph.namespaces import BASE

__all__ = [
    "Decision",
    "LinkKind",
    "MergePlan",
    "PlannedLink",
    "PlannedSource",
    "Redistribution",
    "link_iri",
    "plan_text",
    "read_plan",
]

LinkKind = Literal["same-document", "same-patient", "probably-same-patient", "possible-overlap", "look-alike"]
Decision = Literal[
    "undecided",
    "same-document",
    "same-patient",
    "probably-same-patient",
    "possible-overlap",
    "different-patients",
]
Redistribution = Literal["allowed", "forbidden", "unstated"]
#: How many bytes a plan may have: one of 33,000 links has 26 million.
MOST_PLAN = 100_000_000
_HEAD = """\
# A plan of casegraph merge. Nothing of it is in the store yet: casegraph merge apply FILE carries it out.
# Decide by a link's "decision": same-patient, probably-same-patient, possible-overlap, different-patients, or
# same-document of two reports; and say who decided ("by") and "why". What is undecided stays undecided.
"""
_LEFT_OUT = """\
# Left out, and counted below: look-alikes of whom one has a partner in the same data set that fits better by
# far. casegraph merge plan --all writes them too.
"""
_Iri = Annotated[
    str,
    Meta(
        pattern=r"^https?://[^\s<>\"{}|\\^`]+$",
        description="Write a whole IRI, as casegraph cases lists them.",
        examples=[f"{BASE}case/registry/7"],
    ),
]
_Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]


class PlannedSource(Value, frozen=True, kw_only=True):
    """A foreign document that would be brought in.

    ``path`` is where it is read from. ``redistribution`` says whether exports may hand it on.
    ``left`` is what comes in with the graph and in no case: classes and properties that no adapter reads, and
    values that no field takes. ``refused`` are subjects that are no case.
    """

    path: str
    document: _Hash
    dataset: Annotated[str, Meta(min_length=1)]
    model: str = ""
    licence: tuple[str, ...] = ()
    redistribution: Redistribution = "unstated"
    statements: int = 0
    claims: int = 0
    cases: tuple[_Iri, ...] = ()
    refused: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class PlannedLink(Value, frozen=True, kw_only=True):
    """Two cases, groups or reports that may be the same: what speaks for and against it, and the decision.

    ``documents`` names the two publications that tell of them, where they are two: the score has that in it.
    ``digest`` is over what was proposed, which is not to be edited; a link of one's own has none.
    ``decided_before`` is what the ledger tells of a link that was taken out since.
    """

    between: tuple[_Iri, _Iri]
    documents: str | None = None
    proposed: LinkKind = "look-alike"
    score: float | None = None
    speaks_for: tuple[str, ...] = ()
    speaks_against: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    digest: str = ""
    decided_before: tuple[str, ...] = ()
    decision: Decision = "undecided"
    by: str = ""
    why: str = ""

    @property
    def iri(self) -> str:
        """The name of the link."""
        return link_iri(*self.between)

    @property
    def evidence(self) -> str:
        """The digest of what was proposed."""
        reasons = (self.speaks_for, self.speaks_against, self.conflicts)
        told = (self.between, self.documents, self.proposed, self.score, *reasons)
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:16]


class MergePlan(Value, frozen=True, kw_only=True):
    """What ``merge plan`` writes, a person edits and ``merge apply`` carries out.

    ``left_out`` says how many pairs of a kind were found and are not among the links.
    """

    version: Annotated[Literal[1], Meta()] = field(name="casegraph-merge")
    left_out: dict[LinkKind, Annotated[int, Meta(ge=0)]] = field(default_factory=dict)
    sources: tuple[PlannedSource, ...] = ()
    links: tuple[PlannedLink, ...] = ()


def link_iri(one: str, other: str) -> str:
    """Return the name of the link between two subjects or reports, whichever comes first.

    >>> link_iri("urn:b", "urn:a") == link_iri("urn:a", "urn:b")
    True
    """
    both = "\n".join(sorted((one, other)))
    return f"{BASE}link/{hashlib.sha256(both.encode()).hexdigest()[:32]}"


def plan_text(plan: MergePlan) -> str:
    """Return a plan as YAML to edit."""
    told = _without_empty(msgspec.to_builtins(plan))
    body = yaml.dump(told, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=110)
    return _HEAD + (_LEFT_OUT if plan.left_out else "") + body


def _without_empty(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_empty(each) for key, each in value.items() if each not in ((), [], {}, None)}
    return [_without_empty(each) for each in value] if isinstance(value, list | tuple) else value


def read_plan(path: Path) -> MergePlan:
    """Read a plan as a person left it.

    :raises InputError: if the file cannot be opened.
    :raises DocumentError: if it is no plan, or decides what cannot be; it carries every problem, with its
        line and column.
    """
    data, source = read_values(path, "casegraph-merge: 1", MOST_PLAN)
    if faults := structure_faults(data, source, MergePlan):
        raise DocumentError(tuple(sorted(faults.values())))
    plan = msgspec.convert(data, MergePlan)
    if problems := sorted({*_undecidable(plan, source), *_contradictions(plan, source)}):
        raise DocumentError(tuple(problems))
    return plan


def _undecidable(plan: MergePlan, source: Source) -> Iterator[Problem]:
    """Yield what a decision lacks, or what two things cannot be."""
    seen: dict[str, int] = {}
    for at, link in enumerate(plan.links):
        place = ("links", at, "decision")
        if link.between[0] == link.between[1]:
            told = "a link between a thing and itself"
            yield source.problem(("links", at, "between"), "self-link", told, todo="name two")
        if seen.setdefault(link.iri, at) != at:
            told = f"the same two as in link {seen[link.iri] + 1}"
            yield source.problem(("links", at), "duplicate-link", told, todo="keep one of them")
        if (edited := _edited(link)) is not None:
            yield source.problem(("links", at), "edited", edited, todo="change decision, by and why alone")
        if link.decision == "undecided":
            continue
        if not (link.by.strip() and link.why.strip()):
            told = f"{link.decision} is decided, and not by whom or why"
            yield source.problem(place, "no-decider", told, todo="write by: and why: beside it")
        if (fault := _fault(link)) is not None:
            yield source.problem(place, "wrong-decision", *fault[:1], todo=fault[1])


def _edited(link: PlannedLink) -> str | None:
    """Return what is wrong with the evidence of a link; None if it is as proposed, or there is none."""
    if link.digest and link.digest != link.evidence:
        return "not the link that was proposed: its two, its score or its reasons are others"
    told = (link.documents, *link.speaks_for, *link.speaks_against, *link.conflicts)
    if not link.digest and (link.score is not None or any(told)):
        return "a score or reasons that casegraph did not give"
    return None


def _fault(link: PlannedLink) -> tuple[str, str] | None:
    """Return why two things cannot be what was decided, and what to do; None if they can."""
    kinds = sorted(_kind(each) for each in link.between)
    documents = link.decision == "same-document"
    allowed = {"report"} if documents else {"case", "group"}
    if not allowed.issuperset(kinds):
        what = "two reports" if documents else "cases and groups"
        return f"{link.decision} is decided of what is not {what}", f"name {what} by their IRIs"
    if link.digest and documents != (link.proposed == "same-document"):  # one's own is not proposed
        return (
            f"{link.decision} of what is proposed as {link.proposed}",
            "decide what was proposed, or undecided",
        )
    if not documents and "group" in kinds and link.decision in ("same-patient", "probably-same-patient"):
        return "a group is no patient", "decide possible-overlap, different-patients or undecided"
    return None


def _kind(iri: str) -> str:
    """Return case, group or report; something else for an IRI that is none, such as that of a claim."""
    return iri.removeprefix(BASE).partition("/")[0] if iri.startswith(BASE) and "#" not in iri else ""


def _contradictions(plan: MergePlan, source: Source) -> Iterator[Problem]:
    """Yield the links by which two are different that others make the same."""
    patients = patients_of(link.between for link in plan.links if link.decision == "same-patient")
    patient = {case: cases[0] for cases in patients for case in cases}
    for at, link in enumerate(plan.links):
        one, other = (patient.get(each, each) for each in link.between)
        if link.decision == "different-patients" and one == other:
            told = "different patients, and the same by way of other links"
            todo = "correct one of the decisions"
            yield source.problem(("links", at, "decision"), "contradiction", told, todo=todo)
