"""Yields the members of an archive one after the other, in memory: nothing is written to a disk."""

from __future__ import annotations

import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.forward import Forward, unpacked
from casegraph.loaders.inputs import MOST_BYTES, Input
from casegraph.loaders.utf8 import refuse

__all__ = [
    "ARCHIVE_SUFFIXES",
    "HEAD",
    "MOST_MEMBERS",
    "RECORD_SUFFIXES",
    "archive_kind",
    "members",
    "suffix_of",
]

#: What files of records are called; other files of a folder or an archive are passed over.
RECORD_SUFFIXES = (
    *(".yaml", ".yml", ".json", ".jsonl", ".ndjson", ".pb", ".phenopacket"),
    *(".csv", ".tsv", ".nq", ".nt", ".ttl", ".trig", ".xml", ".rdf", ".jsonld"),
)
ARCHIVE_SUFFIXES = (".tar", ".gz", ".tgz", ".xz", ".txz", ".zip")
#: As many bytes as tell an archive.
HEAD = 512
MOST_MEMBERS = 1_000_000
_MOST_TOTAL = 4_000_000_000
#: Ten thousand phenopackets are 50 times smaller as tar.xz; beyond this it is no text of patients.
_MOST_RATIO = 100
_ALWAYS_ALLOWED = 100_000_000
#: The list at the end of a zip file, which is read into memory whole.
_MOST_LISTED = 1 << 26
_MAGIC = {b"\x1f\x8b": "gz", b"\xfd7zXZ\0": "xz", b"PK\x03\x04": "zip", b"PK\x05\x06": "zip"}
_DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_OFFICE = "[Content_Types].xml"
#: In place of a size in a zip file: the size stands in another record.
_ELSEWHERE = 0xFFFFFFFF


def archive_kind(head: bytes) -> str | None:
    r"""Return ``zip``, ``tar``, ``gz`` or ``xz`` for the first bytes of such a file, else None.

    >>> archive_kind(b"PK\x03\x04"), archive_kind(b'{"id": 1}')
    ('zip', None)
    """
    if head[257:262] == b"ustar":
        return "tar"
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)


def suffix_of(name: str) -> str:
    """Return the suffix of a file that may hold records or be an archive, else an empty text.

    >>> suffix_of("a/b.JSON"), suffix_of("README.md"), suffix_of("__MACOSX/._b.json")
    ('.json', '', '')
    """
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    known = suffix in RECORD_SUFFIXES or suffix in ARCHIVE_SUFFIXES
    return suffix if known and not path.name.startswith("._") else ""


def members(source: Input, ignored: Counter[str]) -> Iterator[Input | Problem]:
    """Yield the members of an archive in their order, each read into memory when its turn comes.

    An archive is told by its content. Of one that is cut off or damaged, the members before that place come
    first, then the problem.

    :param ignored: takes the suffixes of members that hold no records.
    """
    try:
        with source.open() as file:
            most = min(_MOST_TOTAL, max(_ALWAYS_ALLOWED, _MOST_RATIO * file.seek(0, io.SEEK_END)))
            file.seek(0)
            kind = archive_kind(file.read(HEAD))
            file.seek(0)
            if kind == "zip":
                yield from _of_zip(file, source.name, most, ignored)
            else:
                stream = Forward(unpacked(file, str(kind)), source.name, most)
                yield from _of_stream(stream, source.name, ignored)
    except DocumentError as error:
        yield from error.problems
    except _DAMAGE as error:
        yield _damaged(source.name, error)


def _damaged(name: str, error: Exception) -> Problem:
    message = f"the archive is cut off or damaged: {error}"
    return Problem(name, 0, 0, "damaged-archive", message, "get it again, whole")


def _of_stream(stream: Forward, whole: str, ignored: Counter[str]) -> Iterator[Input | Problem]:
    if archive_kind(stream.peek(HEAD)) == "tar":
        yield from _of_tar(stream, whole, ignored)
    else:
        yield _read(_named(whole, PurePosixPath(whole).stem), stream)


def _of_tar(stream: Forward, whole: str, ignored: Counter[str]) -> Iterator[Input | Problem]:
    with tarfile.TarFile(fileobj=stream) as archive:
        count = 0
        while (member := archive.next()) is not None:
            archive.members.clear()  # type: ignore[attr-defined]  # else it keeps them all
            count += 1
            _check_count(count, whole)
            name = _named(whole, member.name)
            if member.isdir() or _passed_over(member.name, ignored):
                continue
            if not member.isreg() or member.issparse():
                yield _no_file(name)
                continue
            stream.seek(member.offset_data)
            yield _read(name, stream, member.size)
    if stream.last != bytes(tarfile.BLOCKSIZE):
        raise EOFError("it has no end, or a header that is none")
    if not stream.rest_is_zeros():
        raise EOFError("more follows behind its end")


def _read(name: str, stream: Forward, size: int | None = None) -> Input | Problem:
    """Return the next bytes of a stream as a file; without a size, all that are left."""
    if size is not None and size > MOST_BYTES:
        return _too_large(name)
    content = stream.take(MOST_BYTES + 1 if size is None else size)
    if size is not None and len(content) < size:
        raise EOFError(f"{name} is not whole")
    return _given(name, content)


def _given(name: str, content: bytes) -> Input | Problem:
    if len(content) > MOST_BYTES:
        return _too_large(name)
    if kind := archive_kind(content[:HEAD]):
        message = f"an archive ({kind}) within an archive"
        return Problem(name, 0, 0, "nested-archive", message, "unpack the outer one, and give its files")
    return Input(name, partial(io.BytesIO, content))


def _of_zip(file: BinaryIO, whole: str, most: int, ignored: Counter[str]) -> Iterator[Input | Problem]:
    _check_listed(file, whole)
    with zipfile.ZipFile(file) as archive:
        if _OFFICE in archive.namelist():
            message = "an Office file (Excel, Word) is not read"
            refuse(whole, (0, 0), "unknown-format", message, "save the sheet as CSV")
        _check_count(len(archive.infolist()), whole)
        total = 0
        for member in archive.infolist():
            if member.is_dir() or _passed_over(member.filename, ignored):
                continue
            name = _named(whole, member.filename)
            total += min(member.file_size, MOST_BYTES)
            if total > most:
                refuse(name, (0, 0), "too-large", f"with it, more than {most:,} bytes", "unpack it yourself")
            yield _zip_problem(member, name) or _unzipped(archive, member, name)


def _zip_problem(member: zipfile.ZipInfo, name: str) -> Problem | None:
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
        return _no_file(name)
    if member.flag_bits & _ENCRYPTED:
        return Problem(name, 0, 0, "encrypted", "the file is encrypted", "unpack it, and give the files")
    if member.compress_type not in _METHODS:
        message = f"the compression method {member.compress_type} is not read"
        return Problem(name, 0, 0, "damaged-archive", message, "make the archive anew with deflate")
    return _too_large(name) if member.file_size > MOST_BYTES else None


def _unzipped(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Input | Problem:
    try:
        with archive.open(member) as stream:
            return _given(name, stream.read(MOST_BYTES + 1))
    except (*_DAMAGE, NotImplementedError, UnicodeDecodeError) as error:
        return _damaged(name, error)


def _check_listed(file: BinaryIO, whole: str) -> None:
    """Refuse a zip file whose list of members would fill the memory."""
    file.seek(max(file.seek(0, io.SEEK_END) - (1 << 17), 0))
    tail = file.read()
    at, wide = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    listed = int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
    if listed == _ELSEWHERE and wide >= 0:
        listed = int.from_bytes(tail[wide + 40 : wide + 48], "little")
    if listed > _MOST_LISTED:
        _check_count(MOST_MEMBERS + 1, whole)


def _check_count(count: int, whole: str) -> None:
    if count > MOST_MEMBERS:
        refuse(whole, (0, 0), "too-large", f"more than {MOST_MEMBERS:,} members", "unpack it yourself")


def _passed_over(name: str, ignored: Counter[str]) -> bool:
    if suffix_of(name):
        return False
    ignored[PurePosixPath(name).suffix.lower()] += 1
    return True


def _named(whole: str, member: str) -> str:
    """Return how a member is called in messages; its name is never that of a file to write."""
    return f"{whole}!" + "".join(each if each.isprintable() else "\ufffd" for each in member)


def _no_file(name: str) -> Problem:
    todo = "put the file itself into the archive"
    return Problem(name, 0, 0, "not-a-file", "a link, a device or a file with holes is not read", todo)


def _too_large(name: str) -> Problem:
    return Problem(name, 0, 0, "too-large", f"more than {MOST_BYTES:,} bytes", "split the file")
