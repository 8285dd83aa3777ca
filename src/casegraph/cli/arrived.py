"""Tells what became of each document and record of a load, and writes it into the files asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TextIO

import msgspec

from casegraph.cli.form import on_terminal, say, write, write_line
from casegraph.errors import Problem
from casegraph.ingest import Arrived, Loaded, LoadedDocument, LoadedRecord, Rejected, RejectedRecord
from casegraph.losses import Loss, to_json_lines
from casegraph.terms import all_terms

__all__ = ["note", "note_losses", "tell"]


def note(arrived: Arrived, losses: TextIO | None, rejects: TextIO | None) -> None:
    """Write what was left behind, or why something was rejected, into the files for these."""
    if isinstance(arrived, LoadedRecord | RejectedRecord):
        note_losses(arrived.losses, losses)
    if rejects is not None and isinstance(arrived, Rejected | RejectedRecord):
        source = str(arrived.path) if isinstance(arrived, Rejected) else arrived.source
        said = {"source": source, "problems": _problems(arrived)}
        rejects.write(json.dumps(msgspec.to_builtins(said), ensure_ascii=False) + "\n")


def note_losses(found: Iterable[Loss], losses: TextIO | None) -> None:
    """Write what was left behind into the file for it."""
    if losses is not None:
        losses.writelines(to_json_lines(found))


def _problems(rejected: Rejected | RejectedRecord) -> tuple[Problem, ...]:
    if isinstance(rejected, Rejected):
        return rejected.problems or rejected.shape_problems()
    return rejected.problems


def tell(arrived: Arrived, *, dry_run: bool) -> None:
    """Say it on the standard output, for a person or a program, and what is worth a second look beside."""
    if isinstance(arrived, Rejected):
        say(_reasons(arrived))
    elif isinstance(arrived, RejectedRecord):
        said = "\n".join(map(str, arrived.problems))
        say(f"{said}\n{arrived.source}: rejected")
    elif isinstance(arrived, Loaded):
        _tell_document(arrived, dry_run=dry_run)
    elif isinstance(arrived, LoadedDocument):
        _tell_summary(arrived)
    else:
        if not on_terminal():
            write_line(arrived.state, arrived.iri, 1, arrived.claims, arrived.quads, arrived.source)
        for doubt in arrived.doubts:
            say(str(doubt))


def _tell_document(loaded: Loaded, *, dry_run: bool) -> None:
    prepared = loaded.prepared
    quads = prepared.asserted.count("\n") + prepared.inferred.count("\n")
    summary = LoadedDocument(
        source=str(prepared.path),
        iri=prepared.iri,
        state=_state(loaded, dry_run=dry_run),
        cases=(*prepared.document.cases, *prepared.document.groups),
        claims=prepared.claims,
        quads=quads,
        doubts=prepared.doubts,
        report=prepared.report,
    )
    _tell_summary(summary, seconds=f"  {sum(prepared.seconds.values()):.2f} s")


def _state(loaded: Loaded, *, dry_run: bool) -> str:
    if dry_run:
        return "dry run"
    return "unchanged" if loaded.unchanged else "replaced" if loaded.replaced else "new"


def _tell_summary(document: LoadedDocument, seconds: str = "") -> None:
    cases = len(document.cases)
    if on_terminal():
        words = f"{cases} case{'' if cases == 1 else 's'}  {document.claims} claims  {document.quads:,} quads"
        write(f"{document.state}  {document.iri}  {words}{seconds}\n")
    else:
        told = (document.iri, cases, document.claims, document.quads, document.source)
        write_line(document.state, *told)
    for doubt in document.doubts:
        say(str(doubt))
    if document.report.warnings:
        many = len(document.report.warnings)
        say(f"{document.source}: {many} warning{'' if many == 1 else 's'}; casegraph validate tells more")


def _reasons(rejected: Rejected) -> str:
    if rejected.report is not None:
        text = rejected.report.to_text(labels=all_terms().labels)
        return f"{rejected.path}: rejected, it violates shapes\n{text}"
    problems = "\n".join(map(str, rejected.problems))
    return f"{problems}\n{rejected.path}: rejected"
