"""How well the same patient is known again: copies of real cases with named distortions, beside look-alikes.

Usage: python benchmarks/identity_pairs.py [--archive SHARE | --growth]; CASEGRAPH_MATERIAL leads to packets.
A copy stands in another data set, with other identifiers. The cases are split in two by a hash: thresholds
were fixed on the first half (``--half 0``), the figures are of the second. A third of the cases have no copy,
so that siblings of one paper tempt; with ``--lacking`` a third of the originals is taken away as well.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from casegraph.ingest import load_paths
from casegraph.loaders.records import Options
from casegraph.merge.identity import Background, Features, candidates, features
from casegraph.merge.identity.blocking import pairs_worth_comparing
from casegraph.namespaces import BASE
from casegraph.resources import shipped
from casegraph.store import open_store
from casegraph.terms import Terms, all_terms

COPIES = f"{BASE}dataset/copies"
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
T = TypeVar("T")
Distortion = Callable[[Features, random.Random, Terms], Features]


def number(text: str, ways: int) -> int:
    """Return into which of so many parts a text falls, always the same."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % ways


def copied(one: Features) -> Features:
    """Return a case as another data set may tell of it: another name for all, the content as it is."""
    name = hashlib.sha256(one.iri.encode()).hexdigest()[:16]
    return replace(
        one,
        iri=f"{BASE}case/copies/{name}",
        report=one.report if one.published else COPIES,
        dataset=COPIES,
        record_id=name,
        label=None,
        possibly_same=frozenset(),
    )


def as_it_is(one: Features, chance: random.Random, terms: Terms) -> Features:
    """Return it with other identifiers only."""
    return one


def older(one: Features, chance: random.Random, terms: Terms) -> Features:
    """Return it a year older or younger."""
    if one.age is None:
        return one
    return replace(one, age=max(one.age + chance.choice((-1, 1)), 0))


def fewer(one: Features, chance: random.Random, terms: Terms) -> Features:
    """Return it without a third of its findings and tests, and without its sex or its age."""
    thin = replace(
        one,
        present=_some(one.present, chance),
        absent=_some(one.absent, chance),
        tests=_some(one.tests, chance),
    )
    return replace(thin, sex=None) if chance.random() < 1 / 2 else replace(thin, age=None)


def _some(found: frozenset[T], chance: random.Random) -> frozenset[T]:
    return frozenset(each for each in sorted(found, key=str) if chance.random() > 1 / 3)


def unpublished(one: Features, chance: random.Random, terms: Terms) -> Features:
    """Return it without the publication that it is of."""
    return replace(one, report=COPIES, doi=None, pmid=None, title=None, year=None, authors=())


def parents(one: Features, chance: random.Random, terms: Terms) -> Features:
    """Return it with a third of its findings in more general terms."""
    return _moved(one, chance, terms.links)


def children(one: Features, chance: random.Random, terms: Terms) -> Features:
    """Return it with a third of its findings in more exact terms."""

    def below(iri: str) -> Sequence[str]:
        return [each for each in terms.below(iri) if iri in terms.links(each)]

    return _moved(one, chance, below)


def _moved(one: Features, chance: random.Random, step: Callable[[str], Sequence[str]]) -> Features:
    """Return it with a third of its findings, one at least, replaced by what a step leads to."""
    known = [each for each in sorted(one.present) if step(each)]
    moved = set(chance.sample(known, -(-len(known) // 3)))
    return replace(
        one,
        present=frozenset(
            chance.choice(step(each)) if each in moved else each for each in sorted(one.present)
        ),
    )


def other_code(one: Features, chance: random.Random, terms: Terms) -> Features:
    """Return it with its diseases by the codes that a mapping has for them, else by one that nobody knows."""
    return replace(one, diagnoses=frozenset(_other(each, terms) for each in one.diagnoses))


def _other(iri: str, terms: Terms) -> str:
    return next(iter(terms.links(iri)), f"https://example.org/disease/{number(iri, 10**9)}")


def several(one: Features, chance: random.Random, terms: Terms) -> Features:
    """Return it older, thinner and in more general terms."""
    for each in (older, fewer, parents):
        one = each(one, chance, terms)
    return one


DISTORTIONS: Mapping[str, Distortion] = {
    "identifiers": as_it_is,
    "age off by one": older,
    "fields dropped": fewer,
    "publication dropped": unpublished,
    "terms by their parents": parents,
    "terms by their children": children,
    "disease by another code": other_code,
    "several at once": several,
}


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
