"""The errors of casegraph: one base, each with what, where, what was expected and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

__all__ = [
    "CasegraphError",
    "DocumentError",
    "EndpointError",
    "ForbiddenError",
    "InputError",
    "MissingExtraError",
    "NoSpaceError",
    "Problem",
    "ShapesError",
    "StoreError",
    "StoreLockedError",
]


class CasegraphError(Exception):
    """The base of all errors that casegraph raises on purpose.

    :param what: what is wrong, in one sentence without a full stop.
    :param where: the file, place or address it was found at; empty if there is none.
    :param expected: what would have been right; empty if that is plain from *what*.
    :param todo: the next step for the user; empty if that is plain from *expected*.

    >>> print(InputError("no such file", where="case.yaml", todo="check the path"))
    case.yaml: no such file; check the path
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, what: str, *, where: str = "", expected: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.expected = expected
        self.todo = todo

    def __str__(self) -> str:
        said = f"{self.where}: {self.what}" if self.where else self.what
        if self.expected:
            said += f"; expected {self.expected}"
        return f"{said}; {self.todo}" if self.todo else said


class InputError(CasegraphError):
    """The call or its input is wrong: a missing file, an unknown query, a bad parameter."""

    exit_code = 2


class ForbiddenError(InputError):
    """What was asked for is well formed and never done, such as a change of the ledger by hand."""


class ShapesError(InputError):
    """A shapes file cannot be used: it does not parse, or asks for what the engine does not implement."""


class MissingExtraError(InputError):
    """An optional dependency is not installed; *todo* is the pip line to type."""


class StoreError(CasegraphError):
    """The store failed: damaged files, a full disk, a refused update."""


class EndpointError(StoreError):
    """A SPARQL endpoint does not answer, or answers with an error."""


class NoSpaceError(StoreError):
    """The disk of the store is full, or the user's share of it."""


class StoreLockedError(StoreError):
    """Another process has the store open for writing."""

    exit_code = 4


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with one document, at a place a person can go to.

    :param line: 1-based; 0 when the problem has no line.
    :param column: 1-based; 0 when the problem has no column.
    :param code: a short stable name such as ``unknown-key``; ``casegraph explain`` tells what it means.
    :param severity: a warning is worth a second look and rejects nothing.

    >>> print(Problem("lines.jsonl", 3, 0, "not-json", "the line is no JSON object"))
    lines.jsonl:3 not-json the line is no JSON object
    >>> print(Problem("case.yaml", 3, 5, "unknown-key", "unknown key 'sexx'", "did you mean 'sex'?"))
    case.yaml:3:5 unknown-key unknown key 'sexx'; did you mean 'sex'?
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    todo: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = ":".join(str(each) for each in (self.file, self.line, self.column) if each)
        code = self.code if self.severity == "error" else f"{self.code} (warning)"
        return f"{place} {code} {self.message}" + (f"; {self.todo}" if self.todo else "")


class DocumentError(CasegraphError):
    """A document is rejected; it carries every problem that was found in it."""

    exit_code = 1

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} problem(s)", where=problems[0].file)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)
