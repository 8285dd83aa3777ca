"""Counts what became of many records, for the last lines of a load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from casegraph.ingest import Arrived, Loaded, LoadedRecord, Rejected, RejectedRecord
from casegraph.losses import Loss, by_weight, summary_of

__all__ = ["Tally", "loss_lines"]

_MOST = 10


class Tally:
    """What a load did: documents, records by data set, losses by kind, terms that are not known."""

    def __init__(self) -> None:
        self.rejected = 0
        self._documents = 0
        self._records: dict[str, Counter[str]] = {}
        self._losses: Counter[tuple[str, str]] = Counter()
        self._unresolved: Counter[str] = Counter()
        self._failed_records = 0

    def add(self, arrived: Arrived) -> None:
        """Count one document or record."""
        if isinstance(arrived, Rejected | RejectedRecord):
            self.rejected += 1
            self._failed_records += isinstance(arrived, RejectedRecord)
            self._documents += isinstance(arrived, Rejected)
        elif isinstance(arrived, Loaded):
            self._documents += 1
        else:
            self._add_record(arrived)

    def leave(self, losses: Iterable[Loss]) -> None:
        """Count what is left behind of no record."""
        self._losses.update(summary_of(losses))

    @property
    def kept(self) -> int:
        """How many documents and records are in the store now."""
        return self._documents + self._failed_records + self._loaded() - self.rejected

    def _add_record(self, record: LoadedRecord) -> None:
        counts = self._records.setdefault(record.iri.rpartition("/")[0], Counter())
        counts.update({record.state: 1, "claims": record.claims, "quads": record.quads})
        self.leave(record.losses)
        self._unresolved.update(record.unresolved)

    def lines(self, *, told: bool) -> Iterator[str]:
        """Yield what there is to say at the end.

        :param told: whether the losses are written to a file.
        """
        for cases, counts in self._records.items():
            states = ", ".join(f"{counts[each]:,} {each}" for each in _STATES if counts[each])
            yield f"{cases}/: {states}; {counts['claims']:,} claims, {counts['quads']:,} quads"
            if counts["replaced"]:
                yield "what was replaced had other content; --dataset tells data sets of one name apart"
        yield from loss_lines(self._losses, told=told)
        if self._unresolved:
            many, used = len(self._unresolved), sum(self._unresolved.values())
            kept = "is" if many == 1 else "are"
            yield (
                f"{many:,} term{_s(many)} that no vocabulary at hand knows {kept} kept, "
                f"{used:,} time{_s(used)}; casegraph vocab add brings a vocabulary in"
            )
        if self.rejected:
            yield f"{self.rejected} of {self._what_came()} rejected"

    def _what_came(self) -> str:
        """Return how many documents and records there were, in words."""
        records = self._failed_records + self._loaded()
        every = self._documents + records
        if self._documents and records:
            return f"{every} documents and records"
        return f"{every} {'record' if records else 'document'}{_s(every)}"

    def _loaded(self) -> int:
        return sum(counts[each] for counts in self._records.values() for each in _STATES)


def loss_lines(losses: Counter[tuple[str, str]], *, told: bool) -> Iterator[str]:
    """Yield how much was left behind, what weighs most first; nothing where nothing was.

    :param losses: path and reason -> how often.
    :param told: whether the losses are written to a file.
    """
    if not losses:
        return
    every = sum(losses.values())
    how = "" if told else "; --losses FILE writes each"
    yield f"{every:,} thing{_s(every)} {'was' if every == 1 else 'were'} left behind{how}:"
    for (path, reason), many in by_weight(losses)[:_MOST]:
        yield f"  {many:>9,}  {path}  {reason}"
    if (rest := len(losses) - _MOST) > 0:
        yield f"  and {rest:,} more kinds"


def _s(many: int) -> str:
    return "" if many == 1 else "s"


_STATES = ("new", "replaced", "unchanged", "same", "dry run")
