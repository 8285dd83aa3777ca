"""Maps chunks into parts: files that any process can read, and that stay until all is loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from casegraph.ingest.chunks import Chunk
from casegraph.ingest.labels import OtherLabels
from casegraph.ingest.mapping import Mapped, Refused, map_documents, map_records
from casegraph.ingest.origins import Origins
from casegraph.loaders.formats import CASE, Reading
from casegraph.store.directory import write_whole
from casegraph.terms import Terms, all_terms
from casegraph.validate import Shapes, shipped_shapes

__all__ = ["Part", "map_chunk", "part_of", "read_part", "remove_part", "results_of", "write_part"]


class Part(msgspec.Struct, kw_only=True):
    """What a chunk became.

    :param key: that of the chunk.
    :param digest: the SHA-256 of the N-Quads, which stand in a file beside.
    """

    key: str
    digest: str
    results: list[Mapped | Refused]


_QUADS = ".nq"
_DECODER = msgspec.msgpack.Decoder(Part)


def map_chunk(chunk: Chunk, key: str, part: Path) -> int:
    """Map a chunk and write its part; return how many documents and records it has.

    :param key: that of the chunk.
    :param part: the file to write; that of the N-Quads has the suffix ``.nq``.
    :raises OSError: if it cannot be written.
    """
    quads, told, many = part_of(chunk, key)
    write_part(part, quads, told)
    return many


def part_of(chunk: Chunk, key: str) -> tuple[bytes, bytes, int]:
    """Map a chunk; return the N-Quads, the :class:`Part` as MessagePack, and how many results it has."""
    results = list(_mapped(chunk))
    texts = [each.text.encode() if isinstance(each, Mapped) else b"" for each in results]
    for each, text in zip(results, texts, strict=True):
        if isinstance(each, Mapped):
            each.text, each.size = "", len(text)
    quads = b"".join(texts)
    whole = Part(key=key, digest=hashlib.sha256(quads).hexdigest(), results=results)
    return quads, msgspec.msgpack.encode(whole), len(results)


def write_part(part: Path, quads: bytes, told: bytes) -> None:
    """Write the two files of a part, the one that tells of the other last.

    :raises OSError: if they cannot be written.
    """
    part.with_suffix(_QUADS).write_bytes(quads)
    write_whole(part, told)


def read_part(part: Path) -> Part:
    """Return what a chunk became.

    :raises OSError: if it is not there.
    :raises msgspec.MsgspecError: if it is not whole.
    """
    return _DECODER.decode(part.read_bytes())


def results_of(part: Path) -> list[Mapped | Refused]:
    """Return what a chunk became, each with its N-Quads.

    :raises OSError: if it is not there.
    """
    quads, at, results = part.with_suffix(_QUADS).read_bytes(), 0, read_part(part).results
    for each in results:
        if isinstance(each, Mapped):
            each.text, at = quads[at : at + each.size].decode(), at + each.size
    return results


def remove_part(part: Path) -> None:
    """Remove the two files of a part."""
    part.unlink()
    part.with_suffix(_QUADS).unlink()


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
