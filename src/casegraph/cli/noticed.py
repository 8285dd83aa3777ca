"""Says what of an answer is of reports that are retracted, corrected or in doubt."""

from __future__ import annotations

from casegraph.cli.form import say
from casegraph.facts import CaseFacts
from casegraph.notices import flags_of, resting_on
from casegraph.rows import Rows
from casegraph.store import Store

__all__ = ["notices_of_case", "say_notices"]


def say_notices(store: Store, rows: Rows) -> None:
    """Say, a line each, which notices are about the reports that rows are of; nothing where there are none.

    :raises StoreError: if the store fails.
    """
    for flag, many in resting_on(flags_of(store), rows):
        every = f"{len(rows):,} row{'' if len(rows) == 1 else 's'}"
        say(f"{many:,} of {every} from a report with a notice: {flag}")


def notices_of_case(store: Store, facts: CaseFacts) -> list[str]:
    """Return a line for each notice about the report of a case or group.

    :raises StoreError: if the store fails.
    """
    return [str(flag) for flag in flags_of(store) if flag.report == facts.report]
