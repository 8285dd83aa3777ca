"""Bad JSON, YAML and archives are refused at a line and column, in little time and memory, by no crash."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import math
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casegraph.errors import DocumentError, InputError, Problem
from casegraph.loaders.archives import members
from casegraph.loaders.fhir import read_fhir
from casegraph.loaders.inputs import MOST_TEXT, Input
from casegraph.loaders.json_text import parse_json
from casegraph.loaders.records import Options
from casegraph.loaders.yaml_text import parse_yaml

Said = tuple[str, int, int]

BAD_JSON: dict[str, tuple[bytes, Said]] = {
    "empty": (b"", ("empty", 1, 1)),
    "blank": (b" \n ", ("empty", 1, 1)),
    "cut off in an object": (b'{"id":\n "a", "b"', ("not-json", 2, 10)),
    "cut off in a text": (b'{"id": "a', ("not-json", 1, 10)),
    "cut off in a word": (b"[tru", ("not-json", 1, 5)),
    "comma before the end": (b'{"a": 1,}', ("not-json", 1, 9)),
    "no comma": (b"[1\n 2]", ("not-json", 2, 2)),
    "more behind it": (b"{}\n{}", ("not-json", 2, 1)),
    "single quotes": (b"{'a': 1}", ("not-json", 1, 2)),
    "comment": (b"[1, // one\n2]", ("not-json", 1, 5)),
    "zero in front": (b"[012]", ("not-json", 1, 3)),
    "half a surrogate": (b'["\\udc00 and more"]', ("wrong-value", 1, 3)),
    "control character": (b'["a\x00b"]', ("not-json", 1, 4)),
    "line feed in a text": (b'["a\nb"]', ("not-json", 1, 4)),
    "XML": (b"<a/>", ("not-json", 1, 1)),
    "latin 1": (b'{"a": "\xc3\xa9",\n "b": "M\xfcller"}', ("not-utf-8", 2, 9)),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), ("not-utf-8", 1, 1)),
    "surrogate in UTF-8": (b'["\xed\xa0\x80"]', ("not-utf-8", 1, 3)),
    "NaN": (b'{"a": NaN}', ("wrong-value", 1, 7)),
    "infinity": (b"[1,\n -Infinity]", ("wrong-value", 2, 2)),
    "huge exponent": (b'{"a": [1, 1e999]}', ("wrong-value", 1, 11)),
    "huge negative": (b"[-1e999]", ("wrong-value", 1, 2)),
    "10,000 digits": (b'{"a":\n' + b"1" * 10_000 + b"}", ("wrong-value", 2, 1)),
    "400 digits": (b"[1, " + b"1" * 400 + b"]", ("wrong-value", 1, 5)),
    "key twice": (b'{"id": "a",\n "id": "a"}', ("duplicate-key", 2, 2)),
    "key twice, escaped": (b'{"x": {"a": 1, "\\u0061": 2}}', ("duplicate-key", 1, 16)),
    "key twice, hidden by quotes": (b'{"a": 1, "a": "\\u0022\\u0022"}', ("duplicate-key", 1, 10)),
    "key twice after a mark": (b'\xef\xbb\xbf{"a": 1, "a": 2}', ("duplicate-key", 1, 10)),
    "101 lists": (b"[" * 101 + b"]" * 101, ("too-deep", 1, 101)),
    "10,000 objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, ("too-deep", 1, 501)),
    "a million lists, cut off": (b"[" * 1_000_000, ("too-deep", 1, 101)),
}


def only(error: DocumentError) -> Problem:
    """Return the one problem, which must say what to do."""
    (problem,) = error.problems
    assert len(problem.todo) >= 9
    assert len(str(problem)) < 500
    return problem


@pytest.mark.parametrize("name", BAD_JSON)
def test_bad_json(name: str) -> None:
    text, expected = BAD_JSON[name]
    with pytest.raises(DocumentError) as caught:
        parse_json(text, "a.json")
    problem = only(caught.value)
    assert (problem.code, problem.line, problem.column) == expected
    assert problem.file == "a.json"


def test_a_key_that_stands_twice_is_told_with_its_pointer() -> None:
    with pytest.raises(DocumentError, match=re.escape("the key '/a~1b/1/~0' stands twice")):
        parse_json(b'{"a/b": [{}, {"x": {}, "~": 1, "~": 2}]}', "a.json")


def test_a_line_of_many_is_told_with_its_own_number() -> None:
    with pytest.raises(DocumentError) as caught:
        parse_json(b'{"id": }', "a.ndjson", 17)
    assert (caught.value.problems[0].line, caught.value.problems[0].column) == (17, 8)


GOOD_JSON: dict[str, tuple[bytes, object]] = {
    "a mark": (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
    "a key in two objects": (b'[{"a": 1}, {"a": 1}]', [{"a": 1}, {"a": 1}]),
    "a key within itself": (b'{"a": {"a": {}}}', {"a": {"a": {}}}),
    "quotes in texts": (b'{"a\\u0022": "\\"", "b": "\\\\"}', {'a"': '"', "b": "\\"}),
    "numbers": (b"[0, -0.5, 1e3, 18446744073709551616]", [0, -0.5, 1000.0, 2**64]),
    "a pair of surrogates": (b'"\\ud83d\\ude00"', "\U0001f600"),
    "brackets in texts": (b'["' + b"[{" * 200 + b'"]', ["[{" * 200]),
}


@pytest.mark.parametrize("name", GOOD_JSON)
def test_good_json(name: str) -> None:
    text, expected = GOOD_JSON[name]
    assert parse_json(text, "a.json") == expected


def test_a_hundred_lists_are_not_too_deep() -> None:
    assert parse_json(b"[" * 100 + b"]" * 100, "a.json")
    assert parse_json(b'{"a":' * 100 + b"1" + b"}" * 100, "a.json")


def strictly(text: str) -> object:
    """Read JSON with Python's own reader, without what it allows beyond the standard."""

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len({key for key, _ in pairs}) < len(pairs):
            raise ValueError("twice")
        return dict(pairs)

    def refused(word: str) -> object:
        raise ValueError(word)

    def finite(digits: str) -> float:
        if math.isinf(float(digits)):
            raise ValueError(digits)
        return float(digits)

    value = json.loads(text, object_pairs_hook=unique, parse_constant=refused, parse_float=finite)
    json.dumps(value, ensure_ascii=False).encode()  # not with half a surrogate
    return value


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", '"', "\\"]), each),
    max_leaves=12,
)


@pytest.mark.slow
@given(JSON, st.booleans(), st.data())
def test_what_is_refused_is_what_the_standard_refuses(
    value: object, ascii_: bool, data: st.DataObject
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_, allow_nan=False)
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(text)))
        put = data.draw(
            st.sampled_from(["", ",", '"', "\\", "[", "}", "1e999", '"a":1,', "\\u0022", "NaN", "\x00"])
        )
        text = text[:at] + put + text[at + data.draw(st.integers(0, 3)) :]
    try:
        expected = strictly(text)
    except (ValueError, RecursionError):
        with pytest.raises(DocumentError):
            parse_json(text.encode(), "a.json")
    else:
        assert parse_json(text.encode(), "a.json") == expected


BAD_YAML: dict[str, tuple[bytes, Said]] = {
    "empty": (b"", ("empty", 1, 1)),
    "comments": (b"# nothing\n", ("empty", 1, 1)),
    "two documents": (b"a: 1\n---\nb: 2\n", ("not-yaml", 2, 1)),
    "alias": (b"a: &x 1\nb: *x\n", ("alias", 2, 4)),
    "tag": (b"a: !!python/object:os.system 1\n", ("tag", 1, 4)),
    "tag of a text": (b"a: !!str 1\n", ("tag", 1, 4)),
    "key twice": (b"a:\n  b: 1\n  c: 2\n  b: 3\n", ("duplicate-key", 4, 3)),
    "a number as key": (b"a: {1: x}\n", ("bad-key", 1, 5)),
    "true as key": (b"true: x\n", ("bad-key", 1, 1)),
    "null as key": (b"~: x\n", ("bad-key", 1, 1)),
    "a list as key": (b"? [a]\n: x\n", ("bad-key", 1, 3)),
    "huge exponent": (b"a: 1e999\n", ("wrong-value", 1, 4)),
    "10,000 digits": (b"a: " + b"1" * 10_000, ("wrong-value", 1, 4)),
    "latin 1": (b"a: M\xfcller\n", ("not-utf-8", 1, 5)),
    "tab": (b"a:\n\tb: 1\n", ("tab", 2, 1)),
    "bracket": (b"a: [1\nb: 2\n", ("not-yaml", 2, 2)),
    "control character": (b"a: '\x00'\n", ("not-yaml", 1, 5)),
    "deep lists": (b"a:\n  " + b"- " * 10_000 + b"x", ("too-deep", 2, 201)),
}


@pytest.mark.parametrize("name", BAD_YAML)
def test_bad_yaml(name: str) -> None:
    text, expected = BAD_YAML[name]
    with pytest.raises(DocumentError) as caught:
        parse_yaml(text, "a.yaml")
    problem = only(caught.value)
    assert (problem.code, problem.line, problem.column) == expected


def test_deep_brackets_in_yaml() -> None:
    with pytest.raises(DocumentError) as caught:
        parse_yaml(b"a: " + b"[" * 1_000_000, "a.yaml")
    assert only(caught.value).code == "too-deep"


def test_what_stands_without_quotes_in_yaml() -> None:
    text = b"""
    date: 2020-01-02
    time: 2020-01-02T03:04:05Z
    sixty: 12:30
    octal: 0o17
    zero: 012
    hex: 0x1F
    grouped: 1_000
    plus: +5
    yes: yes
    off: off
    capital: True
    not: .nan
    whole: -7
    part: 1.5e3
    right: true
    none: null
    nothing:
    quoted: "1"
    '1': [quoted key]
    """
    assert parse_yaml(text, "a.yaml") == {
        "date": "2020-01-02",
        "time": "2020-01-02T03:04:05Z",
        "sixty": "12:30",
        "octal": "0o17",
        "zero": "012",
        "hex": "0x1F",
        "grouped": "1_000",
        "plus": "+5",
        "yes": "yes",
        "off": "off",
        "capital": "True",
        "not": ".nan",
        "whole": -7,
        "part": 1500.0,
        "right": True,
        "none": None,
        "nothing": None,
        "quoted": "1",
        "1": ["quoted key"],
    }


@pytest.mark.slow
@given(JSON.filter(lambda value: isinstance(value, dict)))
def test_json_is_yaml(value: object) -> None:
    text = json.dumps(value)
    assume(not re.search(r"\\ud[89ab]", text))  # YAML writes no character as two
    assert parse_yaml(text.encode(), "a.yaml") == value


# --- time and memory

MEASURED = """
import sys
from collections import Counter
from pathlib import Path
from casegraph.errors import DocumentError
from casegraph.loaders.inputs import Input
from casegraph.loaders.json_text import parse_json
from casegraph.loaders.yaml_text import parse_yaml
from casegraph.loaders.detect import format_of
from casegraph.loaders.archives import members
from casegraph.errors import Problem

def read(path, parse):
    source = Input.of(path)
    try:
        parse(source)
        print("read")
    except DocumentError as error:
        print(*error.problems, sep="\\n")

path, how = Path(sys.argv[1]), sys.argv[2]
if how == "members":
    print(*(each for each in members(Input.of(path), Counter()) if isinstance(each, Problem)), sep="\\n")
else:
    read(path, {
        "json": lambda source: parse_json(source.content(), source.name),
        "yaml": lambda source: parse_yaml(source.content(10_000_000), source.name),
        "format": format_of,
    }[how])
(peak,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024)
"""


def measured(path: Path, how: str) -> tuple[list[str], int]:
    """Read a file in a process of its own; return what it says and the memory it took, in MiB."""
    command = [sys.executable, "-c", MEASURED, str(path), how]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stderr[-500:]
    *said, most = result.stdout.splitlines()
    return said, int(most)


def written(path: Path, content: bytes, times: int) -> Path:
    """Write a content many times over."""
    with path.open("wb") as file:
        for _ in range(times):
            file.write(content)
    return path


@pytest.mark.slow
def test_a_text_of_80_mb_is_refused_unread(tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", b'"' + b"x" * 1_000_000, 80)
    for how in ("json", "yaml", "format"):
        said, most = measured(path, how)
        assert len(said) == 1
        assert re.search("too-large more than|unknown-format", said[0]), said
        assert most < 250


@pytest.mark.slow
@pytest.mark.parametrize("inside", [b"xx", b'\\"', b"\xc3\xa9"])
def test_a_text_of_45_mb_is_refused_at_its_place(inside: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'{"id": "a",\n "subject": "' + inside * 22_500_000 + b'"}')
    said, most = measured(path, "json")
    assert said == [
        f"{path}:2:13 too-large a text of more than 5,000,000 characters; shorten it, or leave it out"
    ]
    assert most < 400


@pytest.mark.slow
@pytest.mark.parametrize(("parse", "character"), [(parse_json, "\u00e9"), (parse_yaml, "x")])
def test_the_longest_text_is_read_and_a_longer_one_is_refused(
    parse: Callable[[bytes, str], object], character: str
) -> None:
    longest = character * MOST_TEXT
    assert parse(f'{{"a": "{longest}"}}'.encode(), "a") == {"a": longest}
    for text, place in ((f'{{"a":\n  "{longest}x"}}', (2, 3)), (f'{{\n"{longest}x": 1}}', (2, 1))):
        with pytest.raises(DocumentError) as refused:
            parse(text.encode(), "a")
        problem = only(refused.value)
        assert (problem.code, problem.line, problem.column) == ("too-large", *place)


@pytest.mark.slow
def test_a_long_text_in_fhir_refuses_its_bundle_alone() -> None:
    def bundle(name: str, text: str) -> str:
        patient = {"resourceType": "Patient", "id": name, "photo": [{"data": text}]}
        return json.dumps({"resourceType": "Bundle", "entry": [{"resource": patient}]})

    long = bundle("b", "x" * (MOST_TEXT + 1))
    lines = "\n".join((bundle("a", "x" * MOST_TEXT), long, bundle("c", ""))).encode()
    good, bad, last = read_fhir(Input("a.ndjson", lambda: io.BytesIO(lines)), Options("d", "R4"))
    assert not isinstance(good, Problem)
    assert not isinstance(last, Problem)
    assert str(bad).startswith(f"a.ndjson:2:{long.index('x' * 9)} too-large a text of more than 5,000,000")
    with pytest.raises(DocumentError, match=r"a\.json:1:\d+ too-large"):
        list(read_fhir(Input("a.json", lambda: io.BytesIO(long.encode())), Options("d", "R4")))


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"[],", b"[[[[[[[[]]]]]]]],", b'{"a":{}},'])
def test_millions_of_values_are_refused_unread(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"[" + content * (40_000_000 // len(content)) + b"1]")
    for how in ("json", "format"):
        said, most = measured(path, how)
        assert "too-large more than 5,000,000 values" in said[0]
        assert most < 250


@pytest.mark.slow
def test_a_million_levels_take_little_memory(tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", b'{"a":', 1_000_000)
    for how in ("json", "format"):
        said, most = measured(path, how)
        assert "too-deep" in said[0]
        assert most < 150


# --- archives


def tar_of(files: dict[str, bytes]) -> bytes:
    """Return a tar file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def zip_of(files: dict[str, bytes]) -> bytes:
    """Return a zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def given_by(path: Path, content: bytes) -> tuple[dict[str, bytes], list[Problem]]:
    """Return the members of an archive with this content, by name, and the problems."""
    path.write_bytes(content)
    found = list(members(Input.of(path), Counter()))
    read = {each.name.removeprefix(f"{path}!"): each.content() for each in found if isinstance(each, Input)}
    return read, [each for each in found if isinstance(each, Problem)]


FILES = {f"folder/{number}.json": os.urandom(3_000).hex().encode() for number in range(20)}
CUT: dict[str, Callable[[bytes], bytes]] = {"tar": bytes, "gz": gzip.compress, "xz": lzma.compress}


@pytest.mark.parametrize("kind", CUT)
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_of_an_archive_that_is_cut_off_the_members_before_are_read(
    kind: str, share: float, tmp_path: Path
) -> None:
    content = CUT[kind](tar_of(FILES))
    read, problems = given_by(tmp_path / "a.json", content[: int(len(content) * share)])
    assert 0 < len(read) < len(FILES) or share > 0.8
    assert all(FILES[name] == text for name, text in read.items())
    assert list(read) == list(FILES)[: len(read)]
    assert [problem.code for problem in problems] == ["damaged-archive"]


def test_a_tar_file_cut_off_at_any_block_is_told(tmp_path: Path) -> None:
    content = tar_of({"1.json": b"x" * 512, "2.json": b"y" * 100})
    whole, problems = given_by(tmp_path / "a.tar", content)
    assert (list(whole), problems) == (["1.json", "2.json"], [])
    for blocks in range(1, 4):
        _, problems = given_by(tmp_path / "a.tar", content[: blocks * 512])
        assert [problem.code for problem in problems] == ["damaged-archive"], blocks
    _, problems = given_by(tmp_path / "a.tar", content[:1024] + b"?" + content[1025:])
    assert [problem.code for problem in problems] == ["damaged-archive"], "a header with a wrong sum"


def test_a_second_tar_file_behind_the_first_is_told(tmp_path: Path) -> None:
    first, second = tar_of({"1.json": b"{}"}), tar_of({"2.json": b"{}"})
    read, problems = given_by(tmp_path / "a.tar", first + second)
    assert list(read) == ["1.json"]
    assert "more follows behind its end" in problems[0].message


def test_a_zip_file_that_is_cut_off_or_damaged(tmp_path: Path) -> None:
    content = zip_of(FILES)
    read, problems = given_by(tmp_path / "a.zip", content[: len(content) // 2])
    assert (read, [problem.code for problem in problems]) == ({}, ["damaged-archive"])
    damaged = content[:500] + bytes(each ^ 0xFF for each in content[500:520]) + content[520:]
    read, problems = given_by(tmp_path / "a.zip", damaged)
    assert list(read) == list(FILES)[1:]
    assert [problem.file for problem in problems] == [f"{tmp_path / 'a.zip'}!folder/0.json"]


def test_an_encrypted_member_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    content = bytearray(zip_of({"1.json": b"{}", "2.json": b"[]"}))
    content[content.find(b"PK\x01\x02") + 8] |= 1
    content[content.find(b"PK\x03\x04") + 6] |= 1
    read, problems = given_by(tmp_path / "a.zip", bytes(content))
    assert read == {"2.json": b"[]"}
    assert [(problem.code, problem.file) for problem in problems] == [
        ("encrypted", f"{tmp_path / 'a.zip'}!1.json")
    ]


@pytest.mark.parametrize("pack", [tar_of, zip_of])
def test_archives_in_archives_are_refused_by_name(pack: Callable[..., bytes], tmp_path: Path) -> None:
    files = {
        "in.tar": tar_of(FILES),
        "in.json": zip_of(FILES),
        "in.gz": gzip.compress(b"{}"),
        "x.json": b"{}",
    }
    read, problems = given_by(tmp_path / "a", pack(files))
    assert read == {"x.json": b"{}"}
    assert [problem.code for problem in problems] == ["nested-archive"] * 3
    assert [problem.file.rpartition("!")[2] for problem in problems] == ["in.tar", "in.json", "in.gz"]


def test_gz_of_gz_is_refused(tmp_path: Path) -> None:
    read, problems = given_by(tmp_path / "a.json.gz", gzip.compress(gzip.compress(b"{}")))
    assert (read, [problem.code for problem in problems]) == ({}, ["nested-archive"])


def test_links_and_devices_are_not_followed(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in (("s", tarfile.SYMTYPE), ("h", tarfile.LNKTYPE), ("p", tarfile.FIFOTYPE)):
            member = tarfile.TarInfo(f"{name}.json")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    read, problems = given_by(tmp_path / "a.tar", out.getvalue())
    assert (read, [problem.code for problem in problems]) == ({}, ["not-a-file"] * 3)
    link = zipfile.ZipInfo("s.json")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        packed.writestr(link, "/etc/passwd")
    (problem,) = members(Input.of(tmp_path / "b.zip"), Counter())
    assert isinstance(problem, Problem)
    assert problem.code == "not-a-file"


@pytest.mark.parametrize("pack", [tar_of, zip_of])
def test_names_that_lead_elsewhere_are_only_names(pack: Callable[..., bytes], tmp_path: Path) -> None:
    names = ["../../outside.json", "/outside.json", "a\n\x1b[31mb.json"]
    folder = tmp_path / "in"
    folder.mkdir()
    read, problems = given_by(folder / "a", pack(dict.fromkeys(names, b"{}")))
    assert (list(read), problems) == ([*names[:2], "a\ufffd\ufffd[31mb.json"], [])
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "a"]


def bomb(path: Path, size: int, count: int = 1) -> Path:
    """Write a zip, a tar.gz or a tar.xz whose members are zeros."""
    zeros = bytes(1_000_000)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for number in range(count):
                with packed.open(f"{number}.json", "w", force_zip64=True) as file:
                    for _ in range(size // len(zeros)):
                        file.write(zeros)
        return path
    opened = gzip.open if path.suffix == ".gz" else partial(lzma.open, preset=0)
    with opened(path, "wb") as out, tarfile.open(fileobj=out, mode="w") as archive:
        for number in range(count):
            member = tarfile.TarInfo(f"{number}.json")
            member.size = size
            archive.addfile(member, Zeros())
    return path


class Zeros(io.BytesIO):
    """Zeros without end."""

    def read(self, size: int | None = -1) -> bytes:
        return bytes(size or 0)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["zip", "gz", "xz"])
def test_a_member_that_unpacks_to_120_mb_is_refused(suffix: str, tmp_path: Path) -> None:
    path = bomb(tmp_path / f"a.{suffix}", 120_000_000)
    assert path.stat().st_size < 250_000
    said, most = measured(path, "members")
    assert f"{path}!0.json too-large more than 50,000,000 bytes" in said[0]
    assert most < 150


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["zip", "gz", "xz"])
def test_many_members_that_unpack_to_more_than_all_may_are_refused(suffix: str, tmp_path: Path) -> None:
    path = bomb(tmp_path / f"a.{suffix}", 45_000_000, 3)
    said, most = measured(path, "members")
    assert re.search(r"too-large .*more than \d{3},\d{3},\d{3} bytes", said[-1])
    assert most < 250


@pytest.mark.slow
def test_a_file_that_unpacks_to_120_mb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json.gz"
    with gzip.open(path, "wb") as file:
        for _ in range(120):
            file.write(bytes(1_000_000))
    said, most = measured(path, "members")
    assert f"{path}!a.json too-large more than 50,000,000 bytes" in said[0]
    assert most < 250


@pytest.mark.slow
def test_a_zip_file_that_lies_about_sizes(tmp_path: Path) -> None:
    content = bytearray(zip_of({"1.json": bytes(60_000_000)}))
    at = content.find(b"PK\x01\x02")
    content[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    read, problems = given_by(tmp_path / "a.zip", bytes(content))
    assert (read, [problem.code for problem in problems]) == ({}, ["damaged-archive"])


@pytest.mark.slow
def test_a_header_of_a_tar_file_that_fills_the_memory(tmp_path: Path) -> None:
    long = tarfile.TarInfo("@LongLink")
    long.type, long.size = tarfile.GNUTYPE_LONGNAME, 90_000_000
    path = tmp_path / "a.tar"
    path.write_bytes(long.tobuf() + bytes(90_000_000))
    said, most = measured(path, "members")
    assert "too-large a header in it has more than 1,048,576 bytes" in said[0]
    assert most < 150


def test_a_list_of_a_zip_file_that_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(
        b"PK\x03\x04" + b"PK\x05\x06" + bytes(8) + (100_000_000).to_bytes(4, "little") + bytes(6)
    )
    (problem,) = members(Input.of(path), Counter())
    assert isinstance(problem, Problem)
    assert "more than 1,000,000 members" in problem.message


def test_an_input_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.json: cannot be read: No such file or directory; check"):
        Input.of(tmp_path / "nowhere.json").content()
    with pytest.raises(DocumentError, match=r"a\.json too-large more than 10 bytes; split the file"):
        Input("a.json", lambda: io.BytesIO(bytes(11))).content(10)
    assert Input("a.json", lambda: io.BytesIO(bytes(10))).content(10) == bytes(10)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (rb'{"a": "\ud800"}', (1, 8)),
        (rb'{"a": "x\udc00y"}', (1, 9)),
        (rb'{"a": "\\", "b": "\ud800z"}', (1, 19)),
    ],
)
def test_half_a_pair_of_escapes_is_refused_at_its_place(text: bytes, place: tuple[int, int]) -> None:
    with pytest.raises(DocumentError) as refused:
        parse_json(text, "a.json")
    (problem,) = refused.value.problems
    assert (problem.line, problem.column) == place
    assert "is half of a character" in problem.message
    assert parse_json(rb'{"a": "\ud83d\ude00 \\ud800"}', "a.json") == {"a": "\U0001f600 \\ud800"}
