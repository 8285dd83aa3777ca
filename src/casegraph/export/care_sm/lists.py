"""The lists of claims of a case, each with its path, and which data elements of CARE-SM they can be."""

from __future__ import annotations

from collections.abc import Sequence

from casegraph.model import Case
from casegraph.model.claims import Claim

__all__ = ["listed"]


def listed(case: Case) -> tuple[tuple[str, str, Sequence[Claim]], ...]:
    """Return the path, the kind and the claims of every list of a case; without a kind it has no place."""
    findings, diagnoses, events = case.findings, case.diagnoses, case.adverse_events
    return (
        ("findings/present", "present", findings.present),
        ("findings/absent", "", findings.absent),
        ("findings/indeterminate", "", findings.indeterminate),
        ("diagnoses/final", "final", diagnoses.final),
        ("diagnoses/working", "", diagnoses.working),
        ("diagnoses/considered", "", diagnoses.considered),
        ("diagnoses/excluded", "", diagnoses.excluded),
        ("tests", "tests", case.tests),
        ("treatments", "treatments", case.treatments),
        ("responses", "", case.responses),
        ("adverse_events/observed", "", events.observed),
        ("adverse_events/none", "", events.none),
        ("adverse_events/none_significant", "", events.none_significant),
        ("course", "course", case.course),
        ("statements", "", case.statements),
        ("not_reported", "", case.not_reported),
        ("conflicts", "", case.conflicts),
    )
