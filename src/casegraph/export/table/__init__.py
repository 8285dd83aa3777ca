"""Hands cases over as one long table, a row a claim, in CSV or Parquet; :mod:`table_columns` has its columns.

In CSV (RFC 4180, UTF-8) a spreadsheet would run a text that begins with ``= + - @``, a tab or a carriage
return as a formula. Such a text gets a ``'`` before it, as OWASP advises, and is told of as ``not-exact``;
numbers stay as they are. Parquet holds every value as it is.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import TextIOWrapper
from typing import Any, BinaryIO

from casegraph.errors import MissingExtraError
from casegraph.export.stored import StoredCase
from casegraph.export.table.columns import COLUMNS, NUMBERS, column_of
from casegraph.export.table.losses import left_behind
from casegraph.losses import Loss, shortened
from casegraph.model import Claim, Passage, iterate_claims
from casegraph.timeline import Timeline, solve_subject
from casegraph.triples import claim_names, report_iri

__all__ = ["to_rows", "write_csv", "write_parquet"]

Row = dict[str, str | int | float | None]

_INSTALL = "pip install 'casegraph[analytics]'"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SEVERAL = "; "
_BATCH = 20_000


def to_rows(stored: StoredCase) -> tuple[tuple[Row, ...], tuple[Loss, ...]]:
    """Return one row a claim, each with all columns, and what the table has no place for.

    :raises TimelineError: if the times of the case contradict each other.
    """
    about, timeline = _about(stored), solve_subject(stored.case)
    named = claim_names(iterate_claims(stored.case))
    names = {id(claim): f"{stored.iri}#{fragment}" for fragment, _, claim in named}
    episodes = {id(dose): names[id(each)] for each in stored.case.treatments for dose in each.doses}
    rows = []
    for fragment, kind, claim in named:
        row: Row = {**dict.fromkeys(COLUMNS), **about, "claim": f"{stored.iri}#{fragment}", "kind": kind}
        row |= {"treatment": episodes.get(id(claim)), **_content(claim, stored.iri)}
        row |= {**_times(claim, stored, timeline), **_evidence(claim, stored.passages)}
        rows.append(row)
    return tuple(rows), tuple(left_behind(stored))


def write_csv(cases: Iterable[StoredCase], out: BinaryIO) -> Iterator[Loss]:
    """Write cases as CSV and yield what is left behind; a case is written when its losses are asked for."""
    text = TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for stored in cases:
        rows, losses = to_rows(stored)
        yield from losses
        for row in rows:
            armed = {name: value for name, value in row.items() if _is_formula(name, value)}
            for name, value in armed.items():
                yield Loss(stored.iri, f"{row['claim']}/{name}", shortened(value), "not-exact")
            writer.writerow(row | {name: f"'{value}" for name, value in armed.items()})
    text.detach()


def write_parquet(cases: Iterable[StoredCase], out: BinaryIO) -> Iterator[Loss]:
    """Write cases as Parquet and yield what is left behind; the file is whole when all losses were asked for.

    :raises MissingExtraError: if pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ImportError as error:
        raise MissingExtraError("pyarrow is not installed", todo=_INSTALL) from error
    types = {"text": pyarrow.string(), "integer": pyarrow.int64(), "number": pyarrow.float64()}
    fields = [
        pyarrow.field(name, types[kind], metadata={"description": meaning})
        for name, (kind, meaning) in COLUMNS.items()
    ]
    schema = pyarrow.schema(fields)
    with ParquetWriter(out, schema) as writer:
        batch: list[Row] = []
        for stored in cases:
            rows, losses = to_rows(stored)
            yield from losses
            batch += rows
            if len(batch) >= _BATCH:
                writer.write_table(pyarrow.Table.from_pylist(batch, schema))
                batch = []
        writer.write_table(pyarrow.Table.from_pylist(batch, schema))


def _is_formula(name: str, value: object) -> bool:
    return name not in NUMBERS and isinstance(value, str) and value.startswith(_FORMULA)


def _about(stored: StoredCase) -> Row:
    case, report, record = stored.case, stored.report, stored.report.record
    return {
        "case": stored.iri,
        "report": report_iri(report),
        "doi": report.doi,
        "pmid": report.pmid,
        "dataset": None if record is None else record.dataset,
        "record": None if record is None else record.id,
        "patient": case.label,
        "sex": case.sex,
        "age_years": None if case.age is None else case.age.years,
        "zero": case.zero_point,
    }


def _content(claim: Claim, case: str) -> Row:
    """Return what a claim says, by column."""
    concept, _, label = str(getattr(claim, "what", "")).partition(" ")
    row: Row = {"concept": concept or None, "concept_label": label or None}
    for name in claim.__struct_fields__:
        if (column := column_of(claim, name)) and (value := getattr(claim, name)) is not None:
            row[column] = _joined(value)
    exposures = (*getattr(claim, "to", ()), *getattr(claim, "during", ()))
    stopped = getattr(claim, "after_stopping", ())
    for name, keys in (("to", exposures), ("after_stopping", stopped)):
        row[name] = _joined(tuple(f"{case}#{key}" for key in keys))
    return row


def _joined(value: Any) -> Any:
    return (_SEVERAL.join(map(str, value)) or None) if isinstance(value, tuple) else value


def _times(claim: Claim, stored: StoredCase, timeline: Timeline) -> Row:
    at, ends = claim.at, getattr(claim, "ends_at", None)
    first, last = timeline.bounds(at) if at else (None, None)
    ends_first, ends_last = timeline.bounds(ends) if ends else (None, None)
    onset = getattr(claim, "onset_at", None)
    onset_first, onset_last = timeline.bounds(onset) if onset else (None, None)
    return {
        "time": at,
        "time_printed": stored.case.occasions[at].printed if at in stored.case.occasions else None,
        "from_days": first,
        "to_days": last,
        "ends_from_days": ends_first,
        "ends_to_days": ends_last,
        "onset_from_days": onset_first,
        "onset_to_days": onset_last,
    }


def _evidence(claim: Claim, passages: Mapping[str, Passage]) -> Row:
    passage = passages.get(claim.stated_in or "", Passage())
    return {name: getattr(passage, name) for name in ("section", "paragraph", "pointer")}
