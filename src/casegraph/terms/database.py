"""One release of a vocabulary as an SQLite file: written once with its closure, then only asked."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from casegraph.errors import InputError, StoreError
from casegraph.terms.entry import Entry, Release
from casegraph.terms.search import Hit, key_of, lengths_within, nearest_keys

__all__ = ["Vocabulary", "fill"]

#: Counts up when the tables change; a file with another number is made anew from its source.
FORM = 1
_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE term (id INTEGER PRIMARY KEY, iri TEXT UNIQUE, is_class INTEGER, label TEXT, preferred TEXT,
                   definition TEXT, obsolete INTEGER, replaced_by TEXT);
CREATE TABLE name (key TEXT, term INTEGER, text TEXT, matched TEXT);
CREATE TABLE link (child INTEGER, kind TEXT, parent INTEGER, PRIMARY KEY (child, kind, parent)) WITHOUT ROWID;
CREATE TABLE closure (term INTEGER PRIMARY KEY, below BLOB);
CREATE TABLE near (length INTEGER PRIMARY KEY, keys TEXT);
"""
_HOLDING = """
SELECT iri, text, key FROM name JOIN term ON term.id = name.term WHERE ' ' || key || ' ' LIKE ?"""
_BEGINNING = """
SELECT iri, matched, text, key FROM name JOIN term ON term.id = name.term WHERE ' ' || key LIKE ?"""
_INDEXES = "CREATE INDEX name_key ON name (key); CREATE INDEX name_term ON name (term);"
_ABOVE = """
WITH RECURSIVE up (id) AS (
  SELECT id FROM term WHERE iri IN (SELECT value FROM json_each(?))
  UNION SELECT link.parent FROM link JOIN up ON link.child = up.id)
SELECT iri FROM term JOIN up USING (id)"""
_BELOW = """
SELECT below FROM closure JOIN term ON term.id = closure.term
WHERE iri IN (SELECT value FROM json_each(?))"""
_IRIS = "SELECT iri FROM term WHERE id IN (SELECT value FROM json_each(?))"
#: column -> how its value for one term is asked.
_COLUMNS = {
    "label": "SELECT label FROM term WHERE iri = ?",
    "preferred": "SELECT preferred FROM term WHERE iri = ?",
    "definition": "SELECT definition FROM term WHERE iri = ?",
    "obsolete": "SELECT obsolete FROM term WHERE iri = ?",
    "replaced_by": "SELECT replaced_by FROM term WHERE iri = ?",
}
_NAMES = """
SELECT iri, matched, text FROM name JOIN term ON term.id = name.term WHERE key = ? ORDER BY iri, matched"""


def fill(database: sqlite3.Connection, release: Release) -> None:
    """Write a release into an empty database, with the names and the closure that look-ups need."""
    with database:
        database.executescript(_TABLES)
        ids = {iri: number for number, iri in enumerate(_iris(release.entries))}
        known = {each.iri: each for each in release.entries}
        database.executemany(
            "INSERT INTO term VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (_term_row(number, iri, known.get(iri)) for iri, number in ids.items()),
        )
        classes = [each for each in release.entries if each.is_class]
        database.executemany(
            "INSERT INTO name VALUES (?, ?, ?, ?)",
            ((key_of(text), ids[each.iri], text, how) for each in classes for text, how in _names(each)),
        )
        links = [
            (ids[each.iri], kind, ids[iri])
            for each in release.entries
            for kind, above in (("kind", each.parents), ("part", each.wholes))
            for iri in above
            if iri != each.iri
        ]
        database.executemany("INSERT OR IGNORE INTO link VALUES (?, ?, ?)", links)
        database.executemany("INSERT INTO closure VALUES (?, ?)", _closure(links))
        database.executescript(_INDEXES)
        database.executemany("INSERT INTO near VALUES (?, ?)", _keys_by_length(classes))
        database.executemany("INSERT INTO about VALUES (?, ?)", _about(release).items())
        database.execute(f"PRAGMA user_version = {FORM:d}")


def _closure(links: Iterable[tuple[int, str, int]]) -> Iterator[tuple[int, bytes]]:
    """Yield each class with all that is below it, packed; a circle of links does no harm."""
    parents: dict[int, list[int]] = {}
    for child, _, parent in links:
        parents.setdefault(child, []).append(parent)
    below: dict[int, array[int]] = {}
    for child, direct in parents.items():
        above: set[int] = set()
        todo = list(direct)
        while todo:
            each = todo.pop()
            if each not in above:
                above.add(each)
                todo += parents.get(each, ())
        for each in above:
            below.setdefault(each, array("I")).append(child)
    yield from ((term, found.tobytes()) for term, found in sorted(below.items()))


def _iris(entries: Iterable[Entry]) -> dict[str, None]:
    found = {each.iri: None for each in entries}
    return found | {iri: None for each in entries for iri in (*each.parents, *each.wholes)}


def _term_row(number: int, iri: str, entry: Entry | None) -> tuple[object, ...]:
    if entry is None:
        return (number, iri, 0, None, None, None, 0, None)
    instead = entry.replaced_by if entry.replaced_by != iri else None
    said = (entry.label, entry.preferred, entry.definition, int(entry.obsolete), instead)
    return (number, iri, int(entry.is_class), *said)


def _names(entry: Entry) -> Iterator[tuple[str, str]]:
    if entry.label:
        yield entry.label, "label"
    yield from ((each, "synonym") for each in dict.fromkeys(entry.synonyms) if each and each != entry.label)


def _keys_by_length(entries: Iterable[Entry]) -> Iterator[tuple[int, str]]:
    """Yield all keys of one length as the lines of one text: to compare them is faster than to fetch them."""
    keys: dict[int, set[str]] = {}
    for each in entries:
        for text, _ in _names(each):
            key = key_of(text)
            keys.setdefault(len(key), set()).add(key)
    yield from ((length, "\n".join(sorted(found))) for length, found in sorted(keys.items()) if length)


def _about(release: Release) -> dict[str, str]:
    live = [each for each in release.entries if each.is_class and not each.obsolete]
    return {
        "source": release.source,
        "sha256": release.sha256,
        "version": release.version,
        "licence": release.licence,
        "prefixes": json.dumps(dict(release.prefixes), sort_keys=True),
        "terms": str(len(live)),
        "obsolete": str(sum(each.obsolete for each in release.entries)),
    }


class Vocabulary:
    """A release in a database; what is asked is fetched and no more.

    :param database: what :func:`fill` filled.
    :param where: what to call it in an error.
    :param todo: what to do if it turns out to be damaged.
    """

    def __init__(self, database: sqlite3.Connection, *, where: str = "", todo: str = "") -> None:
        self._database, self._where, self._todo = database, where, todo

    @classmethod
    def open(cls, path: Path, *, todo: str) -> Vocabulary:
        """Open a file for reading.

        :raises InputError: if it is damaged or of another form.
        """
        try:
            address = f"file:{quote(str(path))}?mode=ro&immutable=1"
            database = sqlite3.connect(address, uri=True, check_same_thread=False)
            (form,) = database.execute("PRAGMA user_version").fetchone()
            whole = database.execute("PRAGMA page_count").fetchone()[0]
            size = whole * database.execute("PRAGMA page_size").fetchone()[0]
        except sqlite3.Error as error:
            raise InputError(f"the vocabulary is damaged: {error}", where=str(path), todo=todo) from error
        if form != FORM or size != path.stat().st_size:
            what = "the vocabulary is damaged or was made by another version of casegraph"
            raise InputError(what, where=str(path), todo=todo)
        return cls(database, where=str(path), todo=todo)

    def about(self) -> dict[str, str]:
        """Return what is known of the release: its source, version, licence, prefixes, how many terms."""
        return dict(self.ask("SELECT name, value FROM about"))

    def above(self, iris: Iterable[str]) -> set[str]:
        """Return all that classes are a kind of or a part of, with those of the classes that are known."""
        return {iri for (iri,) in self.ask(_ABOVE, json.dumps(sorted(iris)))}

    def below(self, iris: Iterable[str]) -> set[str]:
        """Return all kinds and parts of classes, without the classes themselves."""
        ids = {
            each for (packed,) in self.ask(_BELOW, json.dumps(sorted(iris))) for each in array("I", packed)
        }
        return {iri for (iri,) in self.ask(_IRIS, json.dumps(sorted(ids)))} if ids else set()

    def exact(self, text: str) -> list[Hit]:
        """Return the terms that have a name, upper and lower case alike."""
        folded = text.casefold()
        found = self.ask(_NAMES, key_of(text))
        return [Hit(iri, how, name) for iri, how, name in found if name.casefold() == folded]

    def near(self, text: str, limit: int, least: int) -> list[Hit]:
        """Return the terms with a name that is at least that like a text, best first."""
        asked = "SELECT keys FROM near WHERE length BETWEEN ? AND ?"
        texts = self.ask(asked, *lengths_within(key_of(text), least))
        keys = "\n".join(each for (each,) in texts).split("\n")
        hits: dict[str, Hit] = {}
        for name, likeness in nearest_keys(text, keys, limit, least):
            for iri, _, said in self.ask(_NAMES, name):
                hits.setdefault(iri, Hit(iri, "spelling", said, likeness))
        return list(hits.values())

    def holding(self, text: str) -> list[tuple[str, str]]:
        """Return the terms, each with the name, that have all words of a text in one of their names."""
        words = key_of(text).split()
        if not words:
            return []
        longest = max(words, key=len)
        found = self.ask(_HOLDING, f"% {longest} %")
        return [(iri, name) for iri, name, key in found if set(words) <= set(key.split())]

    def beginning(self, words: Sequence[str]) -> list[Hit]:
        """Return the terms, each with the name, that have a word that begins so for each of these.

        :param words: in small letters, at least one.
        """
        longest = max(words, key=len)
        found = self.ask(_BEGINNING, f"% {longest}%")
        return [
            Hit(iri, how, name)
            for iri, how, name, key in found
            if all(f" {each}" in f" {key}" for each in words)
        ]

    def ask(self, question: str, *values: object) -> list[Any]:
        """Return the rows that answer a SELECT.

        :raises StoreError: if the file is damaged.
        """
        try:
            return self._database.execute(question, values).fetchall()
        except sqlite3.Error as error:
            what = f"the vocabulary is damaged: {error}"
            raise StoreError(what, where=self._where, todo=self._todo) from error

    def column(self, name: str) -> Mapping[str, Any]:
        """Return a column of the terms as a mapping by IRI that asks for each look-up."""
        return _Asked(self, _COLUMNS[name])

    def synonyms(self, iri: str) -> list[str]:
        """Return the synonyms of a term."""
        ask = "SELECT text FROM name JOIN term ON id = term WHERE iri = ? AND matched = 'synonym'"
        return [text for (text,) in self.ask(ask, iri)]

    def links(self, kind: str, iri: str) -> list[str]:
        """Return the direct superclasses (``kind``) or wholes (``part``) of a class."""
        ask = """SELECT above.iri FROM term JOIN link ON link.child = term.id
                 JOIN term AS above ON above.id = link.parent WHERE term.iri = ? AND link.kind = ?"""
        return [each for (each,) in self.ask(ask, iri, kind)]


class _Asked(Mapping[str, Any]):
    """A column by IRI."""

    def __init__(self, vocabulary: Vocabulary, question: str) -> None:
        self._vocabulary, self._question = vocabulary, question

    def __getitem__(self, iri: str) -> Any:
        rows = self._vocabulary.ask(self._question, iri)
        if not rows or rows[0][0] is None:
            raise KeyError(iri)
        return rows[0][0]

    def __iter__(self) -> Iterator[str]:
        return (iri for (iri,) in self._vocabulary.ask("SELECT iri FROM term") if iri in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
