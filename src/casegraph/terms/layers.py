"""The shipped terms and, over them, the releases that a user added: asked one by one, never read whole."""

from __future__ import annotations

import os
import sqlite3
import time
import zlib
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from casegraph.namespaces import PREFIXES, use_prefixes
from casegraph.resources import shipped
from casegraph.terms.database import FORM, Vocabulary, fill
from casegraph.terms.entry import Entry, Release
from casegraph.terms.files import added_files, folder, open_added, prefixes_of, write_whole
from casegraph.terms.memory import Terms
from casegraph.terms.search import Hit, holding_hits
from casegraph.terms.turtle import shipped_terms

__all__ = ["LayeredTerms", "all_terms", "layered"]

_SUBCLASS = PREFIXES["rdfs"] + "subClassOf"
_WITHIN = PREFIXES["cg"] + "withinOrKindOf"
_LABEL = PREFIXES["rdfs"] + "label"
_TYPE, _CLASS = PREFIXES["rdf"] + "type", PREFIXES["owl"] + "Class"
#: How many terms it is kept of whether they are known: cases share theirs.
_REMEMBERED = 65_536
#: How long the file of a version that is not used any more stays: 30 days.
_UNUSED_SECONDS = 30 * 24 * 3600


class _Classes(Set[str]):
    """The classes of all layers."""

    def __init__(self, layers: tuple[Vocabulary, ...]) -> None:
        self._layers = layers
        self._has = lru_cache(maxsize=_REMEMBERED)(self._asked)

    def __contains__(self, iri: object) -> bool:
        return self._has(iri)

    def _asked(self, iri: object) -> bool:
        return any(each.ask("SELECT 1 FROM term WHERE iri = ? AND is_class", iri) for each in self._layers)

    def __iter__(self) -> Iterator[str]:
        asked = (each.ask("SELECT iri FROM term WHERE is_class") for each in self._layers)
        return iter({iri for rows in asked for (iri,) in rows})

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Joined(Mapping[str, tuple[str, ...]]):
    """What all layers say of a term, each once; what was asked for is kept, for cases share their terms."""

    def __init__(self, asks: tuple[Callable[[str], list[str]], ...], terms: Set[str]) -> None:
        self._asks, self._terms = asks, terms
        self._known: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, iri: str) -> tuple[str, ...]:
        if iri not in self._known:
            self._known[iri] = tuple(dict.fromkeys(each for ask in self._asks for each in ask(iri)))
        if not self._known[iri]:
            raise KeyError(iri)
        return self._known[iri]

    def __iter__(self) -> Iterator[str]:
        return (iri for iri in self._terms if iri in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True, slots=True, eq=False)
class LayeredTerms(Terms):
    """Terms of several releases, the first of which is the shipped one: its labels win.

    Names and links of a term that is in several are those of all; it is obsolete if one says so.
    """

    layers: tuple[Vocabulary, ...] = ()

    def __post_init__(self) -> None:
        """Index nothing: the layers are indexed."""

    def label(self, iri: str) -> str | None:
        """Return the label of a term, or None if it is not known."""
        return _label(self, iri)

    def above(self, iri: str) -> tuple[str, ...]:
        """Return a class and all that it is a kind of (for anatomy: or a part of), sorted."""
        return _above(self, iri)

    def below(self, iri: str) -> tuple[str, ...]:
        """Return a class and all its kinds (for anatomy: and parts), sorted."""
        return tuple(sorted(_reach({iri}, [each.below for each in self.layers])))

    def chains(self, iris: Iterable[str]) -> str:
        """Return the links from classes up to their roots as N-Triples, each link once, sorted."""
        reached = set[str]().union(*(_above(self, iri) for iri in iris if iri in self))
        return "".join(sorted(line for iri in reached for line in _links(self, iri)))

    def added(self, iris: Iterable[str]) -> str:
        """Return what the shipped ontology lacks of classes and what is above them, as sorted N-Triples."""
        if not self.has_added():
            return ""
        reached = set[str]().union(*(_above(self, iri) for iri in iris if iri in self))
        new = {iri for iri in reached if not self.layers[0].ask("SELECT 1 FROM term WHERE iri = ?", iri)}
        lines = {f"<{iri}> <{_TYPE}> <{_CLASS}> .\n" for iri in new}
        lines |= {f"<{iri}> <{_LABEL}> {_literal(label)}@en .\n" for iri in new if (label := self.label(iri))}
        return "".join(sorted(lines.union(*(_links(self, iri) for iri in new))))

    def has_added(self) -> bool:
        """Say whether there is anything beyond the shipped ontology."""
        return len(self.layers) > 1

    def is_obsolete(self, iri: str) -> bool:
        """Say whether a release gave the term up."""
        return any(each.column("obsolete").get(iri) for each in self.layers)

    def replacement(self, iri: str) -> str | None:
        """Return the term to use in place of an obsolete one, or None where no release names one."""
        found = (each.column("replaced_by").get(iri) for each in self.layers)
        return next((each for each in found if each), None)

    def _exact(self, text: str) -> list[Hit]:
        return self._once(hit for each in self.layers for hit in each.exact(text))

    def _holding(self, text: str, limit: int) -> list[Hit]:
        said = [pair for each in self.layers for pair in each.holding(text)]
        return holding_hits(text, said, limit)

    def _near(self, text: str, limit: int, least: int) -> list[Hit]:
        found = [hit for each in self.layers for hit in each.near(text, limit, least)]
        return self._once(sorted(found, key=lambda hit: -hit.likeness))[:limit]

    @staticmethod
    def _once(hits: Iterable[Hit]) -> list[Hit]:
        kept: dict[str, Hit] = {}
        for hit in hits:
            kept.setdefault(hit.iri, hit)
        return list(kept.values())


def _reach(start: set[str], steps: list[Callable[[Iterable[str]], set[str]]]) -> set[str]:
    """Follow all layers until none leads further; each is asked once for what others found."""
    seen = set(start)
    asked: list[set[str]] = [set() for _ in steps]
    while any(seen - each for each in asked):
        for step, known in zip(steps, asked, strict=True):
            if todo := seen - known:
                found = step(todo)
                known.update(todo, found)
                seen |= found
    return seen


@lru_cache(maxsize=_REMEMBERED)
def _label(terms: LayeredTerms, iri: str) -> str | None:
    return terms.labels.get(iri)


@lru_cache(maxsize=_REMEMBERED)
def _above(terms: LayeredTerms, iri: str) -> tuple[str, ...]:
    return tuple(sorted(_reach({iri}, [each.above for each in terms.layers])))


@lru_cache(maxsize=_REMEMBERED)
def _links(terms: LayeredTerms, iri: str) -> tuple[str, ...]:
    """Return the links directly up from a class as lines of N-Triples."""
    kinds = [f"<{iri}> <{_SUBCLASS}> <{each}> .\n" for each in terms.parents.get(iri, ())]
    return (*kinds, *(f"<{iri}> <{_WITHIN}> <{each}> .\n" for each in terms.wholes.get(iri, ())))


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


def layered(layers: tuple[Vocabulary, ...]) -> LayeredTerms:
    """Return the terms of several releases as one."""
    classes = _Classes(layers)

    def joined(ask: Callable[[Vocabulary, str], list[str]]) -> _Joined:
        return _Joined(tuple(_bound(ask, each) for each in layers), classes)

    return LayeredTerms(
        classes=classes,
        labels=_chained(layers, "label"),
        preferred=_chained(layers, "preferred"),
        synonyms=joined(lambda each, iri: each.synonyms(iri)),
        parents=joined(lambda each, iri: each.links("kind", iri)),
        wholes=joined(lambda each, iri: each.links("part", iri)),
        definitions=_chained(layers, "definition"),
        layers=layers,
    )


def _bound(ask: Callable[[Vocabulary, str], list[str]], layer: Vocabulary) -> Callable[[str], list[str]]:
    return lambda iri: ask(layer, iri)


def _chained(layers: tuple[Vocabulary, ...], column: str) -> Mapping[str, Any]:
    return ChainMap(*(each.column(column) for each in layers))  # type: ignore[arg-type]  # only ever read


def all_terms() -> LayeredTerms:
    """Return the shipped terms and those of every vocabulary that was added, as they are now.

    :raises InputError: if a vocabulary is damaged.

    >>> all_terms().label("https://w3id.org/casegraph/ontology#Interleukin2Drug")
    'interleukin-2'
    """
    return _all_terms(folder(), tuple((path, path.stat().st_mtime_ns) for path in added_files()))


@lru_cache(maxsize=1)  # what was used last: its prefixes are those in use
def _all_terms(place: Path, files: tuple[tuple[Path, int], ...]) -> LayeredTerms:
    added = tuple(open_added(path) for path, _ in files)
    use_prefixes({name: each for one in added for name, each in prefixes_of(one).items()})
    return layered((_shipped(place), *added))


def _shipped(place: Path) -> Vocabulary:
    """Return the shipped terms out of a file that was made when they were first asked for."""
    files = (*shipped("ontology", "*.ttl"), *shipped("ontology", "imports/*.ttl"))
    marks = [f"{path.resolve()} {(stat := path.stat()).st_size} {stat.st_mtime_ns}" for path in files]
    mark = zlib.crc32("\n".join([str(FORM), *marks]).encode())
    path = place / f".shipped-{mark:08x}.sqlite"
    _touch(path)
    if not path.exists():
        release = Release(tuple(_entries(shipped_terms())), source="casegraph", sha256="")
        try:
            write_whole(path, release)
        except (
            OSError,
            sqlite3.Error,
        ):  # a home that cannot be written to: the terms are then read each time
            database = sqlite3.connect(":memory:", check_same_thread=False)
            fill(database, release)
            return Vocabulary(database, where="shipped terms")
        _prune(place)
    return Vocabulary.open(path, todo="remove the file; it is made anew")


def _touch(path: Path) -> None:
    """Say by the time of a file that it is in use, if it is there and may be written to."""
    with suppress(OSError):
        os.utime(path)


def _prune(place: Path) -> None:
    """Remove the files that no version of casegraph has used for long; other versions use the others."""
    oldest = time.time() - _UNUSED_SECONDS
    for path in place.glob(".shipped-*.sqlite"):
        with suppress(FileNotFoundError):  # another process removes them too
            if path.stat().st_mtime < oldest:
                path.unlink()


def _entries(terms: Terms) -> Iterator[Entry]:
    for iri in sorted({*terms.labels, *terms.classes}):
        yield Entry(
            iri,
            terms.labels.get(iri),
            terms.synonyms.get(iri, ()),
            terms.parents.get(iri, ()),
            terms.wholes.get(iri, ()),
            terms.definition(iri),
            preferred=terms.preferred.get(iri),
            is_class=iri in terms.classes,
        )
