"""What the names of columns and cells may mean: terms, and in which part of a mapping they belong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from casegraph.namespaces import compact, expand
from casegraph.terms import Hit, Terms

__all__ = ["MEASURED", "Meanings"]

#: The part of a mapping for what is measured.
MEASURED = "tests"
#: part of a mapping -> the branches whose terms stand there.
_BRANCHES: Mapping[str, tuple[str, ...]] = {
    MEASURED: ("cg:Analyte",),
    "treatments": ("CHEBI:24431", "CHEBI:50906", "cg:Drug", "MAXO:0000001"),
    "findings": ("HP:0000118",),
    "diagnoses": ("MONDO:0000001",),
}
_MOST_NEAR = 2


class Meanings:
    """Looks names up among terms."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    def of(self, name: str) -> Iterator[tuple[str, str, str]]:
        """Yield (part of a mapping, term, doubt) for a name; without doubt where one term has that name."""
        hits = self._hits(name)
        exact = [(kind, hit) for kind, hit in hits if hit.exact]
        for kind, hit in exact or hits[:_MOST_NEAR]:
            alone = len(exact) == 1
            doubt = "" if alone else "one of several" if exact else f"is {hit.name!r} meant?"
            yield kind, self._code(hit.iri), doubt

    def of_values(self, values: tuple[str, ...]) -> tuple[str, dict[str, str], dict[str, str]]:
        """Return where most values belong, the terms of exact names among them, and what others are like.

        A value that is like nothing has an empty text.
        """
        found = {value: self._hits(value) for value in values}
        exact = {value: [pair for pair in hits if pair[1].exact] for value, hits in found.items()}
        kinds = Counter(kind for pairs in exact.values() for kind, _ in pairs if kind != MEASURED)
        if not kinds:
            return "", {}, {}
        kind = kinds.most_common(1)[0][0]
        codes, near = {}, {}
        for value in values:
            fitting = [hit for each, hit in exact[value] if each == kind]
            if len(fitting) == 1:
                codes[value] = self._code(fitting[0].iri)
            else:
                like = [hit for each, hit in found[value] if each == kind]
                near[value] = self._code(like[0].iri) if like else ""
        return kind, codes, near

    def _hits(self, name: str) -> list[tuple[str, Hit]]:
        text = " ".join(re.sub(r"_+", " ", name).split())
        hits = self._terms.search(text) if text else ()
        live = (hit for hit in hits if not self._terms.is_obsolete(hit.iri))
        return [(kind, hit) for hit in live if (kind := self._kind(hit.iri))]

    def _kind(self, iri: str) -> str:
        above = set(self._terms.above(iri))
        kinds = (kind for kind, roots in _BRANCHES.items() if above & {expand(each) for each in roots})
        return next(kinds, "")

    def _code(self, iri: str) -> str:
        return f"{compact(iri)} {self._terms.label(iri)}"
