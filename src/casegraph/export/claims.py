"""What exporters decide alike: what kind a treatment is of, and whether a denial says too much."""

from __future__ import annotations

from typing import Literal

from casegraph.losses import Loss
from casegraph.model import ConceptClaim, Treatment
from casegraph.namespaces import expand
from casegraph.terms import shipped_terms
from casegraph.terms.branches import kind_of

__all__ = ["is_broadened", "is_general", "kind_of_treatment"]

Kind = Literal["drug", "procedure", "radiation"]

#: what kind of thing a treatment is of -> what kind of treatment it is.
_KINDS: dict[str, Kind] = {
    "medical action": "procedure",
    "drug": "drug",
    "drug group": "drug",
    "drug or other chemical": "drug",
}
#: Vocabularies of nothing but substances and products.
_SUBSTANCES = frozenset({"ATC", "CHEBI", "DRON", "DRUGBANK", "PR", "RXNORM", "UNII", "uniprot"})
#: what the labels of SNOMED CT end with -> what kind of treatment it is.
_TAGS: dict[str, Kind] = {
    "(substance)": "drug",
    "(product)": "drug",
    "(medicinal product)": "drug",
    "(clinical drug)": "drug",
    "(procedure)": "procedure",
}
_GRAY = "Gy"
#: Terms of which every other disease or finding is one: denied, there is nothing at all.
_GENERAL = frozenset({"MONDO:0000001", "HP:0000118", "cg:OtherDisease"})
#: The fields that make a claim narrower: without one of them its denial denies more.
_NARROWING = frozenset(
    {"site", "laterality", "modifier", "severity", "direction", "stage", "onset_at", "resolved_at"}
)


def kind_of_treatment(treatment: Treatment) -> Kind | None:
    """Return whether a treatment is of a drug, a procedure or a radiation; None where nothing tells.

    Its term tells it, else what is told of it: a drug has doses, a procedure a site, or is over as it begins.

    >>> kind_of_treatment(Treatment(what="CHEBI:8382 prednisone"))
    'drug'
    >>> surgery = "NCIT:C15329 Surgical Procedure"
    >>> times = ({}, {"at": "day-1", "ends_at": "day-1"})
    >>> [kind_of_treatment(Treatment(what=surgery, **each)) for each in times]
    [None, 'procedure']
    """
    name = treatment.what.split(" ", 1)[0]
    if treatment.cumulative_unit == _GRAY and isinstance(treatment.cumulative_dose, int):
        return "radiation"
    if name.split(":", 1)[0] in _SUBSTANCES:
        return "drug"
    if name.startswith("SNOMEDCT:"):
        tagged = next((kind for tag, kind in _TAGS.items() if treatment.what.endswith(tag)), None)
        if tagged:
            return tagged
    told: Kind | None = "drug" if treatment.doses else None
    if treatment.site or (not told and treatment.at and treatment.at == treatment.ends_at):
        told = "procedure"
    return _KINDS.get(kind_of(expand(name), shipped_terms()), told)


def is_general(claim: ConceptClaim) -> bool:
    """Tell whether a claim names all findings or diseases at once: its denial would deny them all."""
    return claim.what.split(" ", 1)[0] in _GENERAL


def is_broadened(losses: list[Loss], path: str, *, at: bool) -> bool:
    """Tell whether a denial says more without what was left behind of it.

    :param losses: what was left behind of the claim.
    :param path: where the claim stands.
    :param at: whether the time of the claim is that of what is denied.
    """
    narrowing = _NARROWING | {"at"} if at else _NARROWING
    left = {each.path.removeprefix(f"{path}/") for each in losses if each.reason != "not-exact"}
    return not narrowing.isdisjoint(left)
