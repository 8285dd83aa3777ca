"""What kind of thing a term is of, by the branch of the ontology that it is in."""

from __future__ import annotations

from casegraph.namespaces import expand
from casegraph.terms.memory import Terms

__all__ = ["KINDS", "kind_of"]

#: The narrower branch first.
_BRANCHES = {
    "HP:0000118": "finding",
    "cg:Autoantibody": "autoantibody",
    "cg:Analyte": "analyte",
    "cg:Drug": "drug",
    "CHEBI:50906": "drug group",
    "CHEBI:24431": "drug or other chemical",
    "MONDO:0000001": "disease",
    "UBERON:0001062": "site",
    "CL:0000000": "cell",
    "OBI:0000070": "investigation",
    "MAXO:0000001": "medical action",
}

#: The kinds that a branch tells.
KINDS = tuple(_BRANCHES.values())


def kind_of(iri: str, terms: Terms) -> str:
    """Return the kind of thing that a term is of; ``other`` where no branch tells.

    >>> from casegraph.terms import shipped_terms
    >>> kind_of(expand("MONDO:1010089"), shipped_terms()), kind_of(expand("cg:Drug"), shipped_terms())
    ('disease', 'drug')
    """
    above = set(terms.above(iri))
    return next((kind for root, kind in _BRANCHES.items() if expand(root) in above), "other")
