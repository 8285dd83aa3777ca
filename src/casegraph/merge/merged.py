"""What was merged into a store: the foreign documents, the links, and who decided them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from casegraph.errors import InputError
from casegraph.merge.foreign import FOREIGN
from casegraph.merge.plan import Decision
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.rows import Rows
from casegraph.store import LEDGER, Store

__all__ = [
    "LEAST_DIGITS",
    "LINK",
    "LINK_CLASSES",
    "MERGED",
    "Decided",
    "Link",
    "MergedDocument",
    "decisions",
    "find_document",
    "find_link",
    "is_there",
    "links",
    "merged_documents",
    "withheld",
]

#: What the graphs that describe merged documents begin with, and those of links.
MERGED, LINK = f"{BASE}merged/", f"{BASE}link/"
#: So many digits of a hash are a name: fewer may be a slip, and what is undone is gone.
LEAST_DIGITS = 8
#: decision -> its class, and the property between the two that it is about.
LINK_CLASSES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "same-patient": (f"{CG}SamePatientLink", f"{CG}samePatientAs"),
        "probably-same-patient": (f"{CG}ProbablySamePatientLink", f"{CG}probablySamePatientAs"),
        "possible-overlap": (f"{CG}PossibleOverlapLink", f"{CG}possiblyOverlaps"),
        "different-patients": (f"{CG}DifferentPatientsLink", f"{CG}notSamePatientAs"),
        "same-document": (f"{CG}SameDocumentLink", f"{CG}sameDocumentAs"),
    }
)
_DCTERMS, _PROV = PREFIXES["dcterms"], PREFIXES["prov"]
_DOCUMENTS = f"""
SELECT ?document ?property ?value {{
  GRAPH ?graph {{ ?document a <{CG}ForeignDocument> ; ?property ?value }}
  FILTER(STRSTARTS(STR(?graph), "{MERGED}"))
}} ORDER BY ?document ?property ?value"""
_LINKS = f"""
SELECT ?link ?kind ?end {{
  VALUES ?kind {{ {" ".join(f"<{each}>" for each, _ in LINK_CLASSES.values())} }}
  GRAPH ?link {{ ?link a ?kind ; <{CG}links> ?end }}
}} ORDER BY ?link ?end"""
_DECISIONS = f"""
SELECT ?link ?decided ?by ?why ?at {{ GRAPH <{LEDGER}> {{
  ?decision a <{CG}MergeDecision> ; <{CG}decides> ?link ; <{CG}decided> ?decided ;
    <{_DCTERMS}creator> ?by ; <{_DCTERMS}description> ?why ; <{_PROV}endedAtTime> ?at
}} }} ORDER BY ?link ?at"""


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class MergedDocument:
    """A foreign document in a store.

    :param hash: what its graphs are named by.
    :param names: of the files and folders in which it came; *digests*, the SHA-256 of each file.
    :param brings: the cases, groups, reports and the ontology that are there because of it.
    """

    hash: str
    names: tuple[str, ...]
    digests: tuple[str, ...]
    models: tuple[str, ...]
    datasets: tuple[str, ...]
    licences: tuple[str, ...]
    redistribution: str
    brings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision: what was decided, by whom, why, and when (ISO 8601, UTC)."""

    decision: str
    by: str
    why: str
    at: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a store: what was decided about two, and each decision about it, the latest last."""

    iri: str
    decision: Decision
    between: tuple[str, str]
    decisions: tuple[Decided, ...] = ()


def merged_documents(store: Store) -> tuple[MergedDocument, ...]:
    """Return the foreign documents that were merged into a store, by their hashes.

    :raises StoreError: if the store fails.
    """
    told: dict[str, dict[str, list[str]]] = {}
    for row in Rows.read(store.query(_DOCUMENTS, union=False)):
        values = told.setdefault(str(row["document"]), {})
        values.setdefault(str(row["property"]), []).append(str(row["value"]))
    return tuple(_document(iri, each) for iri, each in told.items())


def _document(iri: str, told: Mapping[str, list[str]]) -> MergedDocument:
    def texts(name: str) -> tuple[str, ...]:
        return tuple(told.get(name, ()))

    return MergedDocument(
        iri.removeprefix(FOREIGN),
        texts(f"{_DCTERMS}title"),
        texts(f"{CG}sourceDigest"),
        texts(f"{CG}liftedBy"),
        texts(f"{CG}dataset"),
        texts(f"{_DCTERMS}license"),
        next(iter(texts(f"{CG}redistribution")), "").removeprefix(f"{CG}redistribution").lower(),
        texts(f"{CG}brings"),
    )


def withheld(store: Store) -> frozenset[str]:
    """Return the cases and groups of documents whose licence forbids to hand them on.

    :raises StoreError: if the store fails.
    """
    forbidden = (each for each in merged_documents(store) if each.redistribution == "forbidden")
    subjects = (f"{BASE}case/", f"{BASE}group/")
    return frozenset(unit for each in forbidden for unit in each.brings if unit.startswith(subjects))


def links(store: Store) -> tuple[Link, ...]:
    """Return the links of a store with their decisions, by their names.

    :raises StoreError: if the store fails.
    """
    kinds = {kind: decision for decision, (kind, _) in LINK_CLASSES.items()}
    decided = decisions(store)
    ends: dict[tuple[str, str], list[str]] = {}
    for row in Rows.read(store.query(_LINKS, union=False)):
        ends.setdefault((str(row["link"]), kinds[str(row["kind"])]), []).append(str(row["end"]))
    return tuple(
        Link(iri, decision, (both[0], both[-1]), decided.get(iri, ()))  # type: ignore[arg-type]  # a key of kinds
        for (iri, decision), both in sorted(ends.items())
    )


def decisions(store: Store) -> dict[str, tuple[Decided, ...]]:
    """Return link -> each decision about it, the latest last, as the ledger tells; also of links that went.

    :raises StoreError: if the store fails.
    """
    decided: dict[str, list[Decided]] = {}
    for row in Rows.read(store.query(_DECISIONS, union=False)):
        decision = Decided(*(str(row[each]) for each in ("decided", "by", "why", "at")))
        decided.setdefault(str(row["link"]), []).append(decision)
    return {link: tuple(each) for link, each in decided.items()}


def find_document(documents: tuple[MergedDocument, ...], name: str) -> MergedDocument | None:
    """Return the document of a name, or of a hash that begins so, with 8 digits at least; None if none is.

    :raises InputError: if it means several.
    """
    found = [each for each in documents if _begins(each.hash, name) or name in each.names]
    return _only(found, name, [each.hash for each in found])


def find_link(found: tuple[Link, ...], name: str) -> Link | None:
    """Return the link that a person means by the beginning of its hash, 8 digits at least; None if none is.

    :raises InputError: if it means several.
    """
    meant = [each for each in found if _begins(each.iri.removeprefix(LINK), name.removeprefix(LINK))]
    return _only(meant, name, [each.iri.removeprefix(LINK) for each in meant])


def is_there(store: Store, iri: str) -> bool:
    """Tell whether a store has a case, a group or a report, or a graph of that name.

    :raises StoreError: if the store fails.
    """
    asked = f"ASK {{ {{ GRAPH <{iri}/asserted> {{ ?s ?p ?o }} }} UNION {{ GRAPH <{iri}> {{ ?s ?p ?o }} }} }}"
    return bool(store.query(asked, union=False))


def _begins(digits: str, name: str) -> bool:
    return len(name) >= LEAST_DIGITS and digits.startswith(name)


def _only(found: list[_T], name: str, hashes: list[str]) -> _T | None:
    if len(found) > 1:
        raise InputError(f"{name!r} means more than one", expected=f"one of {', '.join(hashes)}")
    return found[0] if found else None
