"""The terms that synthetic cases are made of: read from what casegraph ships, by what they are for."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from casegraph.namespaces import compact, expand
from casegraph.resources import shipped
from casegraph.terms import shipped_terms

__all__ = ["Drug", "Pools", "pools"]


@dataclass(frozen=True, slots=True)
class Drug:
    """A drug, and the unit and bounds of its usual doses."""

    code: str
    unit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Pools:
    """What cases are made of: terms with their labels, as documents write them."""

    findings: tuple[str, ...]
    diseases: tuple[str, ...]
    myositis: tuple[str, ...]
    antibodies: tuple[str, ...]
    levels: tuple[str, ...]
    drugs: tuple[Drug, ...]
    il2: Drug


@cache
def pools() -> Pools:
    """Return the terms that casegraph ships, by what they are for."""
    myositis, antibodies = _leaves("dermatomyositis", kept=True), _leaves("autoantibody")
    drugs = tuple(_drugs())
    (il2,) = (each for each in drugs if each.code.startswith(compact(shipped_terms().resolve("IL-2"))))
    return Pools(
        findings=_leaves("Phenotypic abnormality"),
        diseases=tuple(each for each in _leaves("disease") if each not in myositis),
        myositis=myositis,
        antibodies=antibodies,
        levels=tuple(each for each in _leaves("analyte") if each.endswith(" level")),
        drugs=tuple(each for each in drugs if each != il2),
        il2=il2,
    )


def _leaves(root: str, *, kept: bool = False) -> tuple[str, ...]:
    """Return the codes of the terms below one that have none below them; with all of them if *kept*."""
    terms = shipped_terms()
    below = terms.below(terms.resolve(root))
    chosen = (each for each in below if kept or terms.below(each) == (each,))
    return tuple(_code(each) for each in chosen)


def _code(iri: str) -> str:
    return f"{compact(iri)} {shipped_terms().label(iri)}"


def _drugs() -> Iterator[Drug]:
    (path,) = shipped("ontology", "dose_ranges.tsv")
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            yield Drug(_code(expand(row["curie"])), row["unit"], float(row["low"]), float(row["high"]))
