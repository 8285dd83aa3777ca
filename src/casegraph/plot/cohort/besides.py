"""What a reader of a cohort must know of those who are not in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from casegraph.plot.cohort.called import address_of
from casegraph.plot.cohort.cohort import Cohort
from casegraph.plot.cohort.leftout import LeftOut, left_out
from casegraph.plot.cohort.nothere import NotHere
from casegraph.plot.cohort.positive import Positive, positive_besides
from casegraph.plot.cohort.unattributed import unattributed
from casegraph.plot.cohort.unharmed import unharmed
from casegraph.plot.cohort.unseen import unseen

__all__ = ["Besides", "besides"]


@dataclass(frozen=True, slots=True)
class Besides:
    """Who is not in a cohort.

    :param groups: the groups of patients, who are no cases.
    :param positive: the antibodies of what it asks for, with the cases of a positive test.
    :param not_here: where it asks for harm or outcomes on a drug, the other cases that were given that.
    """

    groups: tuple[LeftOut, ...] = ()
    positive: tuple[Positive, ...] = ()
    not_here: tuple[NotHere, ...] = ()

    def lines(self) -> Iterator[str]:
        """Yield a line for each, as a header has it beside the rows of a cohort."""
        for antibody in self.positive:
            if antibody.outside:
                cases = ", ".join(map(address_of, antibody.outside))
                yield f"positive for {antibody.name} by a test and not here: {cases}"
        for told in self.not_here:
            yield f"not here. {told.words}: {'; '.join(name for _, name in told.named)}{told.more}"
        for group in self.groups:
            yield f"{group.size} {group.left}: {address_of(group.iri)}"


def besides(cohort: Cohort) -> Besides:
    """Return what there is to know of those who are not in a cohort.

    :raises StoreError: if the store fails.
    """
    not_here = (*unharmed(cohort), *unattributed(cohort), *unseen(cohort))
    return Besides(left_out(cohort), positive_besides(cohort), not_here)
