"""Tells what became of each document and record of a load, and writes it into the files asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TextIO

import msgspec

from casegraph.cli.form import on_terminal, say, write, write_line
from casegraph.ingest import Arrived, Loaded, LoadedRecord, Rejected, RejectedRecord
from casegraph.losses import Loss, to_json_lines
from casegraph.terms import all_terms

__all__ = ["note", "note_losses", "tell"]


def note(arrived: Arrived, losses: TextIO | None, rejects: TextIO | None) -> None:
    """Write what was left behind, or why something was rejected, into the files for these."""
    if isinstance(arrived, LoadedRecord | RejectedRecord):
        note_losses(arrived.losses, losses)
    if rejects is not None and isinstance(arrived, Rejected | RejectedRecord):
        said = {"source": arrived.source, "problems": arrived.problems}
        rejects.write(json.dumps(msgspec.to_builtins(said), ensure_ascii=False) + "\n")


def note_losses(found: Iterable[Loss], losses: TextIO | None) -> None:
    """Write what was left behind into the file for it."""
    if losses is not None:
        losses.writelines(to_json_lines(found))


def tell(arrived: Arrived) -> None:
    """Say it on the standard output, for a person or a program, and what is worth a second look beside."""
    if isinstance(arrived, Rejected):
        say(_reasons(arrived))
    elif isinstance(arrived, RejectedRecord):
        said = "\n".join(map(str, arrived.problems))
        say(f"{said}\n{arrived.source}: rejected")
    elif isinstance(arrived, Loaded):
        _tell_document(arrived)
    else:
        if not on_terminal():
            write_line(arrived.state, arrived.iri, 1, arrived.claims, arrived.quads, arrived.source)
        for doubt in arrived.doubts:
            say(str(doubt))


def _tell_document(document: Loaded) -> None:
    cases = len(document.cases)
    if on_terminal():
        words = f"{cases} case{'' if cases == 1 else 's'}  {document.claims} claims  {document.quads:,} quads"
        write(f"{document.state}  {document.iri}  {words}\n")
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
        return f"{rejected.source}: rejected, it violates shapes\n{text}"
    problems = "\n".join(map(str, rejected.problems))
    return f"{problems}\n{rejected.source}: rejected"
