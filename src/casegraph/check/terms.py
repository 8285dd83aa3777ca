"""Whether each term, at every depth, exists, has its own name, is not given up and is of the right branch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from casegraph.check.walk import Mappings
from casegraph.errors import InputError, Problem
from casegraph.loaders.located import Place, Source
from casegraph.namespaces import compact, expand
from casegraph.resources import shipped
from casegraph.terms import Terms
from casegraph.terms.brands import brands

__all__ = ["term_problems"]

_FINDINGS = ("HP:0000118", "MONDO:0000001")
#: field, or list and field -> the branches that its terms are of.
_BRANCHES = {
    "findings.what": _FINDINGS,
    "diagnoses.what": ("MONDO:0000001",),
    "tests.what": ("cg:Analyte",),
    "treatments.what": ("CHEBI:24431", "CHEBI:50906", "cg:Drug", "MAXO:0000001"),
    "adverse_events.what": _FINDINGS,
    "site": ("UBERON:0001062",),
    "method": ("OBI:0000070", "MAXO:0000001"),
    "indication": _FINDINGS,
    "disease": ("MONDO:0000001",),
}
_WHAT_THEY_ARE = {
    "findings.what": "a finding (below HP:0000118) or a disease (below MONDO:0000001)",
    "diagnoses.what": "a disease (below MONDO:0000001)",
    "tests.what": "a thing that is measured or looked for (below cg:Analyte), such as cg:CreatineKinaseLevel",
    "treatments.what": "a drug (below CHEBI:24431 or cg:Drug) or a medical action (below MAXO:0000001)",
    "adverse_events.what": "the harm itself: a finding (below HP:0000118) or a disease (below MONDO:0000001)",
    "site": "a part of the body (within UBERON:0001062)",
    "method": "an assay (below OBI:0000070) or a medical action (below MAXO:0000001)",
    "indication": "a disease or a finding",
    "disease": "a disease (below MONDO:0000001)",
}
_FIELDS = frozenset(("what", "about", "disease", "site", "method", "specimen", "indication"))
_NOWHERE = Source("", {})
_CODE = re.compile(r"([A-Za-z]+:\S+) (\S.*)")
_CURIE = re.compile(r"[A-Za-z]+:\S+")
_NEGATED = re.compile(
    r"(?:no|not|non|without|absence of|absent|denie[sd]|negative for|never had|free of|lack of)\s+(.+)"
    r"|(.+?)\s+(?:is |was )?(?:absent|excluded|ruled out)",
    re.IGNORECASE,
)
#: list -> where what was not there belongs.
_INSTEAD = {
    "findings.what": "under findings.absent",
    "diagnoses.what": "under diagnoses.excluded",
    "tests.what": "with 'result: negative'",
    "adverse_events.what": "only if the report excludes it, under adverse_events.none",
}
_DOSE_OR_SIGN = re.compile(r"[\u00ae\u2122]|\s+[\d.,]+\s*(?:mg|g|ug|IU|mL)\b.*")
#: Of 100: a name that is so like another is that other, mistyped.
_MISTYPED = 80
_AUTOANTIBODY = "cg:Autoantibody"
#: a text in typographic quotes is told of by the check of the writing.
_QUOTES = ("\u201c", "\u201e", "\u2018", "\u201a", "\u00ab")


def term_problems(told: Mappings, source: Source, terms: Terms) -> Iterator[Problem]:
    """Yield every problem of the terms of a document, in whatever state the rest of it is."""
    look = _Look(source, terms)
    for place, mapping in told:
        for key in _FIELDS & mapping.keys():
            here = (*place, key)
            field = _field(here)
            for where, code in _codes(mapping[key], here):
                if not _fine(terms, code, field):
                    yield from look.problems(code, where)


@lru_cache(maxsize=65_536)  # cases share their terms
def _fine(terms: Terms, code: str, field: str) -> bool:
    """Say whether nothing is wrong with a term in a kind of field, wherever that is."""
    return not any(_Look(_NOWHERE, terms).problems(code, tuple(field.split("."))))


def _codes(value: object, place: Place) -> Iterator[tuple[Place, str]]:
    """Yield the text of a term, or of each in a list; what is no text is a matter of the structure."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list):
        yield from (((*place, at), each) for at, each in enumerate(value) if isinstance(each, str))


def _field(place: Place) -> str:
    """Return what kind of field a term stands in: ``site``, or its list too, such as ``tests.what``."""
    names = [step for step in place if isinstance(step, str)]
    if names[-1] != "what":
        return names[-1]
    lists = {"findings", "diagnoses", "tests", "treatments", "adverse_events"}
    return next((f"{name}.what" for name in names if name in lists), "what")


class _Look:
    """Looks at one term after another."""

    def __init__(self, source: Source, terms: Terms) -> None:
        self._source, self._terms = source, terms
        self._above: dict[str, frozenset[str]] = {}

    def problems(self, code: str, place: Place) -> Iterator[Problem]:
        """Yield the problem of a term, if it has one."""
        if code[:1] in _QUOTES:
            return
        found = _CODE.fullmatch(code)
        if found is None:
            yield self._no_code(code.strip(), place)
            return
        curie, label = found[1], found[2]
        try:
            iri = expand(curie)
        except InputError as error:
            yield self._source.problem(place, "unknown-prefix", error.what, todo=f"expected {error.expected}")
            return
        if problem := self._antigen_itself(iri, place) or self._of_term(iri, label, place):
            yield problem

    def _of_term(self, iri: str, label: str, place: Place) -> Problem | None:
        if iri not in self._terms:
            return self._unknown(iri, label, place)
        if self._terms.is_obsolete(iri):
            other = self._terms.replacement(iri)
            todo = f"write {self._code(other)!r}" if other else "look for another term: casegraph term"
            message = f"{compact(iri)} {self._terms.label(iri)!r} is obsolete"
            return self._source.problem(place, "obsolete-term", message, todo=todo)
        return self._label(iri, label, place) or self._branch(iri, place)

    def _unknown(self, iri: str, label: str, place: Place) -> Problem:
        nearest = "; ".join(self._terms.nearest(label))
        todo = f"near: {nearest}" if nearest else "casegraph term looks a term up"
        message = f"unknown term {compact(iri)} {label!r}"
        return self._source.problem(place, "unknown-term", message, todo=todo)

    def _label(self, iri: str, label: str, place: Place) -> Problem | None:
        names = self._terms.names(iri)
        if label.casefold() in (name.casefold() for name in names):
            return None
        own, right = self._terms.label(iri), self._code(iri)
        if negated := _NEGATED.fullmatch(label):
            return self._negated(negated[1] or negated[2], place, right)
        if self._is(iri, _AUTOANTIBODY) and self._antibody(label) == iri:
            message = f"{label!r} is the antigen; the antibody against it was looked for"
            return self._source.problem(place, "antigen-name", message, todo=f"write {right!r}")
        if iri == self._brand(label):
            message = f"{label!r} is a brand name of {own}"
            return self._source.problem(place, "brand-name", message, todo=f"write {right!r}")
        if _likeness(label, names) >= _MISTYPED:
            message = f"{label!r} is mistyped: {compact(iri)} is {own!r}"
            return self._source.problem(place, "misspelt-term", message, todo=f"write {right!r}")
        message = f"{compact(iri)} is {own!r}, not {label!r}"
        nearest = "; ".join(self._terms.nearest(label, limit=2))
        todo = f"correct the id or the label; near: {nearest or 'nothing'}"
        return self._source.problem(place, "label-mismatch", message, todo=todo)

    def _branch(self, iri: str, place: Place) -> Problem | None:
        field = _field(place)
        roots = _BRANCHES.get(field, ())
        if not roots or any(self._is(iri, root) for root in roots):
            return None
        message = f"{self._code(iri)} is of another branch"
        return self._source.problem(
            place, "wrong-branch", message, todo=f"expected here is {_WHAT_THEY_ARE[field]}"
        )

    def _no_code(self, text: str, place: Place) -> Problem:
        """Tell what a text means that has no identifier, or that is an identifier alone."""
        if _CURIE.fullmatch(text) and (iri := _known(text, self._terms)):
            todo = f"write {self._code(iri)!r}"
            return self._source.problem(place, "no-label", f"{text} stands without its label", todo=todo)
        if negated := _NEGATED.fullmatch(text):
            return self._negated(negated[1] or negated[2], place, "")
        exact = self._antibody(text) if _field(place) == "tests.what" else None
        if exact:
            message = f"{text!r} is an antigen; a test is about the antibody against it"
            return self._source.problem(place, "antigen-name", message, todo=f"write {self._code(exact)!r}")
        if brand := self._brand(text):
            message = f"{text!r} is a brand name"
            return self._source.problem(place, "brand-name", message, todo=f"write {self._code(brand)!r}")
        return self._name(text, place)

    def _name(self, text: str, place: Place) -> Problem:
        """Propose the terms of the right branch that a text is like; only a near one to be written."""
        hits = [hit for hit in self._terms.search(text, limit=20) if self._fits(hit.iri, place)]
        message = f"{text!r} has no identifier"
        if hits and hits[0].matched == "spelling" and hits[0].likeness >= _MISTYPED:
            todo = f"write {self._code(hits[0].iri)!r} if that is meant"
            message = f"{text!r} is like {hits[0].name!r}, and has no identifier"
            return self._source.problem(place, "misspelt-term", message, todo=todo)
        if hits and hits[0].exact:
            todo = "write " + " or ".join(repr(self._code(hit.iri)) for hit in hits)
        else:
            near = "; ".join(self._code(hit.iri) for hit in hits[:3])
            todo = f"{_LOOK_UP}; near: {near}" if near else _LOOK_UP
        return self._source.problem(place, "no-code", message, todo=todo)

    def _fits(self, iri: str, place: Place) -> bool:
        roots = _BRANCHES.get(_field(place), ())
        return not self._terms.is_obsolete(iri) and (not roots or any(self._is(iri, each) for each in roots))

    def _negated(self, rest: str, place: Place, right: str) -> Problem:
        iri = self._exact(rest)
        code = right or (self._code(iri) if iri else rest)
        message = "a term with a no before it is found by who asks for the term"
        where = _INSTEAD.get(_field(place))
        todo = f"write {code!r}, {where}" if where else "leave it out: what was not there has no entry here"
        return self._source.problem(place, "negated-term", message, todo=todo)

    def _antibody(self, text: str) -> str | None:
        """Return the antibody that an antigen's name is meant for, however it is spaced or hyphenated."""
        wanted = _letters(text)
        for iri in self._terms.below(expand(_AUTOANTIBODY)):
            names = map(_letters, self._terms.names(iri))
            if wanted in (name.removeprefix("anti").removesuffix("antibody") for name in names):
                return iri
        return None

    def _antigen_itself(self, iri: str, place: Place) -> Problem | None:
        antibody = _antibodies().get(iri)
        if antibody is None:
            return None
        message = f"{compact(iri)} is the antigen; a test is about the antibody against it"
        return self._source.problem(place, "antigen-name", message, todo=f"write {self._code(antibody)!r}")

    def _exact(self, name: str) -> str | None:
        hits = [hit for hit in self._terms.search(name) if hit.exact]
        return hits[0].iri if hits else None

    def _brand(self, name: str) -> str | None:
        return brands().get(_DOSE_OR_SIGN.sub("", name).strip().casefold())

    def _is(self, iri: str, root: str) -> bool:
        if iri not in self._above:
            self._above[iri] = frozenset(self._terms.above(iri))
        return expand(root) in self._above[iri]

    def _code(self, iri: str) -> str:
        return f"{compact(iri)} {self._terms.label(iri)}"


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _likeness(label: str, names: tuple[str, ...]) -> float:
    from rapidfuzz import fuzz

    return max(fuzz.ratio(label.casefold(), name.casefold()) for name in names)


_LOOK_UP = "casegraph term looks a term up; write its identifier, a space and its label"


def _known(curie: str, terms: Terms) -> str | None:
    try:
        iri = expand(curie)
    except InputError:
        return None
    return iri if iri in terms else None


@cache
def _antibodies() -> dict[str, str]:
    """Return antigen -> the antibody against it, as the ontology has them."""
    import pyoxigraph as ox

    (path,) = shipped("ontology", "concepts.ttl")
    quads = ox.parse(path=path)
    link = expand("cg:antigen")
    return {str(quad.object.value): str(quad.subject.value) for quad in quads if quad.predicate.value == link}
