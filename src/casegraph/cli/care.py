"""The report of ``casegraph check --care``: each case, item by item of the CARE reporting checklist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from casegraph.care import STATES, Item, Score, score
from casegraph.check import check
from casegraph.cli.form import progress, say, write
from casegraph.errors import DocumentError, InputError, Problem
from casegraph.loaders import read_draft
from casegraph.namespaces import BASE
from casegraph.terms import all_terms

__all__ = ["report"]

_SHOWN = 4


def report(files: tuple[Path, ...], form: str) -> int:
    """Write what the cases of documents report of the checklist; return the exit code.

    It is 1 if a document could not be read, which is told on the standard error; a missing item is no fault.

    :param form: ``text`` or ``json``.
    """
    scored = list(progress(map(_scores, files), len(files), what="scoring"))
    problems = [problem for _, problems in scored for problem in problems]
    told = [(path, each) for path, (scores, _) in zip(files, scored, strict=True) for each in scores]
    if form == "json":
        import msgspec

        write(msgspec.json.encode([_flat(path, each) for path, each in told]).decode() + "\n")
    else:
        write("\n".join("".join(_lines(path, each)) for path, each in told))
    for problem in problems:
        say(str(problem))
    for path, (scores, found) in zip(files, scored, strict=True):
        if not scores and not found:
            say(f"{path}: no case to score; a group is no patient")
    return 1 if problems else 0


def _scores(path: Path) -> tuple[tuple[Score, ...], tuple[Problem, ...]]:
    try:
        draft = read_draft(path)
        if draft.problems or draft.located is None:
            return (), check(draft, all_terms())
        return score(draft.located.document, all_terms()), ()
    except DocumentError as error:
        return (), error.problems
    except InputError as error:
        return (), (Problem(str(path), 0, 0, "unreadable", error.what, error.todo),)


def _flat(path: Path, scored: Score) -> dict[str, object]:
    counts = {state.replace(" ", "_"): scored.count(state) for state in STATES}
    items = [{**asdict(item), "todo": item.todo} for item in scored.items]
    return {
        "file": str(path),
        "case": scored.case,
        "extent": scored.extent,
        **counts,
        "share": scored.share,
        "items": items,
    }


def _lines(path: Path, scored: Score) -> Iterator[str]:
    counts = ", ".join(f"{scored.count(state)} {state}" for state in STATES)
    part = scored.count("reported") / len(scored.items)
    share = f"at least {part:.0%}, for not all was read" if scored.count("not captured") else f"{part:.0%}"
    yield f"{path}: case {scored.case.removeprefix(f'{BASE}case/')}, read: {scored.extent}\n"
    yield f"{counts}; {share}\n\n"
    widest = max(len(item.label) for item in scored.items)
    for item in scored.items:
        told = item.todo or _found(item)
        yield f"  {item.state:<12}  {item.number:<3}  {item.label:<{widest}}  {told}\n"


def _found(item: Item) -> str:
    more = len(item.evidence) - _SHOWN
    return ", ".join(item.evidence[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
