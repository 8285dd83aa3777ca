"""Verdicts that follow by rule, each unfolding to its rule, its inputs and the passages these stand in."""

from __future__ import annotations

from collections.abc import Iterator

from casegraph.errors import InputError
from casegraph.namespaces import CG
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.frame import described
from casegraph.serve.pages.markup import Content, Element, element
from casegraph.story.evidence import definitions
from casegraph.story.judged import tell_part, what_follows
from casegraph.story.lines import Line
from casegraph.why import Explainer, Link, RuleWords, Step

__all__ = ["verdicts"]

#: What tells a step of an explanation from all others.
_Key = tuple[str, str | None, str | None]
_NOT_SAID = (
    "This follows by rule from what the report tells, and is no word of the report. Unfold a verdict to see "
    "its rule, what it rests on, and where each of these stands."
)
#: class -> the heading of those of it, in the order of the page.
_KINDS = {
    "DrugOutcome": "Drug by drug",
    "RefractoryJudgement": "Refractory, by definition",
    "TreatmentFailure": "Failures",
    "": "Other judgements",
    "TreatmentLine": "Lines of treatment",
    "AttributedOutcome": "Outcome by outcome: what else changed",
}
_EXPLAINED = ("verdict", "attribution", "failureKind", "degree", "refractoryBy", "refractoryScope")


def verdicts(claims: Claims) -> Content:
    """Return all that follows by rule; nothing where nothing does."""
    lines = what_follows(claims.words)
    if not lines:
        return ""
    facts, because = claims.words.facts, _Because(claims)
    by_kind: dict[str, list[Line]] = {kind: [] for kind in _KINDS}
    for line in lines:
        kind = facts.kind(line.node)
        by_kind[kind if kind in _KINDS else ""].append(line)
    lists = [
        element(
            "section",
            element("h3", heading),
            element("ul", map(because.entry, by_kind[kind]), class_="claims"),
        )
        for kind, heading in _KINDS.items()
        if by_kind[kind]
    ]
    return claims.section(
        "_verdicts", "What follows by rule", element("p", _NOT_SAID), lists, _meanings(claims, lines)
    )


def _meanings(claims: Claims, lines: list[Line]) -> Content:
    """Return what the words of the verdicts mean."""
    words, facts = claims.words, claims.words.facts
    used = {each for line in lines for name in _EXPLAINED for each in facts.values(line.node, name)}
    known = definitions()
    pairs = ((words.label(each), [known[each]]) for each in sorted(used, key=words.label) if each in known)
    meanings = described(pairs)
    return (
        element("details", element("summary", "What these words mean"), meanings, id="_words")
        if meanings
        else ""
    )


class _Because:
    """Explains the verdicts of a page."""

    def __init__(self, claims: Claims) -> None:
        self._claims, self._words = claims, claims.words
        self._explainer = Explainer(claims.words.facts, claims.words.terms)
        self._steps: dict[_Key, tuple[str, Content]] = {}

    def entry(self, line: Line) -> Element:
        """Return a verdict with why it holds, folded."""
        name = self._words.facts.name(line.node)
        folded = element(
            "details",
            element("summary", "why", element("span", f" {name}", class_="name")),
            self._why(line.node),
        )
        return element(
            "li", element("p", line.text), folded, id=self._claims.anchor(line.node), class_="claim"
        )

    def _why(self, node: str) -> list[Element]:
        try:
            step = self._explainer.node(node)
        except (InputError, LookupError) as error:
            self._explainer = Explainer(self._words.facts, self._words.terms)
            return [element("p", f"This version of casegraph cannot explain it: {error}")]
        told, rules = {step.key}, set[str]()
        return [*self._rules(step, rules), *self._inputs(step, told, rules)]

    def _rules(self, step: Step, told: set[str]) -> Iterator[Element]:
        for rule in step.rules:
            if rule.name in told:
                yield element("p", f"By the rule {rule.name}, told above.", class_="rule")
            else:
                told.add(rule.name)
                yield element("p", *_rule(rule), class_="rule")

    def _inputs(self, step: Step, told: set[_Key], rules: set[str]) -> Iterator[Element]:
        entries = [self._input(each, told, rules) for each in step.builds_on]
        if entries:
            yield element("ul", entries)

    def _input(self, link: Link, told: set[_Key], rules: set[str]) -> Element:
        step, words = link.step, self._words
        how = "" if link.name == "prov:wasDerivedFrom" else f"{words.label(CG + link.name)}: "
        to = self._claims.to(step.node, f"#{words.facts.name(step.node)}")
        if step.key in told:
            return element("li", how, to, ", told above")
        told.add(step.key)
        if step.key not in self._steps:
            self._steps[step.key] = (
                tell_part(words, step.node, derived=bool(step.rules)),
                self._evidence(step),
            )
        text, evidence = self._steps[step.key]
        below = [*self._rules(step, rules), *self._inputs(step, told, rules)]
        return element("li", element("p", how, f"{text} ", to), evidence, below)

    def _evidence(self, step: Step) -> Content:
        """Return where a claim stands; nothing of what is derived by rule."""
        if step.rules:
            return ""
        basis = self._words.basis(step.node)
        parts = [element("span", each) for each in self._claims.passages(step.node)]
        if basis:
            parts.insert(0, element("span", f"basis: {basis}"))
        if step.searched_in:
            parts.append(element("span", "searched for in the whole report"))
        told = [part for each in parts for part in ("; ", each)][1:]
        return element("p", told, class_="where") if told else ""


def _rule(rule: RuleWords) -> Iterator[Content]:
    yield "By the rule "
    yield element("strong", rule.name)
    yield f": {rule.definition} "
    yield f"Source: {rule.source}."
