"""Why something holds of a case: the rules that derived it, the claims they built on, and their passages."""

from __future__ import annotations

from casegraph.why.chain import Explainer, derived_properties, derived_values, is_derived
from casegraph.why.prov import prov_triples
from casegraph.why.steps import Link, Place, RuleWords, Step

__all__ = [
    "Explainer",
    "Link",
    "Place",
    "RuleWords",
    "Step",
    "derived_properties",
    "derived_values",
    "is_derived",
    "prov_triples",
]
