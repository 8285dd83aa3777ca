"""Phenopackets files as protobuf messages, from JSON, lines of JSON, YAML and protobuf's own binary form."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import DecodeError, Message
from phenopackets.schema.v1 import phenopackets_pb2 as v1
from phenopackets.schema.v2.phenopackets_pb2 import Cohort, Family, Phenopacket

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.inputs import MOST_BYTES, MOST_TEXT, Input, long_text
from casegraph.loaders.json_lines import is_lines, read_lines
from casegraph.loaders.phenopacket.json import message_of
from casegraph.loaders.phenopacket.text import plain_data, reject
from casegraph.loaders.phenopacket.wire import broken_at

__all__ = ["Part", "packets_of", "parts_of"]

_BINARY = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
#: the beginning or the inside of a message that is taken for text.
_BYTES = re.compile(r"^\n|[\x00-\x08\x0b-\x1f]")
_VERSION = re.compile(r"v?(\d+)(\.\S*)?")
_OLD = "Phenopackets v1; casegraph reads Phenopackets v2"
_CORRECT = "correct it by the schema of Phenopackets v2"
_AGAIN = "get the file again, whole, or give it as JSON"
_CONVERT = "convert it with phenopacket-tools: pxf convert"
#: the keys that hold packets, as JSON and as the schema write them -> whether they hold a list.
_HOLDERS = {"proband": False, "relatives": True, "members": True}


@dataclass(frozen=True, slots=True)
class Part:
    """One packet, or what kept it from being one; of a family or cohort, also what stands around it.

    :param pointer: where it stands in the file; empty where it is all of it.
    :param around: the family or cohort without its packets, None where there is none.
    :param outer: where the family or cohort stands in the file.
    :param line: of a file that has JSON line by line; 0 in any other.
    :param days: timestamps of which the day alone is kept, by where they stand in the file.
    """

    packet: Phenopacket | Problem
    pointer: str = ""
    around: Family | Cohort | None = None
    outer: str = ""
    line: int = 0
    days: Mapping[str, str] = field(default_factory=dict)


def parts_of(source: Input) -> Iterator[Part]:
    """Yield the packets of a file.

    :raises DocumentError: if nothing of the file can be read.
    """
    if is_lines(source):
        yield from _of_lines(source)
        return
    content = _content(source)
    if _BINARY.search(content):
        yield from _of_message(_decoded(content, source))
        return
    data = plain_data(content, source)
    if not isinstance(data, list):
        yield from _of_data(data, "", source)
        return
    for number, each in enumerate(data):
        try:
            yield from _of_data(each, f"/{number}", source)
        except DocumentError as error:
            yield from (Part(problem, f"/{number}") for problem in error.problems)


def packets_of(message: Message) -> Iterator[tuple[str, Phenopacket]]:
    """Yield the packets of a family or a cohort with the place of each."""
    if isinstance(message, Family) and message.HasField("proband"):
        yield "/proband", message.proband
    key = "relatives" if isinstance(message, Family) else "members"
    yield from ((f"/{key}/{number}", each) for number, each in enumerate(getattr(message, key)))


def _content(source: Input) -> bytes:
    with source.open() as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        reject(source, "too-large", f"more than {MOST_BYTES:,} bytes", "split it, or write a packet a line")
    if not content.strip():
        reject(source, "empty", "the file is empty")
    return content


# --- JSON line by line


def _of_lines(source: Input) -> Iterator[Part]:
    for found in read_lines(source, lambda line, number: _of_line(line, number, source)):
        yield Part(found, line=found.line) if isinstance(found, Problem) else found


def _of_line(line: bytes, number: int, source: Input) -> Iterator[Part]:
    if not line.removeprefix(BOM_UTF8).lstrip().startswith(b"{"):
        reject(source, "not-json", "the line is no JSON object", "give each packet a line")
    for part in _of_data(plain_data(line, source), "", source):
        yield replace(part, packet=_in_line(part.packet, number), line=number)


def _in_line(packet: Any, number: int) -> Any:
    return replace(packet, line=number) if isinstance(packet, Problem) else packet


# --- plain values to messages


def _of_data(data: Any, pointer: str, source: Input) -> Iterator[Part]:
    if not isinstance(data, dict):
        reject(source, "wrong-value", f"no phenopacket{_at(pointer)}: expected keys and values")
    days: dict[str, str] = {}
    if not any(key in data for key in _HOLDERS):
        yield Part(_parsed(data, Phenopacket, pointer, source, days), pointer, days=days)
        return
    kind = Cohort if "members" in data else Family
    told = {key: each for key, each in data.items() if key not in _HOLDERS}
    around = _parsed(told, kind, pointer, source, days)
    if isinstance(around, Problem):
        raise DocumentError((around,))
    strange = [key for key in _HOLDERS if key in data and (key == "members") is not (kind is Cohort)]
    if strange:
        reject(source, "unknown-field", f"{strange[0]!r} stands in a {kind.DESCRIPTOR.name}{_at(pointer)}")
    for part in _held(data, pointer, source):
        own = isinstance(part.packet, Problem) or part.packet.HasField("meta_data")
        yield replace(part, around=around, outer=pointer, days=part.days if own else {**days, **part.days})


def _held(data: dict[str, Any], pointer: str, source: Input) -> Iterator[Part]:
    for key, many in _HOLDERS.items():
        if data.get(key) is None:
            continue
        held = data[key] if many else [data[key]]
        if not isinstance(held, list):
            reject(source, "wrong-value", f"{key!r} is no list{_at(pointer)}")
        for number, each in enumerate(held):
            here = f"{pointer}/{key}/{number}" if many else f"{pointer}/{key}"
            days: dict[str, str] = {}
            yield Part(_parsed(each, Phenopacket, here, source, days), here, days=days)


def _parsed(data: Any, kind: type[Any], pointer: str, source: Input, days: dict[str, str]) -> Any:
    """Return the message, or why there is none, in protobuf's own words."""
    try:
        message = message_of(data, kind, days, pointer)
    except ParseError as error:
        said = " ".join(str(error).split()).rstrip(".")
        code = _code(said)
        if code == "unknown-field" and _is_old(data, kind):
            return Problem(source.name, 0, 0, "wrong-version", f"{_OLD}{_at(pointer)}", _CONVERT)
        return Problem(source.name, 0, 0, code, f"{said}{_at(pointer)}", _CORRECT)
    return _version_problem(message.meta_data.phenopacket_schema_version, pointer, source) or message


def _code(said: str) -> str:
    if "no field named" in said:
        return "unknown-field"
    if "too deep" in said:
        return "too-deep"
    return "duplicate-key" if "should not have multiple" in said else "wrong-value"


def _is_old(data: Any, kind: type[Any]) -> bool:
    try:
        ParseDict(data, getattr(v1, kind.DESCRIPTOR.name)())
    except ParseError:
        return False
    return True


def _version_problem(version: str, pointer: str, source: Input) -> Problem | None:
    found = _VERSION.fullmatch(version.strip())
    if not version.strip() or (found and found[1] == "2"):
        return None
    if found and found[1] == "1":
        return Problem(source.name, 0, 0, "wrong-version", f"{_OLD}{_at(pointer)}", _CONVERT)
    message = f"schema version {version!r}{_at(pointer)}; casegraph reads Phenopackets v2"
    return Problem(source.name, 0, 0, "wrong-version", message)


def _at(pointer: str) -> str:
    return f" at {pointer}" if pointer else ""


# --- binary: a message does not say what it is


def _of_message(message: Any) -> Iterator[Part]:
    if isinstance(message, Phenopacket):
        yield Part(message)
        return
    packets = list(packets_of(message))
    around = type(message)()
    around.CopyFrom(message)
    for key in _HOLDERS.keys() & message.DESCRIPTOR.fields_by_name.keys():
        around.ClearField(key)
    yield from (Part(packet, here, around) for here, packet in packets)


def _decoded(content: bytes, source: Input) -> Any:
    """Return the one message that the bytes can be; with none or several the file is refused."""
    found = _readings(content, (Phenopacket, Family, Cohort))
    told = [each for each in found if _VERSION.fullmatch(each.meta_data.phenopacket_schema_version)]
    found = told or found
    if any(len(text) > MOST_TEXT for each in found for text in _texts(each)):
        reject(source, *long_text())
    if len(found) == 1:
        problem = _version_problem(found[0].meta_data.phenopacket_schema_version, "", source)
        if problem:
            raise DocumentError((problem,))
        return found[0]
    if len(found) > 1:
        names = " or ".join(each.DESCRIPTOR.name for each in found)
        reject(source, "not-protobuf", f"the bytes can be a {names}", "give it as JSON")
    if _readings(content, (v1.Phenopacket, v1.Family, v1.Cohort)):
        reject(source, "wrong-version", _OLD, _CONVERT)
    at = broken_at(content)
    where = "" if at is None else f": what begins at byte {at} is cut off, or is no field"
    reject(
        source, "not-protobuf", f"no Phenopacket, Family or Cohort in protobuf's binary form{where}", _AGAIN
    )


def _readings(content: bytes, kinds: tuple[type[Any], ...]) -> list[Any]:
    found = []
    for kind in kinds:
        try:
            message = kind.FromString(content)
        except DecodeError:
            continue
        if _is_whole(message) and _is_plausible(message):
            found.append(message)
    return found


def _is_whole(message: Any) -> bool:
    """Say whether a message has no field that its schema does not know, however deep."""
    known = type(message)()
    known.CopyFrom(message)
    known.DiscardUnknownFields()
    return bool(known.ByteSize() == message.ByteSize())


def _is_plausible(message: Any) -> bool:
    """Say whether a message names a patient, and no text in it is the bytes of another message."""
    if any(_BYTES.search(text) for text in _texts(message)):
        return False
    names = message.DESCRIPTOR.fields_by_name
    if "proband" in names:
        return bool(message.proband.id or message.proband.subject.id)
    if "members" in names:
        return any(each.id or each.subject.id for each in message.members)
    return bool(message.id or message.subject.id)


def _texts(message: Any) -> Iterator[str]:
    for told, value in message.ListFields():
        for each in value if told.is_repeated else (value,):
            if isinstance(each, str):
                yield each
            elif told.message_type and not told.message_type.GetOptions().map_entry:
                yield from _texts(each)
