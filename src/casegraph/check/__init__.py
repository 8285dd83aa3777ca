"""Curation check: every problem of a case document at once, each with its place and what to do."""

from casegraph.check.document import check
from casegraph.check.quotes import quote_problems
from casegraph.check.references import target_of

__all__ = ["check", "quote_problems", "target_of"]
