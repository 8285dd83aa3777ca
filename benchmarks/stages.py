"""Times the stages that a document or a record goes through on its way into a store."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import ModuleType
from typing import Any

import pytest

from casegraph.ingest import in_place, mapping, preparing

__all__ = ["DERIVING", "STAGES", "timed"]

#: stage -> the function that does it, where it is looked up. None calls another of them.
STAGES: dict[str, tuple[ModuleType, str]] = {
    "read": (mapping, "read_case_document"),
    "check": (preparing, "check"),
    "contradictions": (mapping, "with_conflicts"),
    "quads": (preparing, "asserted_statements"),
    "quads of records": (mapping, "asserted_statements"),
    "timeline": (preparing, "solve_subject"),
    "regimens, lines, attribution": (preparing, "derive"),
    "quads of these": (preparing, "inferred_quads"),
    "rules": (preparing, "apply_rules"),
    "classes": (preparing, "case_class_quads"),
    "what the shapes look at": (preparing, "data_with_hierarchy"),
    "shapes": (preparing, "validate"),
    "digests": (mapping, "_judged"),
    "store": (in_place, "commit"),
}
#: the stages that derive something.
DERIVING = ("timeline", "regimens, lines, attribution", "quads of these", "rules", "classes")


@contextmanager
def timed(clock: Callable[[], float] = time.perf_counter) -> Iterator[dict[str, float]]:
    """Give a table that fills while loads run: stage -> seconds, those that took any.

    :param clock: such as ``time.process_time``, for what it takes of the processor.
    """
    into: dict[str, float] = {}
    with pytest.MonkeyPatch.context() as patch:
        for stage, (module, name) in STAGES.items():
            patch.setattr(module, name, _timed(getattr(module, name), stage, into, clock))
        yield into


def _timed(
    function: Callable[..., Any], stage: str, into: dict[str, float], clock: Callable[[], float]
) -> Callable[..., Any]:
    @wraps(function)
    def called(*args: object, **settings: object) -> object:
        start = clock()
        try:
            return function(*args, **settings)
        finally:
            into[stage] = into.get(stage, 0.0) + clock() - start

    return called
