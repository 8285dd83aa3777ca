"""Puts the parts of a case document into the words of a clinic: labels for identifiers, doses, times."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from casegraph.model import (
    Age,
    Claim,
    ConceptClaim,
    Course,
    DoseSegment,
    LiteratureStatement,
    PublicationStatement,
    Response,
    Statement,
    TestResult,
    Treatment,
    Value,
)

__all__ = ["DOSING", "Wording", "field_name", "label_of"]

#: The fields of a stretch of one dosing that :meth:`Wording.dosing` tells together.
DOSING = [
    "dose",
    "dose_min",
    "dose_max",
    "dose_from",
    "dose_to",
    "dose_step",
    "step_days",
    "unit",
    "unit_missing",
    "times",
    "period_days",
    "doses_in_all",
    "route",
    "per_weight",
    "per_weight_unit",
]
_CODES = frozenset({"what", "about", "disease", "site", "method", "specimen", "indication"})
#: Fields whose text is a word of a closed list; in words, ``notRaised`` is *not raised*.
_FREE = frozenset(
    [
        "title",
        "authors",
        "doi",
        "pmid",
        "key",
        "journal",
        "publisher",
        "issue",
        "issued",
        "issn",
        "supplement_doi",
        "article_type",
        "licence",
        "by",
        "date",
        "source",
        "section",
        "sha256",
        "pointer",
        "label",
        "possibly_same_patient_as",
        "printed",
        "repaired_from",
        "gist",
        "unit",
        "per_weight_unit",
        "criterion",
        "assessor",
        "citation",
    ]
)
_QUOTED = frozenset({"title", "gist", "printed", "repaired_from", "criterion", "citation"})
_NAMES = {
    "at": "time",
    "stated_in": "passage",
    "restated_in": "further passages",
    "what": "concept",
    "to": "treatments it was seen on",
    "during": "treatments it was seen during",
    "ongoing_at": "last given",
    "ends_at": "end",
    "gist": "gist",
    "repaired_from": "misprint",
    "extent": "extent read",
    "by": "curator",
}
_TIMES = {1: "once", 2: "twice"}
_PERIODS = {1: "day", 7: "week"}


def label_of(code: str) -> str:
    """Return the label of a term as a document writes it.

    >>> label_of("HP:0000989 Pruritus")
    'Pruritus'
    """
    return code.partition(" ")[2]


def field_name(field: str) -> str:
    """Return what people call a field.

    >>> field_name("stop_reason")
    'stop reason'
    """
    return _NAMES.get(field, field.replace("_", " "))


@dataclass(frozen=True, slots=True)
class Wording:
    """The words for the parts of a document.

    :param name: what people call a term, from its text in a document.
    """

    name: Callable[[str], str] = label_of

    def value(self, field: str, value: object) -> str:
        """Return a value in words; *not given* where there is none."""
        if value is None or value in ((), ""):
            return "not given"
        if isinstance(value, tuple):
            is_span = field in ("start", "end")
            return self._bounds(value) if is_span else ", ".join(self.value(field, each) for each in value)
        if isinstance(value, Value):
            return self._part(value)
        return self._text(field, str(value)) if isinstance(value, str) else _figure(value)

    def _part(self, value: Value) -> str:
        if isinstance(value, Age):
            return f"{number(value.years)} years" + (f" at {value.at}" if value.at else "")
        parts = ((name, getattr(value, name)) for name in value.__struct_fields__)
        return ", ".join(f"{field_name(name)} {self.value(name, each)}" for name, each in parts if each)

    def _text(self, field: str, text: str) -> str:
        if field in _CODES:
            return self.name(text)
        if field in _QUOTED:
            return f"“{text}”"
        return (
            text if field in _FREE else re.sub("(?<=[a-z])[A-Z]", lambda found: f" {found[0].lower()}", text)
        )

    @staticmethod
    def _bounds(days: tuple[int | None, ...]) -> str:
        low, high = days
        if low == high:
            return f"day {low}"
        if low is None or high is None:
            return f"day {high} or earlier" if low is None else f"day {low} or later"
        return f"day {low} to {high}"

    def claim(self, claim: Claim) -> str:
        """Return a claim in a line: what it is about, its outcome, and when."""
        when = f" at {claim.at}" if claim.at else ""
        return f"{self._said(claim)}{when}"

    def _said(self, claim: Claim) -> str:
        if isinstance(claim, DoseSegment):
            return self.dosing(claim)
        if isinstance(claim, Treatment):
            return ", ".join((self.about(claim), *(self.dosing(dose) for dose in claim.doses)))
        if isinstance(claim, TestResult):
            more = self._outcome(claim)
        elif isinstance(claim, Response):
            more = self._became(claim)
        else:
            more = "" if isinstance(claim, ConceptClaim | Course) else claim.gist or ""
        return ": ".join(filter(None, (self.about(claim), more)))

    def _became(self, response: Response) -> str:
        seen_on = f" on {' and '.join(response.to)}" if response.to else ""
        degree = f" ({response.degree})" if response.degree else ""
        return f"{self.value('direction', response.direction)}{degree}{seen_on}"

    def about(self, claim: Claim) -> str:
        """Return the concept, organ or kind that a claim is about."""
        if isinstance(claim, ConceptClaim):
            return self.name(claim.what)
        if isinstance(claim, Response):
            return self.value("domain", claim.domain)
        if isinstance(claim, Course | Statement | LiteratureStatement | PublicationStatement):
            return self.value("kind", claim.kind)
        return ""

    def _outcome(self, test: TestResult) -> str:
        if test.value is not None:
            return f"{number(test.value)} {test.unit or ''}".rstrip()
        return self.value("result", test.result or test.direction)

    def dosing(self, dose: DoseSegment) -> str:
        """Return amount, frequency, route and the dose by weight of a stretch of one dosing.

        >>> Wording().dosing(DoseSegment(dose=1000000, unit="[IU]", times=1, period_days=7))
        '1,000,000 [IU] once a week'
        """
        words = [_amount(dose), _frequency(dose)]
        if dose.doses_in_all is not None:
            words.append(f"{dose.doses_in_all} doses in all")
        if dose.route is not None:
            words.append(self.value("route", dose.route))
        if dose.per_weight is not None:
            words.append(f"that is {number(dose.per_weight)} {dose.per_weight_unit or ''}".rstrip())
        return ", ".join(filter(None, (" ".join(filter(None, words[:2])), *words[2:]))) or "dose not stated"


def _figure(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, int | float) else str(value)


def number(value: float) -> str:
    """Return a number with grouped digits and no more places than it has.

    >>> number(1000000), number(0.5), number(50.0)
    ('1,000,000', '0.5', '50')
    """
    text = f"{Decimal(str(value)):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _amount(dose: DoseSegment) -> str:
    one = number(dose.dose) if dose.dose is not None else ""
    span = _span(dose.dose_min, dose.dose_max)
    taper = _span(dose.dose_from, dose.dose_to)
    steps = f"by {number(dose.dose_step)}" if dose.dose_step is not None else ""
    steps += f" every {number(dose.step_days)} days" if dose.step_days is not None else ""
    amount = " ".join(filter(None, (one, span, taper)))
    if not amount:
        return ""
    unit = dose.unit or ("(unit not stated)" if dose.unit_missing else "")
    return " ".join(filter(None, (amount, unit, steps.strip())))


def _span(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return f"up to {number(high)}" if high is not None else f"from {number(low or 0)}"
    return f"{number(low)} to {number(high)}"


def _frequency(dose: DoseSegment) -> str:
    if dose.times is None and dose.period_days is None:
        return ""
    times = "an unstated number of times" if dose.times is None else f"{number(dose.times)} times"
    often = _TIMES.get(int(dose.times or 0), times) if dose.times in _TIMES else times
    if dose.period_days is None:
        return often
    if dose.period_days in _PERIODS:
        return f"{often} a {_PERIODS[int(dose.period_days)]}"
    return f"{often} every {number(dose.period_days)} days"
