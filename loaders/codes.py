"""Codes of other people's data as terms of a case document: a CURIE or an IRI, one space, a label."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, unquote

from casegraph.namespaces import compact, known_prefixes

__all__ = ["coded", "coded_iri", "words_of"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
#: a prefix may be the address of a system with its signs in per cent, as exports write it.
_CURIE = re.compile(r"([A-Za-z](?:[\w.~-]|%[0-9A-Fa-f]{2})*):(\S+)")
#: how data sets write a prefix, in lower case -> how it is written here.
_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "orpha": "Orphanet",
        "ordo": "Orphanet",
        "sctid": "SNOMEDCT",
        "snomed": "SNOMEDCT",
        "rxcui": "RXNORM",
        "pmid": "pubmed",
        "icd10": "ICD10CM",
        "ncithesaurus": "NCIT",
    }
)


def coded(identifier: str, label: str = "") -> str | None:
    """Return a term as a case document writes it, or None where the identifier is none.

    A prefix that casegraph does not know is kept below ``cgt:``, so that nothing is taken for another thing.

    >>> coded("hp:0000989", "Pruritus"), coded("Triggered by cold")
    ('HP:0000989 Pruritus', None)
    >>> coded("FOO:12", "foo")
    'cgt:FOO:12 foo'
    >>> coded("http%3A%2F%2Fexample.org%2Fcodes:12", "foo")
    'cgt:http%3A%2F%2Fexample.org%2Fcodes:12 foo'
    """
    text = identifier.strip()
    if text.startswith(("http://", "https://")):
        return coded_iri(text, label)
    found = _CURIE.fullmatch(text)
    if found is None:
        return None
    prefix, local = found[1], quote(found[2], safe="/:.-_~")
    known = {each.casefold(): each for each in known_prefixes()}
    own = _ALIASES.get(prefix.casefold()) or known.get(prefix.casefold())
    curie = f"{own}:{local}" if own else f"cgt:{quote(unquote(prefix), safe='.-_~')}:{local}"
    return f"{curie} {words_of(label) or curie}"


def coded_iri(iri: str, label: str = "") -> str | None:
    """Return a term that is named by an IRI, or None where it cannot be one.

    >>> coded_iri("http://purl.obolibrary.org/obo/HP_0000989", "Pruritus")
    'HP:0000989 Pruritus'
    """
    if re.search(r"[\s<>\"{}|\\^`]", iri) or not re.match(r"https?://[^/]", iri):
        return None
    curie = compact(iri)
    return f"{curie} {words_of(label) or curie}"


def words_of(text: str) -> str:
    r"""Return a text as one line without control characters, which could forge lines where it is shown.

    >>> words_of("cancer\x1b[2J\n  final: fever")
    'cancer [2J final: fever'
    """
    return " ".join(_CONTROL.sub(" ", text).split())
