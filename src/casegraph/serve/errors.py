"""The errors of a request that are told by a status of HTTP of their own."""

from __future__ import annotations

from casegraph.errors import InputError, StoreError

__all__ = [
    "BrokenOffError",
    "FullError",
    "LimitError",
    "NotAcceptableError",
    "NotThereError",
    "PreconditionError",
    "ServiceError",
    "StartError",
    "no_json_ld",
]


class LimitError(InputError):
    """What was asked is well formed and passes a limit of the server: time, memory, rows, nesting."""


class NotThereError(InputError):
    """What was asked for is not there."""


class NotAcceptableError(InputError):
    """The answer can be given in none of the formats that were asked for."""


class PreconditionError(InputError):
    """What the client said has to hold before a change does not hold, so nothing was changed."""


class ServiceError(InputError):
    """Another server, which the query calls, did not answer, or not with what is an answer."""


class FullError(StoreError):
    """Nothing can be done now: all workers are busy, or the disk has no room for what reading needs."""


class StartError(StoreError):
    """A worker did not come up, and the store has nothing to do with it as far as anybody knows."""


class BrokenOffError(StoreError):
    """An answer broke off after it had begun, so that no status can tell of it any more."""


def no_json_ld() -> NotAcceptableError:
    """Return the error for JSON-LD that would have to hold a triple as a value (RDF 1.2), which it cannot."""
    return NotAcceptableError(
        "the answer holds a triple that is a value (RDF 1.2), and JSON-LD has no place for one",
        todo="ask for another format, such as Turtle, TriG or N-Quads",
    )
