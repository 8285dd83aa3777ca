"""Offers the terms that a text may become while somebody types it, by label, synonym or identifier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType

from casegraph.namespaces import expand
from casegraph.terms.layers import LayeredTerms
from casegraph.terms.search import Hit, key_of

__all__ = ["LEAST_LETTERS", "TOLD", "completions"]

#: How a term matched that no vocabulary knows.
TOLD = "told by records"

#: A text that is shorter could become nearly anything.
LEAST_LETTERS = 2
#: So many terms are looked at, at most: whether a term is below another takes a while.
_MOST_LOOKED_AT = 400


def completions(
    terms: LayeredTerms,
    text: str,
    within: Iterable[str] = (),
    limit: int = 10,
    told: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> tuple[Hit, ...]:
    """Return the live terms that a text means or may become, the likeliest first.

    First comes what it means as it stands, then names that begin with it, then names with words that begin
    with its words; where there is none, names that are spelt like it.

    :param within: CURIEs; only terms that are one of them or below one.
    :param told: terms that only records know, with their names; nobody knows what they are below, so they are
        taken whatever they are to be within.

    >>> from casegraph.namespaces import compact
    >>> from casegraph.terms import all_terms
    >>> [(compact(each.iri), each.name) for each in completions(all_terms(), "il-2", ["cg:Drug"], 1)]
    [('cg:Interleukin2Drug', 'IL-2')]
    >>> completions(all_terms(), "il-2", ["MONDO:0000001"], 1)
    ()
    """
    text = text.strip()
    if len(text) < LEAST_LETTERS or not key_of(text):
        return ()
    roots = frozenset(map(expand, within))
    kept: dict[str, Hit] = {}
    for hit in islice(_found(terms, text, told), _MOST_LOOKED_AT):
        if len(kept) >= limit:
            break
        is_fit = hit.iri in told or not roots or not roots.isdisjoint(terms.above(hit.iri))
        if hit.iri not in kept and is_fit and not terms.is_obsolete(hit.iri):
            kept[hit.iri] = hit
    return tuple(kept.values())


def _found(terms: LayeredTerms, text: str, told: Mapping[str, tuple[str, ...]]) -> Iterator[Hit]:
    exact = [hit for hit in terms.search(text) if hit.exact]
    beginning = sorted(_beginning(terms, text, told), key=lambda hit: _order(hit, text))
    yield from exact
    yield from beginning
    if not exact and not beginning:
        yield from terms.search(text)


def _beginning(terms: LayeredTerms, text: str, told: Mapping[str, tuple[str, ...]]) -> Iterator[Hit]:
    """Yield the names of terms that have, for each word of the text, a word that begins so."""
    words = key_of(text).split()
    for layer in terms.layers:
        yield from layer.beginning(words)
    for iri, names in told.items():
        for name in names:
            if _begins(key_of(name).split(), words):
                yield Hit(iri, TOLD, name)


def _begins(words: Iterable[str], beginnings: Iterable[str]) -> bool:
    return all(any(word.startswith(each) for word in words) for each in beginnings)


def _order(hit: Hit, text: str) -> tuple[bool, bool, int, str]:
    return not hit.name.casefold().startswith(text.casefold()), hit.matched != "label", len(hit.name), hit.iri
