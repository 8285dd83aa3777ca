"""Whether each claim says where it stands, a test has one outcome, and a passage is a place in the text."""

from __future__ import annotations

from collections.abc import Iterator

from casegraph.errors import Problem
from casegraph.loaders.located import Place, Source
from casegraph.model import CaseDocument, Claim, Conflict, NotReported, Passage, TestResult

__all__ = ["claim_problems", "passage_problems"]


def claim_problems(claim: Claim, place: Place, source: Source) -> Iterator[Problem]:
    """Yield what is wrong with one claim by itself."""
    placed = claim.stated_in or claim.derived_from or isinstance(claim, Conflict | NotReported)
    if not placed:
        todo = "give 'stated_in' a passage, or 'derived_from' the claims it was computed from"
        yield source.problem(place, "no-evidence", "the claim does not say where it stands", todo=todo)
    if isinstance(claim, TestResult):
        forms = [claim.result, claim.value, claim.direction]
        if sum(form is not None for form in forms) != 1:
            todo = "give exactly one of 'result', 'value' and 'direction'"
            yield source.problem(place, "test-outcome", "a test has one outcome", todo=todo)


def passage_problems(
    passage: Passage, place: Place, document: CaseDocument, source: Source
) -> Iterator[Problem]:
    """Yield what is wrong with one passage by itself."""
    if passage.section is None and passage.pointer is None:
        yield source.problem(place, "no-place", "a passage needs a place", todo="give 'section' or 'pointer'")
    if (passage.chars is None) != (passage.sha256 is None):
        todo = "give both, or neither where the text was not at hand"
        yield source.problem(place, "range-and-hash", "'chars' and 'sha256' go together", todo=todo)
    text = document.report.text
    if passage.chars is not None and not (
        0 <= passage.chars[0] < passage.chars[1] and text is not None and passage.chars[1] <= text.characters
    ):
        within = f"the {text.characters} of report.text" if text else "report.text, which is missing"
        todo = f"count code points from 0, end excluded, within {within}"
        yield source.problem((*place, "chars"), "bad-range", f"impossible range {passage.chars}", todo=todo)
