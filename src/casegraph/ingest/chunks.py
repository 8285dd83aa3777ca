"""Cuts what is to be loaded into chunks, each of which any process can map by itself."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from io import BytesIO
from itertools import groupby, islice
from pathlib import Path

from casegraph.errors import CasegraphError, Problem
from casegraph.ingest.origins import Origins, origin_of
from casegraph.loaders.formats import CASE, Reading, arrivals, dataset_of
from casegraph.loaders.inputs import MOST_BYTES, Input
from casegraph.loaders.json_lines import each_line, is_lines
from casegraph.loaders.records import Options, Outcome
from casegraph.loaders.remote import Place
from casegraph.resources import ontology_digest
from casegraph.store.ledger import Origin
from casegraph.terms.files import added_files, open_added
from casegraph.version import __version__

__all__ = ["Chunk", "Given", "chunks_of", "mapped_by"]

_MOST, _MOST_BYTES = 100, 2_000_000
#: So many digits of a digest tell versions apart.
_SHORT = 16
#: Formats whose files are read where they are mapped; of others, what belongs together is read in one place.
_READ_BY_MAPPER = frozenset({CASE, "phenopacket"})


@dataclass(frozen=True, slots=True)
class Given:
    """One file, one member of an archive, or some lines of either.

    :param content: what it holds; None for a file, which whoever maps it reads.
    :param origin: the whole that some lines are of.
    """

    name: str
    content: bytes | None = None
    first_line: int = 1
    origin: Origin | None = None

    def input(self) -> Input:
        """Return it as something to read."""
        content = self.content
        if content is None:
            return Input.of(Path(self.name))
        return Input(self.name, lambda: BytesIO(content), self.first_line)

    def filled(self) -> Given:
        """Return it with what the file holds.

        :raises CasegraphError: if it cannot be read, or is too large.
        """
        return replace(self, content=self.input().content())


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is mapped together.

    :param form: the format; empty for records that were read already.
    :param options: how records are read.
    :param outcomes: records that were read already, each with the name of its input and its origin.
    """

    form: str
    options: Options
    given: tuple[Given, ...] = ()
    outcomes: tuple[tuple[str, Outcome, Origin | None], ...] = ()

    def size(self) -> int:
        """Return how many bytes it was read from, as far as that is known."""
        return sum(_size(each.name) if each.content is None else len(each.content) for each in self.given)

    def key(self) -> str:
        """Return a digest of all that the part is made from."""
        hashed = hashlib.sha256(f"{mapped_by()} {self.form} {self.options}".encode())
        for each in self.given:
            hashed.update(f"{each.name} {each.first_line} {each.origin} ".encode())
            hashed.update(
                _stamp(each.name) if each.content is None else hashlib.sha256(each.content).digest()
            )
        if self.outcomes:
            hashed.update(pickle.dumps(self.outcomes))
        return hashed.hexdigest()

    def carried(self) -> Chunk:
        """Return it with the content of its files, for who cannot read them.

        :raises CasegraphError: if one cannot be read, or is too large.
        """
        given = (each if each.content is not None else each.filled() for each in self.given)
        return replace(self, given=tuple(given))


def chunks_of(paths: Iterable[Place], options: Options, form: str | None) -> Iterator[Chunk]:
    """Yield the chunks of what paths name, in its order.

    :raises InputError: if a path does not exist or cannot be read, or an option is wrong.
    """
    shared = Reading(options) if options.dataset else None
    for path in dict.fromkeys(paths):
        own = options if options.dataset else replace(options, dataset=dataset_of(path))
        reading, origins = shared or Reading(own), Origins()
        for kind, group in groupby(origins.watched(arrivals(path, form)), key=_kind):
            options.formats.update({kind} - {""})
            if kind in _READ_BY_MAPPER:
                inputs = (each[1] for each in group if not isinstance(each, Problem))
                yield from (Chunk(kind, own, given) for given in _filled(_given(inputs, kind)))
            else:
                yield from _of_outcomes(reading.read(group), own, origins)
        if shared is None:
            yield from _of_outcomes(reading.rest(), own, origins)
    if shared is not None:
        yield from _of_outcomes(shared.rest(), options, Origins())


@cache
def mapped_by() -> str:
    """Return what decides how a chunk is mapped: the versions of casegraph, its ontology and vocabularies."""
    added = [f"{each.stem} {open_added(each).about()['sha256'][:_SHORT]}" for each in added_files()]
    ontology = f"ontology {ontology_digest()[:_SHORT]}"
    return ", ".join((f"casegraph {__version__}", ontology, *(f"vocabulary {each}" for each in added)))


def _kind(found: tuple[str, Input] | Problem) -> str:
    return "" if isinstance(found, Problem) else found[0]


def _stamp(name: str) -> bytes:
    """Return what tells whether a file is still the same, without reading it."""
    try:
        found = Path(name).stat()
    except OSError:
        return b"gone"
    return f"{found.st_size} {found.st_mtime_ns}".encode()


def _size(name: str) -> int:
    try:
        return Path(name).stat().st_size
    except OSError:
        return 0


def _given(inputs: Iterable[Input], form: str) -> Iterator[Given]:
    for source in inputs:
        try:
            if is_lines(source):
                yield from _documents_of(source) if form == CASE else _blocks_of(source)
            else:
                is_named = source.file is not None and str(source.file) == source.name
                yield Given(source.name, None if is_named else source.head(MOST_BYTES + 1))
        except CasegraphError:  # whoever maps it tells what is wrong
            yield Given(source.name)


def _documents_of(source: Input) -> Iterator[Given]:
    origin = origin_of(source)
    yield from (Given(line.name, line.content(), 1, origin) for line in each_line(source))


def _blocks_of(source: Input) -> Iterator[Given]:
    """Yield the lines of an input, some at a time; a line that fills the memory is the last."""
    origin, block, size, first = origin_of(source), list[bytes](), 0, 1
    with source.open() as file:
        for number, line in enumerate(iter(partial(file.readline, MOST_BYTES + 1), b""), 1):
            block.append(line)
            size += len(line)
            if len(block) == _MOST or size > _MOST_BYTES:
                yield Given(source.name, b"".join(block), first, origin)
                block, size, first = [], 0, number + 1
            if len(line) > MOST_BYTES:
                break
    if block:
        yield Given(source.name, b"".join(block), first, origin)


def _filled(given: Iterable[Given]) -> Iterator[tuple[Given, ...]]:
    chunk, size = list[Given](), 0
    for each in given:
        chunk.append(each)
        size += len(each.content or b"")
        if len(chunk) == _MOST or size > _MOST_BYTES or each.first_line > 1:
            yield tuple(chunk)
            chunk, size = [], 0
    if chunk:
        yield tuple(chunk)


def _of_outcomes(
    outcomes: Iterable[tuple[str, Outcome]], options: Options, origins: Origins
) -> Iterator[Chunk]:
    every = iter(outcomes)
    while block := [(name, each, origins.find(name)) for name, each in islice(every, _MOST)]:
        yield Chunk("", options, outcomes=tuple(block))
