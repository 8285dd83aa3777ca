"""The token is kept in a file of its owner and told to nobody."""

from __future__ import annotations

import copy
import os
import pickle
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from asgi_calls import call, fine, scope_of
from casegraph.errors import InputError
from casegraph.serve.http.problems import Problems, RefusedError
from casegraph.serve.http.tokens import Tokens, new_token, read_token, require

TOKEN = "t" * 20 + "-_" + "0" * 21
RIGHT = b"Bearer " + TOKEN.encode()


def test_a_new_token_is_long_random_and_its_owners_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        for name in ("a", "b"):
            new_token(tmp_path / name)
    finally:
        os.umask(old)
    tokens = {read_token(tmp_path / name) for name in ("a", "b")}
    assert len(tokens) == 2
    assert {len(each) for each in tokens} == {43}  # 32 bytes in base64
    assert {(tmp_path / name).stat().st_mode & 0o7777 for name in ("a", "b")} == {0o600}


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("mine")
    link, dangling = tmp_path / "link", tmp_path / "dangling"
    link.symlink_to(kept)
    dangling.symlink_to(tmp_path / "elsewhere")
    for path in (kept, link, dangling, tmp_path):
        with pytest.raises(InputError, match="there already"):
            new_token(path)
    with pytest.raises(InputError, match="cannot be made"):
        new_token(tmp_path / "no" / "folder")
    assert kept.read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "content", ["", "\n", "short\n", "x" * 31, "x" * 5000, "x" * 40 + " y", "x" * 40 + "\n\n", "\u00e9" * 40]
)
def test_a_file_without_a_token_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "token"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(InputError, match="holds no token") as caught:
        read_token(path)
    assert content.strip() == "" or content.strip() not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o666])
def test_a_file_that_others_may_use_is_refused_with_what_to_type(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "my token"
    path.write_text(TOKEN)
    path.chmod(mode)
    with pytest.raises(InputError) as caught:
        read_token(path)
    assert caught.value.todo == f"type: chmod 600 '{path}'"
    path.chmod(0o400)
    assert read_token(path) == TOKEN


def test_what_is_no_file_of_ones_own_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "token"
    new_token(path)
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(InputError, match="which is a link"):
        read_token(tmp_path / "link")
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("pipe", "."):
        with pytest.raises(InputError, match="not in a file"):
            read_token(tmp_path / name)
    with pytest.raises(InputError, match="cannot be read"):
        read_token(tmp_path / "missing")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(InputError, match="another user's"):
        read_token(path)


@pytest.mark.parametrize(
    "header", [RIGHT, b"bearer " + TOKEN.encode(), b"BEARER " + TOKEN.encode(), b"Bearer  " + TOKEN.encode()]
)
def test_the_right_token_is_let_in(header: bytes) -> None:
    assert Tokens(TOKEN).allows(header)


WRONG = [
    None,
    b"",
    b"Bearer",
    b"Bearer ",
    TOKEN.encode(),
    b"Basic " + TOKEN.encode(),
    b"Bearer" + TOKEN.encode(),
    RIGHT[:-1],
    RIGHT + b"0",
    RIGHT + b", " + RIGHT,
    RIGHT.replace(b"t", b"T", 1),
    b"Bearer " + TOKEN.upper().encode(),
    b"Bearer \xff",
    b"Token " + TOKEN.encode(),
]


@pytest.mark.parametrize("header", WRONG)
def test_any_other_is_refused(header: bytes | None) -> None:
    assert not Tokens(TOKEN).allows(header)
    headers = [] if header is None else [("Authorization", header.decode("latin-1"))]
    with pytest.raises(RefusedError) as caught:
        require(scope_of("POST", "/update", headers), Tokens(TOKEN))
    assert caught.value.status == 401
    assert ("WWW-Authenticate", 'Bearer realm="casegraph"') in caught.value.headers


def test_digests_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[int, int]] = []

    def compare(first: bytes, second: bytes) -> bool:
        compared.append((len(first), len(second)))
        return False

    monkeypatch.setattr("secrets.compare_digest", compare)
    tokens = Tokens(TOKEN)
    for header in (RIGHT, None, b"Basic x"):
        assert not tokens.allows(header)
    assert compared == [(32, 32)] * 3


def test_two_authorization_headers_are_refused() -> None:
    right = ("Authorization", RIGHT.decode())
    require(scope_of("POST", "/update", [right]), Tokens(TOKEN))
    with pytest.raises(RefusedError):
        require(scope_of("POST", "/update", [right, right]), Tokens(TOKEN))


def test_the_token_is_told_nowhere() -> None:
    tokens = Tokens(TOKEN)
    told = [repr(tokens), str(tokens), f"{tokens}", str(dir(tokens)), str(tokens._digest)]
    assert not [each for each in told if TOKEN in each]
    for copied in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            copied(tokens)

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        require(scope, tokens)
        await fine(scope, receive, send)

    wrong = "w" * 43
    told_wrong = call(Problems(guarded), "POST", "/update", [("Authorization", f"Bearer {wrong}")])
    assert told_wrong.status == 401
    assert told_wrong.header("www-authenticate") == 'Bearer realm="casegraph"'
    assert wrong.encode() not in told_wrong.body
    assert call(Problems(guarded), "POST", "/update", [("Authorization", RIGHT.decode())]).status == 200
