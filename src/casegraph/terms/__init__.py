"""The vocabulary at hand: the terms that casegraph ships, and whole releases that a user added."""

from casegraph.terms.layers import LayeredTerms, all_terms
from casegraph.terms.memory import Terms
from casegraph.terms.search import Hit
from casegraph.terms.turtle import read_terms, shipped_terms

__all__ = ["Hit", "LayeredTerms", "Terms", "all_terms", "read_terms", "shipped_terms"]
