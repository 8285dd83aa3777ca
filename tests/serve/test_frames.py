"""The frames between the server and its workers: each error arrives as one that the server can answer."""

from __future__ import annotations

import msgspec
import pytest

from casegraph.errors import (
    CasegraphError,
    DocumentError,
    EndpointError,
    ForbiddenError,
    InputError,
    NoSpaceError,
    Problem,
    ShapesError,
    StoreError,
    StoreLockedError,
)
from casegraph.serve.errors import LimitError, NotAcceptableError, NotThereError, ServiceError
from casegraph.serve.http.problems import RefusedError, status_of
from casegraph.serve.workers.frames import Failure, error_of, failure_of
from casegraph.timeline.solved import TimelineError


class OnlyOfTheWorkerError(InputError):
    """A class that no module of the server knows."""


PROBLEMS = (Problem("case.yaml", 3, 5, "unknown-key", "unknown key 'sexx'"), Problem("b", 1, 0, "x", "y"))


@pytest.mark.parametrize(
    ("error", "kind", "status"),
    [
        (LimitError("a"), LimitError, 422),
        (ServiceError("a"), ServiceError, 422),
        (NotThereError("a"), NotThereError, 404),
        (NotAcceptableError("a"), NotAcceptableError, 406),
        (ForbiddenError("a"), ForbiddenError, 403),
        (StoreLockedError("a"), StoreLockedError, 503),
        (NoSpaceError("a"), NoSpaceError, 507),
        (EndpointError("a"), StoreError, 500),
        (CasegraphError("a"), StoreError, 500),
        (ShapesError("a"), InputError, 400),
        (RefusedError(415, "a"), InputError, 400),
        (TimelineError(()), InputError, 400),
        (DocumentError(PROBLEMS), InputError, 400),
        (OnlyOfTheWorkerError("a"), InputError, 400),
    ],
)
def test_each_error_arrives(error: CasegraphError, kind: type[CasegraphError], status: int) -> None:
    came = error_of(failure_of(error))
    assert type(came) is kind
    assert status_of(came) == status
    assert str(came) == str(error)


def test_the_problems_of_a_document_are_told() -> None:
    came = error_of(failure_of(DocumentError(PROBLEMS)))
    assert "case.yaml:3:5 unknown-key unknown key 'sexx'" in came.what
    assert "b:1 x y" in came.what


def test_a_kind_that_is_not_known_is_one_of_the_store() -> None:
    came = error_of(msgspec.msgpack.encode(Failure(kind="LaterError", what="a", todo="b")))
    assert type(came) is StoreError
    assert str(came) == "a; b"
