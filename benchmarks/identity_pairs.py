"""How well the same patient is known again: copies of real cases with named distortions, beside look-alikes.

Usage: python benchmarks/identity_pairs.py [--archive SHARE | --growth]; CASEGRAPH_MATERIAL leads to packets.
A copy stands in another data set, with other identifiers. The cases are split in two by a hash: thresholds
were fixed on the first half (``--half 0``), the figures are of the second. A third of the cases have no copy,
so that siblings of one paper tempt; with ``--lacking`` a third of the originals is taken away as well.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from distortions import DISTORTIONS, Distortion, copied, number

from casegraph.ingest import load_paths
from casegraph.loaders.records import Options
from casegraph.merge.identity import Background, Features, candidates, features
from casegraph.merge.identity.blocking import pairs_worth_comparing
from casegraph.resources import shipped
from casegraph.store import open_store
from casegraph.terms import Terms, all_terms

ARCHIVE = "phenopacket-store-10333.tar.xz"
_SECTION = """\
## The same patient, known again

Copies of real cases with named distortions, under another data set name and with other identifiers, among
the originals and their siblings of the same papers; a third of the cases have no copy. Thresholds were fixed
on one half, the figures are of the other. *same*: proposed as `same-patient`; *not so*: of those, other
people. By `python benchmarks/identity_pairs.py`, with `--archive`, `--lacking` and `--growth`; with the
shipped terms alone. With whole vocabularies more terms have parents and children: see decision 0018.

### 247 packets, and the shipped cases

{0}

### {share:.0%} of the papers of the archive

Some with dozens of siblings and few findings each; where too little is left to tell them apart, nothing is
proposed.

{1}

### The same, where a third of the originals is missing

So that a copy has siblings there and no original: the hardest case. What is proposed stays a proposal.

{2}

### The whole archive against a copy of itself

{3}
"""
SIZES = (1_000, 3_000, 10_000)


@dataclass(frozen=True, slots=True)
class Figures:
    """What came out of one distortion in one half: pairs there are, found surely and probably the same."""

    pairs: int
    compared: int
    surely: int
    surely_wrong: int
    found: int
    found_wrong: int

    @property
    def precision(self) -> float:
        """The share of those called the same that are."""
        return self.surely / max(self.surely + self.surely_wrong, 1)

    @property
    def recall(self) -> float:
        """The share of the pairs that are called probably the same or better."""
        return self.found / self.pairs


def measured(
    cases: Sequence[Features], distortion: Distortion, terms: Terms, *, half: int, lacking: bool = False
) -> Figures:
    """Return the figures of a distortion; the copies are of two thirds of the cases.

    :param lacking: take a third of the cases away, so that some copies have siblings there and no original.
    """
    third = {each.iri: number(f"{_name(each)}#third", 3) for each in cases}
    ours = [each for each in cases if not lacking or third[each.iri] != 1]
    halves = {each.iri: number(_name(each), 2) for each in ours}
    originals = {copied(each).iri: each for each in cases if third[each.iri] != 2}
    copies = [distortion(copied(each), random.Random(_name(each)), terms) for each in originals.values()]
    background = Background.of([*ours, *copies], terms)
    near = {(a.iri, b.iri) for a, b in pairs_worth_comparing(ours, copies, background)}
    true = {tuple(sorted((iri, each.iri))) for iri, each in originals.items() if halves.get(each.iri) == half}
    counts = {"same-patient": [0, 0], "probably-same-patient": [0, 0]}
    for each in candidates(ours, copies, terms):
        if each.kind in counts and halves[each.b if each.a in originals else each.a] == half:
            counts[each.kind][(each.a, each.b) not in true] += 1
    (surely, surely_wrong), (probably, probably_wrong) = counts.values()
    return Figures(
        len(true), len(true & near), surely, surely_wrong, surely + probably, surely_wrong + probably_wrong
    )


def _name(one: Features) -> str:
    """Return the identifier of the packet, whatever data set it was loaded as."""
    return one.record_id or one.iri


def loaded(paths: Iterable[Path], dataset: str = "") -> list[Features]:
    """Return what is told of the cases of some files."""
    with open_store(":memory:", writable=True) as store:
        for _ in load_paths(store, list(paths), Options(dataset)):
            pass
        return [each for each in features(store) if not each.is_group]


def sampled(cases: Iterable[Features], share: float) -> list[Features]:
    """Return the cases of a share of the publications, each with all of its siblings."""
    return [each for each in cases if number(each.report, 1_000) < 1_000 * share]


def table(cases: Sequence[Features], terms: Terms, *, half: int, lacking: bool) -> Iterator[str]:
    """Yield the rows of a table: distortion, pairs, how many were compared, precision and recall."""
    yield "| distortion | pairs | compared | same | not so | precision | probably or same | recall | not so |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for name, distortion in DISTORTIONS.items():
        it = measured(cases, distortion, terms, half=half, lacking=lacking)
        yield (
            f"| {name} | {it.pairs} | {it.compared} | {it.surely} | {it.surely_wrong} | {it.precision:.3f} "
            f"| {it.found} | {it.recall:.3f} | {it.found_wrong} |"
        )


def growth(cases: Sequence[Features], terms: Terms) -> Iterator[str]:
    """Yield the rows of a table: how long it takes to find so many cases again in a copy of them."""
    yield "| cases | seconds of the processor | ms a case | same | not so | probably or same |"
    yield "|---:|---:|---:|---:|---:|---:|"
    chosen = sorted(cases, key=lambda each: number(each.report, 2**64))
    for size in (*(each for each in SIZES if each < len(cases)), len(cases)):
        part = chosen[:size]
        true = {tuple(sorted((each.iri, copied(each).iri))) for each in part}
        begun = time.process_time()
        found = candidates(part, [copied(each) for each in part], terms)
        took = time.process_time() - begun
        same = {(each.a, each.b) for each in found if each.kind == "same-patient"}
        probable = {(each.a, each.b) for each in found if each.kind == "probably-same-patient"}
        yield (
            f"| {size:,} | {took:.1f} | {took / size * 1000:.2f} "
            f"| {len(same & true):,} | {len(same - true):,} | {len((same | probable) & true):,} |"
        )


def section(data: Path, share: float = 0.1) -> str:
    """Return the section of the page: how well, on few and on many siblings, and how long it takes.

    :param data: the folder of the packets.
    :param share: of the publications of the archive.
    """
    terms, packets = all_terms(), loaded([data / ARCHIVE], "phenopacket-store")
    few = loaded([data / "phenopacket-store"], "phenopacket-store") + loaded(shipped("cases", "*.yaml"))
    tables = (
        table(few, terms, half=1, lacking=False),
        table(sampled(packets, share), terms, half=1, lacking=False),
        table(sampled(packets, share), terms, half=1, lacking=True),
        growth(packets, terms),
    )
    return _SECTION.format(*("\n".join(each) for each in tables), share=share)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", type=int, choices=(0, 1), default=1)
    parser.add_argument(
        "--archive", type=float, default=0.0, metavar="SHARE", help="of the publications of 10,333 packets"
    )
    parser.add_argument(
        "--lacking", action="store_true", help="some copies have siblings there and no original"
    )
    parser.add_argument("--growth", action="store_true", help="measure the time instead, on the archive")
    chosen = parser.parse_args()
    data = Path(os.environ["CASEGRAPH_MATERIAL"]) / "data"
    if chosen.growth or chosen.archive:
        packets = loaded([data / ARCHIVE], "phenopacket-store")
        cases = packets if chosen.growth else sampled(packets, chosen.archive)
    else:
        cases = loaded([data / "phenopacket-store"], "phenopacket-store") + loaded(shipped("cases", "*.yaml"))
    terms = all_terms()
    for row in (
        growth(cases, terms)
        if chosen.growth
        else table(cases, terms, half=chosen.half, lacking=chosen.lacking)
    ):
        print(row)


if __name__ == "__main__":
    main()
