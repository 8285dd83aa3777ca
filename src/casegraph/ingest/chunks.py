"""Cuts what is to be loaded into chunks, and maps each into a part: files that any process can read."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from io import BytesIO
from itertools import groupby, islice
from pathlib import Path

import msgspec

from casegraph.errors import CasegraphError, Problem
from casegraph.ingest.labels import OtherLabels
from casegraph.ingest.mapping import Mapped, Refused, map_documents, map_records
from casegraph.ingest.origins import Origins, origin_of
from casegraph.loaders.formats import CASE, Reading, arrivals, dataset_of
from casegraph.loaders.inputs import MOST_BYTES, Input
from casegraph.loaders.json_lines import each_line, is_lines
from casegraph.loaders.records import Options, Outcome
from casegraph.resources import ontology_digest
from casegraph.store.directory import write_whole
from casegraph.store.ledger import Origin
from casegraph.terms import Terms, all_terms
from casegraph.validate import Shapes, shipped_shapes
from casegraph.version import __version__

__all__ = ["Chunk", "Given", "Part", "chunks_of", "map_chunk", "read_part"]

_MOST, _MOST_BYTES = 100, 2_000_000
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
        hashed = hashlib.sha256(f"{__version__} {ontology_digest()} {self.form} {self.options}".encode())
        for each in self.given:
            hashed.update(f"{each.name} {each.first_line} {each.origin} ".encode(errors="backslashreplace"))
            hashed.update(
                _stamp(each.name) if each.content is None else hashlib.sha256(each.content).digest()
            )
        if self.outcomes:
            hashed.update(pickle.dumps(self.outcomes))
        return hashed.hexdigest()


class Part(msgspec.Struct, kw_only=True):
    """What a chunk became.

    :param key: that of the chunk.
    :param digest: the SHA-256 of the N-Quads, which stand in a file beside.
    """

    key: str
    digest: str
    results: list[Mapped | Refused]


_DECODER = msgspec.msgpack.Decoder(Part)


def chunks_of(paths: Iterable[Path], options: Options, form: str | None) -> Iterator[Chunk]:
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


def map_chunk(chunk: Chunk, part: Path) -> int:
    """Map a chunk and write its part; return how many documents and records it has.

    :param part: the file to write; that of the N-Quads has the suffix ``.nq``.
    :raises OSError: if it cannot be written.
    """
    results = list(_mapped(chunk))
    texts = [each.text.encode() if isinstance(each, Mapped) else b"" for each in results]
    for each, text in zip(results, texts, strict=True):
        if isinstance(each, Mapped):
            each.text, each.size = "", len(text)
    quads = b"".join(texts)
    part.with_suffix(".nq").write_bytes(quads)
    whole = Part(key=chunk.key(), digest=hashlib.sha256(quads).hexdigest(), results=results)
    write_whole(part, msgspec.msgpack.encode(whole))
    return len(results)


def read_part(part: Path) -> Part:
    """Return what a chunk became.

    :raises OSError: if it is not there.
    :raises msgspec.MsgspecError: if it is not whole.
    """
    return _DECODER.decode(part.read_bytes())


def _mapped(chunk: Chunk) -> Iterator[Mapped | Refused]:
    terms, shapes, labels = _tools()
    origins, watched = {each.name: each.origin for each in chunk.given}, Origins()
    arrived = watched.watched((chunk.form, each.input()) for each in chunk.given)
    if chunk.form == CASE:
        found = map_documents((each for _, each in arrived), terms, shapes, in_threads=False)
    else:
        origins |= {name: origin for name, _, origin in chunk.outcomes}
        outcomes = [(name, outcome) for name, outcome, _ in chunk.outcomes]
        outcomes += Reading(chunk.options).read(arrived)
        found = map_records(outcomes, terms, shapes, labels, in_threads=False)
    for each in found:
        if isinstance(each, Mapped):
            each.origin = origins.get(each.source) or watched.find(each.source)
        yield each


@cache
def _tools() -> tuple[Terms, Shapes, OtherLabels]:
    terms = all_terms()
    return terms, shipped_shapes(), OtherLabels(terms)


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
                yield Given(source.name, source.content() if "!" in source.name else None)
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
