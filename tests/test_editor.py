"""The JSON Schema: complete, true to what is read, and of use in an editor with a YAML language server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from jsonschema import Draft202012Validator

from casegraph import model
from casegraph.cli import commands
from casegraph.errors import DocumentError
from casegraph.loaders import read_document
from casegraph.model.descriptions import DESCRIPTIONS
from casegraph.model.schema import case_schema
from casegraph.model.values import Domain, ResponseDirection

HERE = Path(__file__).parent
DOCUMENTS = sorted(
    [
        *(HERE.parent / "cases").glob("*.yaml"),
        *(HERE / "documents").glob("*"),
        *(HERE / "near_misses").glob("*"),
    ]
)
STRUCTURE = {"unknown-key", "missing-key", "wrong-type", "wrong-value", "bound-as-number"}
SERVER = "yaml-language-server"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return case_schema()


def as_json(path: Path) -> Any:
    """Return a YAML file as the data that an editor compares with a schema: dates stay text."""
    loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=Plain)  # noqa: S506
    return loaded


class Plain(yaml.CSafeLoader):
    """Takes a date as text."""


Plain.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: str(node.value))


# -- what it says


def test_every_key_of_every_part_is_explained(schema: dict[str, Any]) -> None:
    explained = [
        (name, key, rules["description"])
        for name, part in schema["$defs"].items()
        for key, rules in part["properties"].items()
    ]
    structs = [getattr(model, name) for name in schema["$defs"]]
    assert len(explained) == sum(len(struct.__struct_fields__) for struct in structs) > 250
    for name, key, text in explained:
        assert len(text) >= 10, (name, key)
        assert text[0].isalpha() or text[0] == "'", (name, key)
        assert text.endswith("."), (name, key)
    assert all(part["description"] for part in schema["$defs"].values())


def test_nothing_is_explained_that_is_not_there(schema: dict[str, Any]) -> None:
    keys = {(name, key) for name, part in schema["$defs"].items() for key in part["properties"]}
    bare = {key for _, key in keys}
    for described in DESCRIPTIONS:
        name, _, key = described.rpartition(".")
        assert (name, key) in keys if name else key in bare, described


def test_closed_lists_and_required_keys_are_complete(schema: dict[str, Any]) -> None:
    parts = schema["$defs"]
    concept_claims = ["Finding", "Diagnosis", "TestResult", "Treatment", "AdverseEvent", "NotReported"]
    assert set(parts["Response"]["properties"]["domain"]["enum"]) == set(get_args(Domain))
    assert set(parts["Response"]["properties"]["direction"]["enum"]) == set(get_args(ResponseDirection))
    assert {name: part["required"] for name, part in parts.items() if part["required"]} == {
        "Age": ["years"],
        "Notice": ["kind"],
        "Record": ["dataset", "id"],
        "CapturedText": ["sha256", "characters"],
        "CaseDocument": ["casegraph", "report"],
        "Report": ["title", "extent"],
        "Curation": ["by", "date"],
        "Group": ["patients"],
        "Response": ["domain", "direction"],
        "Course": ["kind"],
        "Statement": ["kind"],
        "PublicationStatement": ["kind"],
        "Conflict": ["between"],
        **{name: ["what"] for name in concept_claims},
    }
    assert all(part["additionalProperties"] is False for part in parts.values())


# -- whom it lets through


def test_there_are_documents_to_validate() -> None:
    assert len(DOCUMENTS) >= 28


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_that_is_read_is_valid(path: Path, schema: dict[str, Any]) -> None:
    assert read_document(path).document.report.title
    assert [error.message for error in Draft202012Validator(schema).iter_errors(as_json(path))] == []


def test_a_document_of_wrong_structure_is_not(schema: dict[str, Any]) -> None:
    names = set()
    for path in sorted((HERE / "invalid").glob("*.yaml")):
        try:
            read_document(path)
        except DocumentError as error:
            if {problem.code for problem in error.problems} & STRUCTURE:
                names.add(path.stem)
                assert not Draft202012Validator(schema).is_valid(as_json(path)), path.name
    assert names >= {"missing-key", "unknown-key", "wrong-type", "wrong-value", "number-as-text"}


@pytest.mark.slow
def test_the_schema_is_a_schema(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


def test_the_schema_goes_to_a_file(tmp_path: Path, schema: dict[str, Any]) -> None:
    goal = tmp_path / "case-document.schema.json"
    goal.write_text("an older one", encoding="utf-8")
    commands.main(["schema", "-o", str(goal)], standalone_mode=False)
    assert json.loads(goal.read_text(encoding="utf-8")) == schema
    assert list(tmp_path.iterdir()) == [goal]


# -- in an editor


class Editor:
    """An editor: speaks the Language Server Protocol over standard input and output."""

    def __init__(self, command: str, folder: Path) -> None:
        self.process = subprocess.Popen(
            [command, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.numbers = count(1)
        self.folder = folder
        self.call("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}})
        self.send("initialized", {})
        settings = {
            "yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}
        }
        self.send("workspace/didChangeConfiguration", {"settings": settings})

    def send(self, method: str, parameters: object, **more: object) -> None:
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": parameters, **more}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the server stopped"
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        return message

    def call(self, method: str, parameters: object) -> Any:
        number = next(self.numbers)
        self.send(method, parameters, id=number)
        while (message := self.receive()).get("id") != number or "method" in message:
            pass
        return message.get("result")

    def open(self, text: str) -> tuple[dict[str, str], list[dict[str, Any]]]:
        """Open a document; return its name for further calls and its diagnostics."""
        uri = (self.folder / f"case-{next(self.numbers)}.yaml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.send("textDocument/didOpen", {"textDocument": document})
        while True:
            message = self.receive()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                return {"uri": uri}, message["params"]["diagnostics"]

    def ask(self, what: str, text: str) -> Any:
        """Ask for a completion or hover at the mark ``^`` of a text."""
        before = text.partition("^")[0]
        document, _ = self.open(text.replace("^", "", 1))
        place = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        return self.call(f"textDocument/{what}", {"textDocument": document, "position": place})

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    local = HERE.parent / ".venv" / "npm" / "node_modules" / ".bin" / SERVER
    command = str(local) if local.exists() and shutil.which("node") else shutil.which(SERVER)
    if command is None:
        reason = f"no {SERVER}: npm install --prefix .venv/npm {SERVER}@1.25.0"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("cases")
    commands.main(["schema", "-o", str(folder / "case-document.schema.json")], standalone_mode=False)
    opened = Editor(command, folder)
    yield opened
    opened.close()


HEAD = """\
# yaml-language-server: $schema=case-document.schema.json
casegraph: 1
report: {title: A case, key: a-case, extent: fullText}
cases:
  '1':
"""


def labels(completion: Any) -> set[str]:
    items = completion["items"] if isinstance(completion, dict) else completion
    return {item["label"] for item in items}


def test_an_editor_completes_keys(editor: Editor) -> None:
    offered = labels(editor.ask("completion", f"{HEAD}    tests:\n      - id: a\n        ^\n"))
    assert {"what", "result", "value", "unit", "stated_in", "specimen"} <= offered
    assert "dose" not in offered
    assert "treatments" not in offered


def test_an_editor_completes_the_members_of_a_closed_list(editor: Editor) -> None:
    offered = labels(editor.ask("completion", f"{HEAD}    responses:\n      - id: a\n        domain: ^\n"))
    assert offered >= set(get_args(Domain))
    reasons = labels(
        editor.ask("completion", f"{HEAD}    treatments:\n      - id: a\n        stop_reason: ^\n")
    )
    assert {"inefficacy", "intolerance", "adverseEvent"} <= reasons


def test_an_editor_explains_a_key(editor: Editor) -> None:
    shown = editor.ask("hover", f"{HEAD}    responses:\n      - after_st^opping: [a]\n")
    assert "it never counts for them" in str(shown["contents"])
    shown = editor.ask("hover", f"{HEAD}    age: {{ye^ars: 3}}\n")
    assert "months as a fraction" in str(shown["contents"])


def test_an_editor_flags_a_typing_error(editor: Editor) -> None:
    text = f"{HEAD}    sexx: female\n    responses:\n      - {{domain: skn, direction: improved}}\n"
    _, flagged = editor.open(text)
    said = sorted((each["range"]["start"]["line"], each["message"]) for each in flagged)
    assert [line for line, _ in said] == [5, 7]
    assert "sexx" in said[0][1]
    assert '"skin"' in said[1][1]


def test_an_editor_flags_what_is_missing(editor: Editor) -> None:
    _, flagged = editor.open(f"{HEAD}    treatments:\n      - id: a\n")
    assert [each["message"] for each in flagged] == ['Missing property "what".']


def test_an_editor_lets_a_shipped_document_be(editor: Editor) -> None:
    first, *_ = DOCUMENTS
    text = first.read_text(encoding="utf-8")
    assert editor.open(f"{HEAD.splitlines()[0]}\n{text}")[1] == []
