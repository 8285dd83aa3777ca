"""The directory of a store: its head, which says what is where, the folder of the data, the writer's lock.

::

    store/
      casegraph-store.json   the head: format, folder of the data, generation, digests of the data files
      data-1/                the files of Oxigraph
      writer.lock            held by the one process that writes; its process id is in it
      verified.json          what the last verify found
  reader-*/              what a reader holds while it reads

The head is replaced by renaming, so that a store always is of one generation, whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
from pathlib import Path

import msgspec

from casegraph.errors import InputError, StoreError, StoreLockedError
from casegraph.version import __version__

__all__ = [
    "BACKUP",
    "FILES",
    "FORMAT",
    "HEAD",
    "VERIFIED",
    "Directory",
    "Head",
    "WriterLock",
    "digests_of",
    "sync_folder",
    "write_whole",
]

#: What this version reads and writes. 1 had the files of Oxigraph in the directory itself, and no head.
FORMAT = 2

#: The file of the head.
HEAD = "casegraph-store.json"
_LOCK, _DATA = "writer.lock", "data-"
#: What the last verify found.
VERIFIED = "verified.json"
_OURS = (HEAD, VERIFIED, f".{HEAD}.part", _LOCK, "incoming", "projection")
#: The list of the files of a backup, with their digests; a store has none.
BACKUP = "casegraph-backup.json"
#: How a folder is named that links the data files while their digests are taken.
FILES = ".files-"
_OUR_PREFIXES = (_DATA, FILES, "reader-")
_OF_OXIGRAPH = re.compile(r"CURRENT|IDENTITY|LOCK|LOG(\.old\.\d+)?|(MANIFEST|OPTIONS)-\d+|\d+\.(sst|log)")


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a store says of itself. A further field is a further format: an unknown one is damage.

    :param format: the layout of the directory and what the ledger tells.
    :param data: the name of the folder of the data.
    :param generation: how many changes were acknowledged; the data may hold one more.
    :param files: data file -> SHA-256, of those that are not written any more.
    :param casegraph: the version that wrote it.
    :param digest: the SHA-256 of all the others, in the file alone; older versions wrote none.
    """

    format: int
    data: str
    generation: int = 0
    files: dict[str, str] = {}
    casegraph: str = __version__
    digest: str = ""

    def sealed(self) -> Head:
        """Return it with its digest."""
        others = msgspec.json.encode(msgspec.structs.replace(self, digest=""))
        return msgspec.structs.replace(self, digest=hashlib.sha256(others).hexdigest())

    @property
    def is_of_first_writer(self) -> bool:
        """Whether nothing was acknowledged yet, and the data may not even be whole."""
        return self.generation == 0 and not self.files


class Directory:
    """The directory of a store, of this format or not yet there.

    :param path: the directory.
    :raises InputError: if its name is not UTF-8, or a link to nothing.

    >>> Directory(Path("nowhere")).is_empty()
    True
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if str(path) != (printable := str(path).encode(errors="backslashreplace").decode()):
            raise InputError("its name is not UTF-8", where=printable, todo="name another folder")
        if path.is_symlink() and not path.exists():
            raise InputError(
                "a link to nothing", where=str(path), todo="make what it points to, or remove it"
            )

    def is_empty(self) -> bool:
        """Tell whether there is no store and nothing else; what a killed first writer left is nothing.

        :raises InputError: if the directory holds something else.
        :raises StoreError: if there are data, and no head or a damaged one that says which.
        """
        if not self.path.exists():
            return True
        self._refuse_other_content()
        has_data = any(self.path.glob(f"{_DATA}*"))
        if not (self.path / HEAD).exists():
            if has_data:
                raise self.damaged(f"its file {HEAD} is not there")
            return True
        return not has_data and self._read().generation == 0

    def is_of_format_1(self) -> bool:
        """Tell whether the files of Oxigraph are in the directory itself, and no head."""
        return (self.path / "CURRENT").exists() and not (self.path / HEAD).exists()

    def head(self) -> Head:
        """Return the head of the store.

        :raises InputError: if there is no store, if the directory holds something else, or a store of another
            format.
        :raises StoreError: if the head is damaged.
        """
        if self.is_empty():
            raise self.nothing()
        head = self._read()
        if not (self.path / head.data).is_dir() or not head.data.startswith(_DATA):
            raise self.damaged(f"its folder {head.data} is not there")
        return head

    def _read(self) -> Head:
        try:
            raw = (self.path / HEAD).read_bytes()
            found = msgspec.json.decode(raw)["format"]
            head = msgspec.json.decode(raw, type=Head) if found == FORMAT else None
        except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, TypeError) as error:
            raise self.damaged(f"its file {HEAD} cannot be read") from error
        if head is None:
            raise self._other_format(found)
        if head.digest and head.digest != head.sealed().digest:
            raise self.damaged(f"its file {HEAD} is not what was written")
        return msgspec.structs.replace(head, digest="")

    def write_head(self, head: Head) -> None:
        """Put a head in the place of the one before, so that either is there, whole and on the disk."""
        write_whole(self.path / HEAD, msgspec.json.format(msgspec.json.encode(head.sealed()), indent=1))

    def data(self, head: Head) -> Path:
        """Return the folder of the data."""
        return self.path / head.data

    def is_backup(self) -> bool:
        """Tell whether it is a backup, which has a list of its files."""
        return (self.path / BACKUP).exists()

    def files_of_backup(self) -> dict[str, str]:
        """Return the data files of a backup, each with its SHA-256.

        :raises StoreError: if the list of them is damaged.
        :raises OSError: if it cannot be read.
        """
        try:
            return msgspec.json.decode((self.path / BACKUP).read_bytes(), type=dict[str, str])
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise self.damaged(f"its file {BACKUP} cannot be read") from error

    def next_data(self, head: Head | None) -> Path:
        """Return the folder for data that are to take the place of those there; it does not exist."""
        number = int(head.data.removeprefix(_DATA)) + 1 if head else 1
        return self.path / f"{_DATA}{number}"

    def remove_leavings(self, head: Head | None) -> None:
        """Remove what killed writers left; to be called with the lock only."""
        for folder in (*self.path.glob(f"{_DATA}*"), *self.path.glob(f"{FILES}*")):
            if head is None or folder.name != head.data:
                shutil.rmtree(folder)
        if head is not None:
            for file in self.path.iterdir():
                if _OF_OXIGRAPH.fullmatch(file.name):
                    file.unlink()

    def nothing(self) -> InputError:
        """Return the error for a directory without a store."""
        todo = "make one with `casegraph load` or `casegraph demo`"
        return InputError(f"no store at {self.path}", todo=todo)

    def damaged(self, how: str) -> StoreError:
        """Return the error for a store that is damaged."""
        what, todo = "store", "restore it from a backup, or load the documents into a new store"
        if self.is_backup():
            what, todo = "backup", "use another; `casegraph export nquads` gives what can still be read of it"
        return StoreError(f"the {what} is damaged: {how}", where=str(self.path), todo=todo)

    def _refuse_other_content(self) -> None:
        path, where = self.path, str(self.path)
        if not path.is_dir():
            raise InputError("a file, not a store", where=where, expected="a directory")
        if (path / HEAD).exists():
            return
        if self.is_of_format_1():
            raise self._other_format(1)
        if not all(each.name in _OURS or each.name.startswith(_OUR_PREFIXES) for each in path.iterdir()):
            raise InputError(
                "a folder with other content, not a store",
                where=where,
                expected="a store, or a new or empty folder",
            )

    def _other_format(self, found: object) -> InputError:
        is_older = isinstance(found, int) and found < FORMAT
        older = "`casegraph migrate` brings it to this format, after a backup"
        todo = older if is_older else "install a newer one"
        return InputError(
            f"a store of format {found}",
            where=str(self.path),
            expected=f"format {FORMAT}, which casegraph {__version__} reads and writes",
            todo=todo,
        )


class WriterLock:
    """The right to write into a directory, of one process at a time; it ends with the process.

    :param folder: the directory; it is there.
    :raises StoreLockedError: if somebody has it; it says which process.
    """

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(self._file, 20).decode("ascii", errors="replace").strip()
            self.release()
            raise StoreLockedError(
                f"process {holder or 'of another user'} has the store open for writing",
                where=str(folder),
                todo="wait until it is done or stop it; reading works meanwhile",
            ) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let another process write. Releasing twice is no error."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def digests_of(folder: Path, known: dict[str, str] | None = None, *, files: str = "*.sst") -> dict[str, str]:
    """Return the SHA-256 of each data file of a folder; one that goes meanwhile is left out.

    :param known: digests that were taken before; a data file never changes.
    :param files: which files, as a pattern of their names.
    """
    found = {}
    for path in sorted(folder.glob(files)):
        if known and path.name in known:
            found[path.name] = known[path.name]
            continue
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that what was there before or this is there, whole, whenever the power goes."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
