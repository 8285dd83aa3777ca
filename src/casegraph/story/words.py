"""Puts the parts of a case into words: concepts, doses, times, passages, and what ran beside an outcome."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from casegraph.facts import CaseFacts
from casegraph.namespaces import CG, compact
from casegraph.story.amounts import plain, unit_of
from casegraph.story.order import days_from
from casegraph.story.spans import as_read, bounds, in_words, open_side
from casegraph.terms import Terms

__all__ = ["AMOUNTS", "ONLY_CHANGE", "OPEN_BESIDE", "SOLE_CHANGE", "SOLE_RISE", "Words", "joined", "listed"]

_TIMES = {Decimal(1): "once", Decimal(2): "twice"}
_PERIODS = {Decimal(1): "day", Decimal(7): "week"}
#: what is said of an outcome on the only treatment that was told to change, and what of the others.
ONLY_CHANGE, OPEN_BESIDE = "only change told", "what ran beside it is not known"
SOLE_CHANGE = f"{ONLY_CHANGE} ({OPEN_BESIDE})"
#: the same where another was lowered or stopped meanwhile, or perhaps was: then it is no only change.
SOLE_RISE = "the only one told to be begun or raised"
#: what has a label that says too much, or nothing to a reader -> what is said instead.
_SAID = {
    f"{CG}soleChange": SOLE_CHANGE,
    f"{CG}OtherDisease": "other diseases that would explain it (which ones is not told)",
}
#: What is printed so says by itself when it was.
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
#: what tells how much of a drug was given at a time.
AMOUNTS = ("dose", "doseMin", "doseMax", "doseFrom", "doseTo")
_BASES = {"stated": "", "authorClaim": "the authors' word", "interpretation": "the curator's reading"}


def joined(*parts: str, by: str = ", ") -> str:
    """Return the parts that are not empty, joined.

    >>> joined("skin", "", "muscle")
    'skin, muscle'
    """
    return by.join(part for part in parts if part)


def listed(parts: list[str]) -> str:
    """Return a list as people write it.

    >>> listed(["skin", "muscle", "lung"])
    'skin, muscle and lung'
    """
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


@dataclass(frozen=True, slots=True)
class Words:
    """The words for the parts of one case."""

    facts: CaseFacts
    terms: Terms
    _labels: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def label(self, iri: str | None) -> str:
        """Return the name of a concept or value for people; its CURIE where it has none; nothing for None.

        Where the label in the ontology says more or less than its definition, that is told in its place.
        """
        if iri is None:
            return ""
        if iri not in self._labels:
            self._labels[iri] = _SAID.get(iri) or self.terms.plain(iri) or compact(iri)
        return self._labels[iri]

    def labels(self, node: str, name: str) -> str:
        """Return the labels of all values of a property."""
        return listed([self.label(value) for value in self.facts.values(node, name)])

    def text(self, node: str, name: str, form: str = "{}") -> str:
        """Return the values of a property as text within *form*, or nothing where there are none."""
        found = self.facts.values(node, name)
        return form.format(listed(list(found))) if found else ""

    def text_of(self, node: str, name: str, form: str) -> str:
        """Return the labels of all values of a property within *form*, or nothing where there are none."""
        found = self.labels(node, name)
        return form.format(found) if found else ""

    def place(self, passage: str) -> str:
        """Return where a passage stands: section, paragraph, characters."""
        pointer = self.facts.value(passage, "pointer")
        if pointer is not None:
            return f"record {pointer}"
        section = (self.facts.value(passage, "section") or "place not given").replace("-", " ")
        start, end = self.facts.value(passage, "charStart"), self.facts.value(passage, "charEnd")
        return joined(
            section,
            self.text(passage, "paragraph", "paragraph {}"),
            f"characters {start} to {end}" if start and end else "",
        )

    def evidence(self, claim: str) -> str:
        """Return, in square brackets, the name of a claim, its basis, and where it stands."""
        passages = [self.place(passage) for passage in self.facts.values(claim, "statedIn")]
        again = [self.place(passage) for passage in self.facts.values(claim, "restatedIn")]
        inputs = [self.facts.name(each) for each in self.facts.values(claim, "derivedFrom")]
        searched = "searched in the whole report" if self.facts.values(claim, "searchedIn") else ""
        return "[{}]".format(
            joined(
                f"#{self.facts.name(claim)}",
                joined(self.basis(claim), f"from {listed(inputs)}" if inputs else "", by=" "),
                *passages,
                "again in " + "; ".join(again) if again else "",
                searched,
                by="; ",
            )
        )

    def basis(self, claim: str) -> str:
        """Return on what basis a claim stands; nothing where the report simply states it."""
        value = self.facts.value(claim, "basis")
        name = self.facts.name(value or "")
        return _BASES.get(name, self.label(value))

    def when(self, claim: str) -> str:
        """Return the occasion of a claim; its name is explained by :meth:`time`."""
        return self.text(claim, "at", "at {}").replace(f"{self.facts.case}#", "")

    def bounds(self, claim: str) -> str:
        """Return the occasions at which a thing began and was over, where they are told."""
        told = (self.text(claim, "onsetAt", "began at {}"), self.text(claim, "resolvedAt", "over at {}"))
        return joined(*told).replace(f"{self.facts.case}#", "")

    def time(self, occasion: str) -> str:
        """Return what is known of when an occasion was: its days, its printed words, its phase.

        Days are told from the zero point, and from the anchor of the occasion, without which the words that
        are printed, as *within 1 week*, mean little. Many days stand with years or months, so that a number
        as it is printed, as *14*, has its unit.
        """
        zero = self.facts.name(self.facts.value(self.facts.case, "zeroPoint") or "")
        days, since = self.days(occasion), self.since(occasion)
        span, ago = (in_words(*bounds(self.facts, occasion, name)) for name in ("solvedStart", "start"))
        return joined(
            joined(days, f"that is {span} {zero}" if days and span else ""),
            joined(since, f"that is {ago}" if since and ago else ""),
            self.text(occasion, "timePrinted", "printed as “{}”"),
            self.labels(occasion, "phase"),
        )

    def days(self, occasion: str) -> str:
        """Return the solved days of an occasion from the zero point; nothing where they are open.

        An occasion of which only the side of the zero point is known is not told as a day; that its time is
        not told stands only where nothing else tells it, as a printed date.
        """
        if side := open_side(self.facts, occasion):
            is_told = self.facts.value(occasion, "timePrinted") or self.since(occasion)
            return side if is_told else f"when is not told, {side}"
        low = self.facts.value(occasion, "solvedStartMinDays")
        high = self.facts.value(occasion, "solvedStartMaxDays")
        zero = self.facts.value(self.facts.case, "zeroPoint")
        if occasion == zero:
            days = "day 0"
        elif low is not None and high is not None:
            days = f"day {low}" if low == high else f"day {low} to {high}"
        else:
            days = f"day {low} or later" if low else f"day {high} or earlier" if high else ""
        return as_read(days, is_read=bool(days and self.facts.values(occasion, "solvedBasis")))

    def since(self, occasion: str) -> str:
        """Return how long after its anchor an occasion was, or before; nothing for a date or the zero."""
        if _DATE.fullmatch(self.facts.value(occasion, "timePrinted") or ""):
            return ""
        anchor = self.facts.value(occasion, "anchor")
        low, high = (self.facts.value(occasion, f"start{which}Days") for which in ("Min", "Max"))
        if anchor is None or anchor == self.facts.value(self.facts.case, "zeroPoint"):
            return ""
        told = days_from(None if low is None else int(low), None if high is None else int(high))
        read = self.facts.name(self.facts.value(occasion, "timeBasis") or "") == "interpretation"
        return as_read(f"{told} {self.facts.name(anchor)}", is_read=read) if told else ""

    def drug(self, exposure: str) -> str:
        """Return the drug or procedure of a treatment or of a stretch of one dosing."""
        return self.label(self.facts.value(self.episode(exposure), "aboutConcept"))

    def episode(self, exposure: str) -> str:
        """Return the treatment that a stretch of one dosing belongs to; a treatment itself as it is."""
        owners = (each for each in self.facts.values(self.facts.case, "hasTreatment"))
        return next((each for each in owners if exposure in self.facts.values(each, "hasSegment")), exposure)

    def exposure(self, exposure: str) -> str:
        """Return a treatment with the dosing that is meant, where one is."""
        return joined(self.drug(exposure), self.dosing(exposure), by=" ")

    def dosing(self, segment: str) -> str:
        """Return amount, repaired print, frequency and route of a stretch of one dosing."""
        repaired = f"({found})" if (found := self.repaired(segment)) else ""
        often = joined(self._amount(segment), repaired, self._often(segment), by=" ")
        told = self.one_bound(segment) or often
        return joined(told, self.label(self.facts.value(segment, "route")))

    def repaired(self, claim: str) -> str:
        """Return what the report prints in place of what was repaired; nothing where nothing was."""
        return self.text(claim, "repairedFrom", "printed as {} in the text")

    def marks(self, claim: str) -> str:
        """Return on what basis a claim stands, where the report does not state it, and what was repaired."""
        return joined(self.basis(claim), self.repaired(claim))

    def in_all(self, episode: str) -> str:
        """Return the sum of all doses of a treatment, or nothing where it is not told."""
        number = self._number(episode, "cumulativeDose")
        unit = unit_of(self.facts.value(episode, "cumulativeUnit")) or "(unit not stated)"
        return f"{number} {unit} in all" if number else ""

    def dose(self, segment: str) -> str:
        """Return amount and frequency alone, in few letters."""
        often = self._often(segment, form="{}x/{}")
        return self.one_bound(segment) or joined(self._amount(segment, arrow="→"), often, by=" ")

    def one_bound(self, segment: str) -> str:
        """Return the printed words of a dose of which one bound alone is told; nothing of others.

        As *below 20 mg/day*: the bound alone would read as *up to 20 mg/day*.
        """
        told = [each for each in AMOUNTS if self.facts.values(segment, each)]
        return self.text(segment, "dosePrinted", "“{}”") if told in (["doseMin"], ["doseMax"]) else ""

    def _amount(self, segment: str, *, arrow: str = " to ") -> str:
        low, high = self._number(segment, "doseMin"), self._number(segment, "doseMax")
        span = (
            f"{low} to {high}"
            if low and high
            else f"at least {low}"
            if low
            else f"up to {high}"
            if high
            else ""
        )
        taper = joined(self._number(segment, "doseFrom"), self._number(segment, "doseTo"), by=arrow)
        amount = joined(self._number(segment, "dose"), span, taper, by=" ")
        unit = unit_of(self.facts.value(segment, "doseUnit")) or self.labels(segment, "unitConcept")
        step, days = self._number(segment, "doseStep"), self._number(segment, "stepDays")
        steps = f"by {step} every {days} days" if step and days and arrow == " to " else ""
        count = self.facts.number(segment, "doseCount")
        many = "" if count is None else f"{plain(count)} dose{'s' if count != 1 else ''}"
        if not amount:
            return many
        many = f"{many} of" if count is not None and count > 1 else ""
        return joined(many, amount, unit or "(unit not stated)", steps, by=" ")

    def _number(self, node: str, name: str) -> str:
        number = self.facts.number(node, name)
        return "" if number is None else plain(number)

    def per_weight(self, segment: str) -> str:
        """Return the same dose told by body weight, or nothing."""
        number = self._number(segment, "perWeightDose")
        return f"{number} {unit_of(self.facts.value(segment, 'perWeightUnit'))}" if number else ""

    def _often(self, segment: str, *, form: str = "") -> str:
        return self._frequency(segment, form=form) or self.labels(segment, "schedule")

    def _frequency(self, segment: str, *, form: str = "") -> str:
        times, days = self.facts.number(segment, "dosesPerPeriod"), self.facts.number(segment, "periodDays")
        if times is None or days is None:
            return ""
        if form:
            return form.format(plain(times), _PERIODS.get(days, f"{plain(days)} days"))
        often = _TIMES.get(times, f"{plain(times)} times")
        return f"{often} a {_PERIODS[days]}" if days in _PERIODS else f"{often} every {plain(days)} days"

    def duration(self, claim: str) -> str:
        """Return how long a turn or a treatment lasted."""
        low, high = self.facts.value(claim, "durationMinDays"), self.facts.value(claim, "durationMaxDays")
        if low and high:
            return f"for {low} days" if low == high else f"for {low} to {high} days"
        return f"for at most {high} days" if high else f"for at least {low} days" if low else ""

    def latency(self, claim: str) -> str:
        """Return how fast an outcome came."""
        low, high = self.facts.value(claim, "latencyMinDays"), self.facts.value(claim, "latencyMaxDays")
        if low and high:
            return f"after {low} to {high} days"
        return f"within {high} days" if high else f"after at least {low} days" if low else ""

    def background(self, claim: str) -> tuple[list[str], list[str]]:
        """Return the drugs that certainly, and those that possibly, ran beside an outcome."""
        names = ("hasBackground", "mayHaveBackground")
        sure, maybe = ([self.drug(each) for each in self.facts.values(claim, name)] for name in names)
        return list(dict.fromkeys(sure)), list(dict.fromkeys(maybe))
