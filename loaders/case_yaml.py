"""Reads a case document from YAML, or JSON, keeping the line and column of each value."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import msgspec
import yaml

from casegraph.errors import DocumentError, InputError, Problem
from casegraph.loaders.case_json import DECIMAL, GROUPED, LaterPlaces, plain_json
from casegraph.loaders.located import Draft, Located, Place, Source, structure_faults
from casegraph.loaders.utf8 import decoded, refuse
from casegraph.loaders.yaml_text import MOST_BYTES, mark_place, not_yaml, plain_events
from casegraph.model import CaseDocument

__all__ = ["read_case_document", "read_values"]

_DEEPEST = 40
_MOST_AROUND = 4
_INTEGER = re.compile(r"[-+]?(0|[1-9]\d{0,17})")


def read_case_document(path: Path | str, content: bytes | None = None) -> Draft:
    """Read a case document, or what is there of it.

    :param path: the file; where its content is given, its name alone.
    :param content: what the file holds, where it is the member of an archive.
    :raises InputError: if the file cannot be opened.
    :raises DocumentError: if nothing of it can be read: too large, not UTF-8, not YAML, aliases or tags.
    """
    content = _content(Path(path)) if content is None else content
    if plain := plain_json(content):
        source = Source(str(path), LaterPlaces(partial(_places, path, content)))
        return Draft(plain[0], source, (), Located(plain[1], source))
    node = _compose(_text(path, content), str(path))
    whole = _Builder(str(path))
    data = whole.build(node, (), ())
    if not whole.problems and (document := _document(data)):
        return Draft(data, whole.source, (), Located(document, whole.source))
    faults = structure_faults(data, whole.source)
    problems = tuple(sorted({*whole.problems, *faults.values()}))
    return Draft(data, whole.source, problems, _left(node, str(path), frozenset(faults)))


def _places(path: Path | str, content: bytes) -> Mapping[Place, tuple[int, int]]:
    builder = _Builder(str(path))
    builder.build(_compose(_text(path, content), str(path)), (), ())
    return builder.places


def read_values(path: Path, begin: str, most: int = MOST_BYTES) -> tuple[object, Source]:
    """Read plain values from a YAML file of another kind, as strictly as a case document.

    :param begin: what such a file begins with, as is said where it holds nothing of the kind.
    :param most: how many bytes it may have.
    :raises InputError: if the file cannot be opened.
    :raises DocumentError: if it is too large, not UTF-8, not YAML, has aliases or tags, or a key twice.
    """
    whole = _Builder(str(path))
    todo = f"begin with '{begin}'"
    text = _text(path, _content(path, most), todo=todo)
    data = whole.build(_compose(text, str(path), todo), (), ())
    if whole.problems:
        raise DocumentError(tuple(sorted(whole.problems)))
    return data, whole.source


def _left(node: yaml.Node, file: str, faulty: frozenset[Place]) -> Located | None:
    """Return the document without its faulty parts and what must go with them; None if nothing is left."""
    for around in range(_MOST_AROUND):
        part = _Builder(file, frozenset(_without(place, around) for place in faulty))
        if document := _document(part.build(node, (), ())):
            return Located(document, part.source)
    return None


def _document(data: object) -> CaseDocument | None:
    try:
        return msgspec.convert(data, CaseDocument)
    except msgspec.ValidationError:
        return None


def _without(place: Place, around: int) -> Place:
    """Return what must go with a fault: the entry of a list it is in, else the value or what is around."""
    last = max((at for at, step in enumerate(place) if isinstance(step, int)), default=-1)
    return place[: last + 1] if last >= 0 else place[: max(len(place) - around, 1)]


def _content(path: Path, most: int = MOST_BYTES) -> bytes:
    try:
        size = path.stat().st_size
        if size > most:
            message = f"{size:,} bytes, more than {most:,}"
            refuse(str(path), (0, 0), "too-large", message, "split the document")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error


def _text(
    path: Path | str,
    content: bytes | None = None,
    *,
    todo: str = "start from `casegraph schema` or a shipped case",
) -> str:
    content = _content(Path(path)) if content is None else content
    text = decoded(content, str(path))
    if not text.strip():
        refuse(str(path), (1, 1), "empty", "the file is empty", todo)
    return text


def _compose(text: str, file: str, todo: str = "begin with 'casegraph: 1'") -> yaml.Node:
    loader = yaml.CSafeLoader(text)
    try:
        deque(plain_events(text, file, _DEEPEST), maxlen=0)
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        raise DocumentError((not_yaml(error, text, file, _DEEPEST),)) from error
    finally:
        loader.dispose()
    if not isinstance(node, yaml.MappingNode):
        problem = Problem(file, 1, 1, "not-a-document", "no keys and values", todo)
        raise DocumentError((problem,))
    return node


class _Builder:
    """Builds plain values from nodes and notes where each stands; what *without* names is left out."""

    def __init__(self, file: str, without: frozenset[Place] = frozenset()) -> None:
        self.places: dict[Place, tuple[int, int]] = {}
        self.source = Source(file, self.places)
        self.problems: list[Problem] = []
        self._without = without

    def build(self, node: yaml.Node, place: Place, origin: Place) -> object:
        """Return the value of a node; *origin* is the way to it in the file, *place* in what is built."""
        self.places.setdefault(place, mark_place(node.start_mark))
        if isinstance(node, yaml.SequenceNode):
            kept = [(at, each) for at, each in enumerate(node.value) if (*origin, at) not in self._without]
            return [self.build(each, (*place, new), (*origin, at)) for new, (at, each) in enumerate(kept)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place, origin)
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, place: Place, origin: Place) -> dict[str, object]:
        built: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                todo = "write a plain word before the colon"
                self._note(key_node, "bad-key", "a list or mapping stands as a key", todo)
                continue
            key = str(key_node.value)
            if (*origin, key) in self._without:
                continue
            way = (*place, key)
            if key in built:
                todo = f"the first is in line {self.places[way][0]}; keep one"
                self._note(key_node, "duplicate-key", f"key {key!r} stands twice", todo)
                continue
            self.places[way] = mark_place(key_node.start_mark)
            built[key] = self.build(value_node, way, (*origin, key))
        return built

    def _note(self, node: yaml.Node, code: str, message: str, todo: str) -> None:
        place = mark_place(node.start_mark)
        self.problems.append(Problem(self.source.file, *place, code, message, todo))


def _scalar(node: yaml.Node) -> object:
    """Return a plain value; what is not a plain decimal number, true or false, or null stays text."""
    text = str(node.value)
    kind = node.tag.rpartition(":")[2]
    if kind == "int" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "float" and DECIMAL.fullmatch(text) and not GROUPED.fullmatch(text):
        return float(text)
    if kind == "bool" and text in ("true", "false"):
        return text == "true"
    return None if kind == "null" else text
