"""Puts outcomes into words: what a test gave, and what became of a domain, with what ran beside it."""

from __future__ import annotations

from casegraph.namespaces import CG
from casegraph.story.words import Words, joined, listed

__all__ = [
    "CHANGES",
    "beside",
    "changed",
    "counts",
    "domain_of",
    "followed",
    "note_of",
    "outcome",
    "patients",
    "ran_beside",
    "responded",
    "responders",
    "response",
    "scope_of",
    "turned",
    "went",
]

#: the claims of what a patient had; a test is none.
_SEEN = frozenset(
    (
        *("PresentFinding", "IndeterminateFinding"),
        *("FinalDiagnosis", "WorkingDiagnosis", "ConsideredDiagnosis"),
    )
)
#: how a test changed -> what is said: fallen is not below normal.
CHANGES = {
    "raised": "higher than before or than normal",
    "lowered": "lower than before or than normal",
}
#: how an outcome went -> what a patient did of whom it is told.
_WENT = {
    "improved": "improved",
    "resolved": "were free of it",
    "stabilised": "became stable",
    "unchanged": "were unchanged",
    "worse": "became worse",
}


def outcome(words: Words, claim: str) -> str:
    """Return what a test gave: its value as a number and as printed, its result, its change."""
    number, printed = words.facts.number(claim, "value"), words.text(claim, "valuePrinted", "printed as “{}”")
    value = "" if number is None else joined(f"{number:f}", _unit(words, claim), by=" ")
    low, high = words.text(claim, "rangeLow"), words.text(claim, "rangeHigh")
    return joined(
        value,
        printed,
        f"normal {low or '?'} to {high or '?'}" if low or high else "",
        words.labels(claim, "resultConcept") or words.labels(claim, "result"),
        joined(changed(words, claim), words.labels(claim, "degree")),
        counts(words, claim, "positiveCount", "in {} of {} patients"),
        "a summary whose members are not listed" if words.facts.values(claim, "coverage") else "",
    )


def changed(words: Words, claim: str) -> str:
    """Return which way a test changed; whether it was from before or against normal is not told apart."""
    direction = words.facts.value(claim, "direction") or ""
    return CHANGES.get(words.facts.name(direction), words.labels(claim, "direction"))


def _unit(words: Words, claim: str) -> str:
    """Return the unit of a value; nothing for the UCUM unit of a bare number."""
    unit = words.text(claim, "unit")
    return "" if unit == "1" else unit or words.labels(claim, "unitConcept")


def response(words: Words, claim: str, when: str) -> str:
    """Return what became of a domain, on what, how fast, when, and what ran beside it."""
    exposures = [words.exposure(each) for each in words.facts.values(claim, "responseTo")]
    stopped = [words.exposure(each) for each in words.facts.values(claim, "afterStopping")]
    said = joined(
        f"{domain_of(words, claim)}: {went(words, claim)}",
        f"on {' + '.join(exposures)}" if exposures else "",
        f"after {' + '.join(stopped)} was stopped" if stopped else "",
        words.latency(claim),
        when,
    )
    return joined(said, beside(words, claim), by="; ")


def went(words: Words, claim: str) -> str:
    """Return how an outcome went, how much, and where in the body."""
    degree, site = words.labels(claim, "degree"), words.labels(claim, "site")
    said = joined(degree, site)
    return joined(words.labels(claim, "direction"), f"({said})" if said else "", by=" ")


def domain_of(words: Words, claim: str) -> str:
    """Return the domain of an outcome; of one that is of no domain alone, what it concerns too."""
    domain = words.labels(claim, "domain")
    if f"{CG}overall" not in words.facts.values(claim, "domain"):
        return domain
    concerned = dict.fromkeys(
        words.labels(each, "aboutConcept") for each in words.facts.values(claim, "concerns")
    )
    return joined(domain, f"({listed(list(concerned))})" if any(concerned) else "", by=" ")


def scope_of(words: Words, claim: str, *, marked: bool = False) -> str:
    """Return the domain of an outcome with the findings and diseases that it is told to concern.

    A rash of one place that resolved is not the skin that resolved.

    :param marked: whether to tell what of these the report only implies, and what was repaired.
    """
    facts, domain = words.facts, words.labels(claim, "domain")
    if f"{CG}overall" in facts.values(claim, "domain"):
        return domain_of(words, claim)
    concerned = (each for each in facts.values(claim, "concerns") if facts.kind(each) in _SEEN)
    marks = ((each, words.marks(each) if marked else "") for each in concerned)
    named = list(dict.fromkeys(joined(_named(words, each), mark) for each, mark in marks))
    return joined(domain, f"({'; '.join(named)})" if named else "", by=" ")


def _named(words: Words, claim: str) -> str:
    """Return a finding or a disease with its place in the body."""
    site = joined(words.labels(claim, "laterality"), words.labels(claim, "site"), by=" ")
    return joined(words.labels(claim, "aboutConcept"), f"of {site}" if site else "", by=" ")


def beside(words: Words, claim: str) -> str:
    """Return what certainly and what possibly ran beside an outcome; nothing where nothing did.

    What only may have run beside a death would read as blamed for it.
    """
    sure, open_ = words.background(claim)
    is_death = words.facts.kind(claim) == "Death"
    maybe = [each for each in open_ if each not in sure and not is_death]
    return joined(*ran_beside(sure, maybe), by="; ")


def ran_beside(sure: list[str], maybe: list[str]) -> tuple[str, str]:
    """Return that some ran beside an outcome, and that others may have; nothing for none.

    >>> ran_beside(["rituximab"], ["dapsone", "tacrolimus"])
    ('beside it ran rituximab', 'possibly also dapsone and tacrolimus')
    >>> ran_beside([], ["dapsone"])
    ('', 'beside it may have run dapsone')
    """
    may = "possibly also" if sure else "beside it may have run"
    return f"beside it ran {listed(sure)}" if sure else "", f"{may} {listed(maybe)}" if maybe else ""


def turned(words: Words, turn: str) -> str:
    """Return what a turn of the course was, in or of what, and what it is put down to."""
    domain = words.labels(turn, "domain")
    concerned = dict.fromkeys(
        words.labels(each, "aboutConcept") for each in words.facts.values(turn, "concerns")
    )
    of = listed([each for each in concerned if each])
    scope = f"({domain})" if domain else f"of {of}" if of else ""
    what = joined(words.labels(turn, "rdf:type"), scope, by=" ")
    return joined(what, words.text_of(turn, "cause", "put down to {}"))


def note_of(words: Words, turn: str) -> str:
    """Return the note of a turn; nothing where it says no more than what the turn was of."""
    note = words.text(turn, "gist")
    return "" if turned(words, turn).casefold().endswith(note.casefold()) else note


def followed(words: Words, turn: str) -> str:
    """Return what a turn followed, in few words: a drug with its dose, or its change; nothing without."""
    trigger = words.facts.value(turn, "trigger")
    if trigger is None:
        return ""
    dose = words.dose(trigger) or words.labels(trigger, "doseChange")
    if drug := words.drug(trigger):
        return f"following {joined(drug, dose, by=' ')}"
    how = went(words, trigger) or words.labels(trigger, "rdf:type")
    return f"following {joined(domain_of(words, trigger), how, by=': ')}"


def counts(words: Words, claim: str, name: str, form: str) -> str:
    """Return of how many patients an outcome is told; nothing where that is not counted.

    :param name: the property that has the number of those; the number of all is evaluatedCount.
    :param form: the words, with a place for each of the two.
    """
    some, all_ = words.text(claim, name), words.text(claim, "evaluatedCount")
    return form.format(some or "?", all_ or "?") if some or all_ else ""


def responders(words: Words, claim: str) -> str:
    """Return how many of a group responded, as :func:`responded`."""
    direction = words.facts.name(words.facts.value(claim, "direction") or "")
    return responded(words.text(claim, "responderCount"), words.text(claim, "evaluatedCount"), direction)


def responded(some: str, evaluated: str, direction: str) -> str:
    """Return how many of a group responded; where that is not told, how many were evaluated.

    Where only those are counted, nobody is said to have responded: it may be a group that became worse, and
    how many did the document has no count for, while its words may tell it.

    :param some: the count of those who responded, or nothing.
    :param evaluated: the count of all, or nothing.
    :param direction: how the outcome went, such as ``worse``.

    >>> responded("14", "18", "improved"), responded("1", "", "improved")
    ('14 of 18 patients responded', '1 patient responded, of how many is not told')
    >>> responded("", "3", "worse"), responded("", "", "worse")
    ('3 patients evaluated, how many became worse is not counted here', '')
    """
    if some and evaluated:
        return f"{some} of {patients(evaluated)} responded"
    if some:
        return f"{patients(some)} responded, of how many is not told"
    how = _WENT.get(direction, "these were")
    return f"{patients(evaluated)} evaluated, how many {how} is not counted here" if evaluated else ""


def patients(count: str) -> str:
    """Return a count of patients with its noun.

    >>> patients("1"), patients("3")
    ('1 patient', '3 patients')
    """
    return f"{count} patient{'' if count == '1' else 's'}"
