"""A case as a story for clinicians: its parts under headings, one line a statement, each with its passage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from casegraph.namespaces import CG
from casegraph.story.frame import head, times
from casegraph.story.lines import Line
from casegraph.story.outcomes import beside, note_of, outcome, responders, response, turned
from casegraph.story.words import Words, joined, listed

__all__ = ["answer", "during", "end", "harm", "is_at_once", "is_of_history", "sections", "tell", "told"]

_Telling = Callable[[Words, str], str]
_STANDINGS = {
    "FinalDiagnosis": "final",
    "WorkingDiagnosis": "working",
    "ConsideredDiagnosis": "considered",
    "ExcludedDiagnosis": "excluded",
}
#: the standing of a disease that the history of the patient did not have.
_NEVER = "no history of"


def sections(words: Words) -> Iterator[tuple[str, list[Line]]]:
    """Yield the headings of the story with their lines; a heading without lines has nothing to tell."""
    yield from head(words)
    links = ("hasDiagnosis", "considersDiagnosis", "excludesDiagnosis")
    yield "Diagnoses", [line for link in links for line in _lines(words, _diagnosis, link)]
    yield "Findings present", _lines(words, _finding, "hasFinding")
    yield "Findings absent: the report says so", _lines(words, _finding, "excludesFinding")
    yield "Findings left open", _lines(words, _finding, "questionsFinding")
    yield "Tests", _lines(words, _test, "hasTestResult")
    yield "Treatments", list(_treatments(words))
    outcomes = ("hasResponse", "lacksResponse", "questionsResponse")
    yield "What became of it", _lines(words, _response, *outcomes)
    yield "Adverse events", _lines(words, _adverse, "hasAdverseEvent", "excludesAdverseEvent")
    yield "Course", _lines(words, _turn, "hasCourse")
    yield "What the authors say of it", _lines(words, _statement, "hasStatement")
    beyond = words.facts.values(words.facts.report, "makesStatement")
    yield "What the report says beyond the case", [_line(words, _statement, each) for each in beyond]
    silent = words.facts.values(words.facts.report, "leavesUnstated")
    unstated = [_line(words, _silence, each) for each in silent]
    unstated += _lines(words, _silence, "leavesOpen")
    yield "Not stated: looked for, which is not absence", unstated
    yield "What does not fit together", _lines(words, _conflict, "hasConflict")
    zero = words.facts.name(words.facts.value(words.facts.case, "zeroPoint") or "")
    yield f"Time: occasions in order, days counted from {zero or 'no point'}", list(times(words))


def tell(words: Words, claim: str) -> str:
    """Return any part of a case in a line, without its evidence."""
    kind = words.facts.kind(claim)
    told = _TELLINGS.get(kind, _statement)(words, claim)
    label = words.label(words.facts.value(claim, "rdf:type"))
    return told if told.startswith(label.removesuffix(" statement")) else joined(label, told, by=": ")


def told(words: Words, claims: Iterable[str]) -> list[Line]:
    """Return a line for each of some claims, with its evidence."""
    tellings = ((each, _TELLINGS.get(words.facts.kind(each), _statement)) for each in claims)
    return [_line(words, telling, claim) for claim, telling in tellings]


def _lines(words: Words, telling: _Telling, *links: str) -> list[Line]:
    return [_line(words, telling, claim) for claim in words.facts.claims(*links)]


def _line(words: Words, telling: _Telling, claim: str, *, level: int = 0) -> Line:
    return Line(telling(words, claim), claim, words.evidence(claim), level)


def _with_gist(words: Words, claim: str, said: str) -> str:
    return joined(said, words.text(claim, "gist"), by=". ")


def _diagnosis(words: Words, claim: str) -> str:
    standing = _NEVER if is_of_history(words, claim) else _STANDINGS[words.facts.kind(claim)]
    said = f"{standing}: {words.labels(claim, 'aboutConcept')}"
    support = _names(words, claim, "supportedBy", "supported by {}")
    stage = words.text_of(claim, "stage", "stage: {}")
    when = joined(words.when(claim), words.bounds(claim))
    said = joined(joined(said, _site(words, claim), by=" "), stage, when, support)
    return _with_gist(words, claim, joined(said, _definition(words, claim)))


def is_of_history(words: Words, claim: str) -> bool:
    """Say whether a disease is told never to have been, which is not the same as excluded in the work-up."""
    facts = words.facts
    phases = facts.values(facts.value(claim, "at") or "", "phase")
    return facts.kind(claim) == "ExcludedDiagnosis" and f"{CG}medicalHistory" in phases


def _finding(words: Words, claim: str) -> str:
    what = joined(words.labels(claim, "aboutConcept"), _site(words, claim), by=" ")
    how = [words.labels(claim, name) for name in ("modifier", "severity", "direction")]
    return _with_gist(words, claim, joined(what, *how, words.when(claim), words.bounds(claim)))


def _site(words: Words, claim: str) -> str:
    site = joined(words.labels(claim, "laterality"), words.labels(claim, "site"), by=" ")
    return f"({site})" if site else ""


def _test(words: Words, claim: str) -> str:
    said = f"{words.labels(claim, 'aboutConcept')}: {outcome(words, claim)}"
    how = [words.labels(claim, name) for name in ("method", "specimen", "site")]
    return _with_gist(words, claim, joined(said, *how, words.when(claim)))


def _treatments(words: Words) -> Iterator[Line]:
    for episode in words.facts.claims("hasTreatment"):
        yield _line(words, _episode, episode)
        segments = words.facts.values(episode, "hasSegment")
        for segment in sorted(
            segments, key=lambda each: (words.facts.rank(words.facts.value(each, "at")), each)
        ):
            yield _line(words, _segment, segment, level=1)


def _episode(words: Words, episode: str) -> str:
    indication = words.labels(episode, "indication")
    aim = joined(f"for {indication}" if indication else "", words.text_of(episode, "intent", "intent: {}"))
    until = end(words, episode) or "end not stated"
    said = joined(_since(words, episode), words.duration(episode), words.in_all(episode), until, aim)
    what = joined(words.drug(episode), _site(words, episode), by=" ")
    return f"{what}: {_with_gist(words, episode, said)}"


def _segment(words: Words, segment: str) -> str:
    reason = _names(words, segment, "changeReason", "because of {}")
    weight = words.per_weight(segment)
    dosing = words.dosing(segment) or (
        "each dose not stated" if words.in_all(words.episode(segment)) else "dose not stated"
    )
    until = end(words, segment).replace("stopped at ", "until ", 1)
    told = joined(dosing, f"that is {weight}" if weight else "", reason, until)
    return _with_gist(words, segment, joined(_since(words, segment), told, by=": "))


def _since(words: Words, claim: str) -> str:
    return "" if is_at_once(words, claim) else words.when(claim).replace("at ", "from ", 1)


def is_at_once(words: Words, exposure: str) -> bool:
    """Say whether a treatment is told to have ended when it began, as a device that was put in."""
    stop = words.facts.value(exposure, "endsAt")
    return stop is not None and stop == words.facts.value(exposure, "at") and not _is_implied(words, exposure)


def _is_implied(words: Words, exposure: str) -> bool:
    return words.facts.name(words.facts.value(exposure, "endBasis") or "") == "implied"


def end(words: Words, exposure: str, *, named: Callable[[str], str] | None = None) -> str:
    """Return what is told of the end of a treatment or a dosing; nothing where nothing is.

    :param named: returns what an occasion is called; the default is the name that the story explains.
    """
    facts = words.facts
    named = named or facts.name
    stop, ongoing = facts.value(exposure, "endsAt"), facts.value(exposure, "ongoingAt")
    reason = words.labels(exposure, "stopReason")
    if stop is not None:
        hedge = "a stop is only implied" if _is_implied(words, exposure) else "stopped"
        hedge = "done or given" if is_at_once(words, exposure) else hedge
        return joined(f"{hedge} at {named(stop)}", reason)
    if ongoing is not None:
        return f"still given at {named(ongoing)}"
    return joined("stopped, when is not told", reason) if reason else ""


def _response(words: Words, claim: str) -> str:
    return answer(words, claim, words.when(claim))


def answer(words: Words, claim: str, when: str) -> str:
    """Return what became of a domain, of how many patients, and by which criterion.

    :param when: what is said of its occasion.
    """
    of = responders(words, claim)
    by = words.text(claim, "criterion", "by {}")
    return _with_gist(words, claim, joined(response(words, claim, when), of, by))


def _adverse(words: Words, claim: str) -> str:
    return _with_gist(words, claim, joined(harm(words, claim), during(words, claim), words.when(claim)))


def harm(words: Words, claim: str) -> str:
    """Return what an adverse event was, and how severe; that there was none, where that is told."""
    kinds = {
        "NoAdverseEvent": "no adverse event",
        "NoSignificantAdverseEvent": "no significant adverse event",
    }
    what = kinds.get(words.facts.kind(claim)) or words.labels(claim, "aboutConcept")
    return joined(what, words.labels(claim, "severity"))


def during(words: Words, claim: str) -> str:
    """Return during which drugs an adverse event was; nothing where that is not told."""
    drugs = listed([words.drug(each) for each in words.facts.values(claim, "duringTreatment")])
    return f"during {drugs}" if drugs else ""


def _turn(words: Words, claim: str) -> str:
    printed = words.text(claim, "timePrinted", "printed as “{}”")
    trigger = words.facts.value(claim, "trigger")
    after = f"following {_cause(words, trigger)}" if trigger else ""
    said = joined(turned(words, claim), after, words.duration(claim), printed, words.when(claim))
    return joined(joined(said, beside(words, claim), by="; "), note_of(words, claim), by=". ")


def _cause(words: Words, trigger: str) -> str:
    """Return what a turn followed: a dosing by drug and dose, any other claim in a line."""
    if not words.drug(trigger):
        return tell(words, trigger)
    dosed = any(words.facts.values(trigger, name) for name in ("dose", "doseTo", "doseMax"))
    change = words.labels(trigger, "doseChange")
    return words.exposure(trigger) if dosed or not change else f"{words.drug(trigger)}, {change}"


def _statement(words: Words, claim: str) -> str:
    kind = words.label(words.facts.value(claim, "rdf:type")).removesuffix(" statement")
    kind = "opinion" if kind == "author" else kind
    about = joined(words.labels(claim, "aboutConcept"), words.labels(claim, "aboutDisease"), by=" in ")
    of_it = _harmed(words, claim) if kind == "attribution" else ""
    scope = joined(of_it, words.labels(claim, "domain"), about, by="; ")
    said = joined(f"{kind}{f' ({scope})' if scope else ''}", words.text(claim, "gist"), by=": ")
    blamed = [_cause(words, each) for each in words.facts.values(claim, "attributedTo")]
    attributed = f"attributed to {listed(blamed)}" if blamed else ""
    return joined(said, attributed, _definition(words, claim), by="; ")


def _harmed(words: Words, claim: str) -> str:
    """Return the adverse events and the death that a statement says the origin of."""
    kinds = {each: words.facts.kind(each) for each in words.facts.values(claim, "concerns")}
    told = ((each, kind) for each, kind in kinds.items() if kind in ("AdverseEvent", "Death"))
    return listed([harm(words, each) if kind == "AdverseEvent" else "death" for each, kind in told])


def _definition(words: Words, claim: str) -> str:
    meaning = words.facts.value(claim, "byDefinition")
    return words.text(meaning, "gist", "by this definition of the report: {}") if meaning else ""


def _regimen(words: Words, regimen: str) -> str:
    names = (("from", "from {}"), ("until", "until {}"))
    sure = [words.exposure(each) for each in words.facts.values(regimen, "includes")]
    maybe = [words.exposure(each) for each in words.facts.values(regimen, "mayInclude")]
    said = joined(*(_names(words, regimen, name, form) for name, form in names), by=" ")
    return joined(said, " + ".join(sure), f"possibly also {listed(maybe)}" if maybe else "", by="; ")


def _silence(words: Words, claim: str) -> str:
    return _with_gist(words, claim, joined(words.labels(claim, "aboutConcept"), words.when(claim)))


def _conflict(words: Words, claim: str) -> str:
    return f"{words.text(claim, 'gist')} ({_names(words, claim, 'between', '{}')})"


def _names(words: Words, claim: str, name: str, form: str) -> str:
    found = [words.facts.name(each) for each in words.facts.values(claim, name)]
    return form.format(listed(found)) if found else ""


#: class of a claim -> how it is told; all others are statements.
_TELLINGS: Mapping[str, _Telling] = {
    **dict.fromkeys(("PresentFinding", "AbsentFinding", "IndeterminateFinding"), _finding),
    **dict.fromkeys(_STANDINGS, _diagnosis),
    **dict.fromkeys(("ResponseClaim", "NonResponseClaim", "UnevaluableResponse"), _response),
    **dict.fromkeys(("AdverseEvent", "NoAdverseEvent", "NoSignificantAdverseEvent"), _adverse),
    **dict.fromkeys(("Flare", "Relapse", "Remission", "SymptomFreeInterval", "Death"), _turn),
    "TestResult": _test,
    "TreatmentEpisode": _episode,
    "DoseSegment": _segment,
    "NotReported": _silence,
    "ConflictNote": _conflict,
    "Occasion": Words.time,
    "Passage": Words.place,
    "Regimen": _regimen,
}
