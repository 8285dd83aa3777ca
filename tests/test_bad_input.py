"""Bad input: what is wrong, where, what to do; the exit code; and the store as it was before."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from casegraph.cli import commands
from casegraph.namespaces import BASE
from casegraph.resources import shipped
from casegraph.store import LEDGER, open_store
from casegraph.store.syntax import digest

INVALID = Path(__file__).parent / "invalid"
DOCUMENTS = sorted(INVALID.glob("*.yaml"))
CLOSED_PORT = "http://127.0.0.1:9"
#: Runs a command twice: first as it is, so that everything is imported, then without a right to read.
WITHOUT_RIGHTS = """
import os, sys
from casegraph.cli import commands, main
closed, *args = sys.argv[1:]
commands.main(args, standalone_mode=False)
print("closed", flush=True)
os.chmod(closed, 0)
os.geteuid() or os.setuid(65534)
main(args)
"""
WRITER = "import sys; from casegraph.store import open_store; s = open_store(sys.argv[1], writable=True); \
print('open', flush=True); sys.stdin.read()"


def run(*args: str | Path, env: dict[str, str] | None = None) -> Result:
    """Run the command line; no traceback may be in what it says."""
    result = CliRunner().invoke(commands, [str(arg) for arg in args], env=env)
    assert "Traceback" not in result.output
    assert "please report this" not in result.output, result.output
    return result


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that holds the shipped cases."""
    folder = tmp_path_factory.mktemp("bad-input") / "store"
    assert run("load", *shipped("cases", "miao-2020.yaml"), "--store", folder).exit_code == 0
    return folder


def state(store: Path) -> dict[str, str]:
    """Return graph -> digest; of the ontology, which is large and the same for all, only that it is there."""
    with open_store(store) as opened:
        left_out = (LEDGER, f"{BASE}ontology")
        return {graph: "" if graph in left_out else digest(opened.dump(graph)) for graph in opened.graphs()}


@pytest.fixture(scope="module")
def before(store: Path) -> dict[str, str]:
    """Return the state of the store before all tests."""
    found = state(store)
    assert len(found) >= 6
    return found


@pytest.fixture(autouse=True)
def unchanged(store: Path, before: dict[str, str]) -> Iterator[None]:
    """Require that the store is the same after each test."""
    yield
    assert state(store) == before


def test_there_are_enough_bad_documents() -> None:
    assert len(DOCUMENTS) >= 30
    codes = {path.read_text(encoding="utf-8").split("\n", 1)[0].split()[-1] for path in DOCUMENTS}
    assert len(codes) >= 25


@pytest.mark.parametrize("path", DOCUMENTS, ids=[path.stem for path in DOCUMENTS])
def test_a_bad_document_is_rejected_with_its_one_mistake(path: Path, store: Path) -> None:
    place, code = path.read_text(encoding="utf-8").split("\n", 1)[0].lstrip("# ").split()
    checked = run("check", path)
    assert checked.exit_code == 1
    (problem,) = checked.stdout.splitlines()
    assert problem.startswith(f"{path}:{place} {code} ")
    assert re.search(r"; .{9,}$", problem), "it does not say what to do"
    loaded = run("load", path, "--store", store)
    assert loaded.exit_code == 1
    assert problem in loaded.stderr.splitlines()
    assert len(loaded.stdout.splitlines()) == 1, "more than the head of the table"


@pytest.mark.slow
def test_the_good_documents_of_a_job_are_loaded(tmp_path: Path) -> None:
    paths = (INVALID / "unknown-key.yaml", *shipped("cases", "miao-2020.yaml"))
    result = run("load", *paths, "--store", tmp_path / "store")
    assert result.exit_code == 1
    assert [line.split("\t")[0] for line in result.stdout.splitlines()] == ["state", "new"]
    assert "1 of 2 documents rejected" in result.stderr


MADE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", r":1:1 empty the file is empty; "),
    "not-utf-8": (b"casegraph: 1\nreport: {title: M\xfcller}\n", r":2:18 not-utf-8 .*0xfc.*; save .* UTF-8"),
    "binary": (bytes(range(256)) * 64, r":2:\d+ not-utf-8 "),
    "nul": ("casegraph: 1\nreport: {title: 'é\x00'}\n".encode(), r":2:19 not-yaml .*U\+0000.*; remove it"),
    "not-yaml": (b"casegraph: [1\nreport: 2\n", r":2:7 not-yaml .*line 1"),
    "text": (b"It was a dark and stormy night.\n", r":1:1 not-a-document .*casegraph: 1"),
    "deep": (b"casegraph:" + b"\n [" * 10_000 + b"]" * 10_000, r":41:2 too-deep .*40"),
    "deep-on-a-line": (b"casegraph: " + b"[" * 10_000 + b"]" * 10_000, r":1:\d+ too-deep .*40"),
    "deep-json": (b'{"casegraph": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001, r":1:\d+ too-deep "),
    "bomb": (
        b"a: &a [x, x, x, x, x, x, x, x, x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (n, n, b", ".join([b"*%c" % (n - 1)] * 9)) for n in range(98, 112)),
        r":2:8 alias \*?.*write the value out",
    ),
    "huge-number": (
        b"casegraph: 1" + b"0" * 5_000 + b"\nreport: {title: t, extent: fullText}\n",
        r":1:1 wrong-value .*; expected one of 1$",
    ),
}


@pytest.mark.parametrize("name", MADE)
def test_a_made_file_is_rejected(name: str, tmp_path: Path, store: Path) -> None:
    content, expected = MADE[name]
    path = tmp_path / f"{name}.yaml"
    path.write_bytes(content)
    for command in (("check", path), ("load", path, "--store", store)):
        result = run(*command)
        assert result.exit_code == 1
        (line, *_) = (result.stdout if command[0] == "check" else result.stderr).splitlines()
        assert re.search(expected, line), line
        assert len(line) < 500


@pytest.mark.slow
def test_a_file_of_100_mb_is_refused_unread(tmp_path: Path, store: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    result = run("load", path, "--store", store)
    assert result.exit_code == 1
    assert "too-large more than 10,000,000 bytes; split the file" in result.stderr


@pytest.mark.slow
def test_two_files_with_one_report(tmp_path: Path, store: Path) -> None:
    (shipped_case, *_) = shipped("cases", "miao-2020.yaml")
    copies = [shutil.copy(shipped_case, tmp_path / name) for name in ("a.yaml", "b.yaml")]
    result = run("load", *copies, "--store", store)
    assert result.exit_code == 1
    assert "b.yaml same-report " in result.stderr
    assert "keep one of the two files" in result.stderr


def changed_case(folder: Path, old: str, new: str) -> Path:
    """Return a copy of the shipped case with the first *old* changed."""
    (path,) = shipped("cases", "miao-2020.yaml")
    text = path.read_text(encoding="utf-8")
    assert old in text
    copy = folder / "changed.yaml"
    copy.write_text(text.replace(old, new, 1), encoding="utf-8")
    return copy


@pytest.mark.slow
def test_a_violated_shape_is_told_in_words(tmp_path: Path, store: Path) -> None:
    path = changed_case(tmp_path, "basis: authorClaim", "basis: stated")
    result = run("load", path, "--store", store)
    assert result.exit_code == 1
    assert f"{path}: rejected, it violates shapes" in result.stderr
    assert "#standard-therapy-failed" in result.stderr
    assert "authorClaim" in result.stderr
    assert "1 violation, " in result.stderr
    validated = run("validate", path)
    assert validated.exit_code == 1
    assert "sh:Violation" in validated.stdout


@pytest.mark.slow
def test_a_warning_counts_only_where_that_is_asked_for(tmp_path: Path) -> None:
    path = changed_case(tmp_path, "dose: 1000000\n", "dose: 5000\n")
    assert run("validate", path).exit_code == 0
    strict = run("validate", path, "--fail-on", "warning")
    assert strict.exit_code == 1
    assert "#il2-weekly" in strict.stdout


WRONG_CALLS: dict[str, tuple[tuple[str, ...], str]] = {
    "no such file": (("load", "nowhere.yaml"), r"nowhere\.yaml: no such file or folder; check the path"),
    "no such file to check": (("check", "nowhere.yaml"), r"nowhere\.yaml: no such file"),
    "unknown kind of file": (("check", __file__), r"unknown kind of file '\.py'; expected .*\.yaml"),
    "unknown command": (("laod",), r"no command is called 'laod'; did you mean 'load'\?"),
    "unknown option": (("load", "--dryrun", "x.yaml"), r"--dryrun.*--dry-run"),
    "no path": (("load",), r"Missing argument"),
    "unknown query": (("query", "refractory"), r"unknown query 'refractory'"),
    "parameter without value": (("query", "x", "-p", "drug"), r"'drug' is not name=value"),
    "parameter twice": (("query", "x", "-p", "a=1", "-p", "a=2"), r"'a' is given twice"),
    "parameter without query": (("query", "-p", "a=1"), r"NAME of a query"),
    "unknown format": (("query", "-f", "xlsx"), r"'xlsx' is not one of"),
    "unknown term": (
        ("term", "qqqqqqqqqq"),
        r"unknown term 'qqqqqqqqqq', and no name is like it; casegraph vocab add",
    ),
    "no query file": (("sparql", "@nowhere.rq"), r"nowhere\.rq: the query cannot be read"),
    "no case": (("show", "10.1000/nowhere"), r"no case .*10\.1000/nowhere'; .*; casegraph cases"),
    "no report": (("remove", "10.1000/nowhere"), r"no case .*; casegraph cases lists those it has"),
    "no such report": (("remove", f"{BASE}report/10.1000/no"), r"there is no .*; casegraph cases lists"),
    "no IRI": (("remove", f"{BASE}report/a b"), r"no graph name: .*an absolute IRI"),
    "parameter without a query": (("why", "10.1000/x", "-p", "a=1"), r"-p needs the name of a stored query"),
    "a disease as the drug": (
        ("query", "refractory_cases_responding", "-p", "drug=dermatomyositis"),
        r"parameter drug: MONDO:0016367 .* is of another kind; expected .*CHEBI:24431 .* or cg:Drug",
    ),
    "a drug as the finding": (
        ("query", "cases_by_finding", "-p", "finding=IL-2"),
        r"parameter finding: cg:Interleukin2Drug .* is of another kind; expected a term below HP:0000118",
    ),
    "no DOI": (("show", "the-first-one"), r"no case 'the-first-one'; expected .*a DOI"),
    "no part": (
        ("why", "10.1007/s13555-020-00421-8/1#nothing"),
        r"no part is called 'nothing'; casegraph show",
    ),
    "no property": (
        ("why", "10.1007/s13555-020-00421-8", "dose"),
        r"'dose' is stated and not derived.*phenotype",
    ),
    "an empty path": (("check", ""), r"the path is empty"),
    "no store": (("cases", "--store", ""), r"no store is called ''; expected a directory"),
    "a store of another scheme": (("cases", "--store", "ftp://e.org/x"), r"no store is called 'ftp:.*https"),
    "no such prefix": (
        ("sparql", "SELECT * { ?s nope:p ?o }"),
        r"query:1:\d+: .*a prefix that is not declared",
    ),
    "not SPARQL": (("sparql", "SELECT ?x {"), r"query:1:\d+: not a SPARQL query"),
    "not SPARQL, line 2": (("sparql", "SELECT ?x {\n ?x cg:dose }"), r"query:2:\d+: not a SPARQL query"),
    "update": (("sparql", "DROP ALL"), r"not a SPARQL query.{,200}SELECT, ASK, CONSTRUCT.*by load"),
    "rows as Turtle": (
        ("sparql", "SELECT * {}", "-f", "ttl"),
        r"the answer is rows.*expected -f with one of",
    ),
    "triples as CSV": (("sparql", "CONSTRUCT {} {}", "-f", "csv"), r"the answer is triples.*ttl"),
    "data and paths": (("validate", "a.yaml", "--data", "b.ttl"), r"either documents or --data"),
    "shapes alone": (("validate", "--shapes", "s.ttl"), r"--shapes needs --data"),
    "no data": (("validate", "--data", "nowhere.ttl"), r"nowhere\.ttl: cannot be read: No such file"),
}


@pytest.mark.parametrize("name", WRONG_CALLS)
def test_a_wrong_call_is_2(name: str, store: Path) -> None:
    args, expected = WRONG_CALLS[name]
    result = run(*args, env={"CASEGRAPH_STORE": str(store)})
    assert result.exit_code == 2, result.output
    assert re.search(expected, result.stderr), result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "command", [("cases",), ("digest",), ("validate",), ("sparql", "ASK {}"), ("remove", "10.1/x")]
)
def test_a_store_that_is_not_there_is_not_made(command: tuple[str, ...], tmp_path: Path) -> None:
    folder = tmp_path / "nowhere"
    result = run(*command, "--store", folder)
    assert result.exit_code == 2
    assert "casegraph load" in result.stderr
    assert not folder.exists()


def test_a_folder_with_other_content_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    for name, *rest in (("cases",), ("load", *shipped("cases", "miao-2020.yaml"))):
        result = run(str(name), *map(str, rest), "--store", tmp_path)
        assert result.exit_code == 2
        assert "a folder with other content, not a store" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_without_a_case_document(tmp_path: Path, store: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    result = run("load", tmp_path, "--store", store)
    assert result.exit_code == 2
    assert f"{tmp_path}: no case document in this folder; expected a file that ends in .yaml" in result.stderr


def test_a_pipe_is_no_document(tmp_path: Path, store: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    result = run("load", tmp_path / "pipe.yaml", "--store", store)
    assert result.exit_code == 2
    assert "pipe.yaml: not a regular file" in result.stderr


def test_a_locked_store_is_4_and_can_be_read(store: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        for name, *rest in (
            ("load", *shipped("cases", "miao-2020.yaml")),
            ("remove", "10.1007/s13555-020-00421-8"),
        ):
            result = run(str(name), *map(str, rest), "--store", store)
            assert result.exit_code == 4
            assert f"process {writer.pid} has the store open for writing; wait" in result.stderr
        assert run("cases", "--store", store).exit_code == 0
    finally:
        writer.communicate("", timeout=30)


@pytest.mark.parametrize(
    "command", [("cases",), ("load", *shipped("cases", "miao-2020.yaml")), ("sparql", "ASK {}")]
)
def test_an_endpoint_that_is_down_is_3(command: tuple[str | Path, ...]) -> None:
    result = run(*command, "--store", CLOSED_PORT)
    assert result.exit_code == 3
    assert f"{CLOSED_PORT}: no answer from the endpoint: " in result.stderr
    assert "check the address and that the server runs" in result.stderr


def test_a_damaged_store_is_3(tmp_path: Path, store: Path) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(store, damaged)
    (damaged / "data-1" / "CURRENT").write_bytes(b"nothing\n")
    result = run("cases", "--store", damaged)
    assert result.exit_code == 3
    assert "the store is damaged" in result.stderr


@pytest.fixture
def outside() -> Iterator[Path]:
    """Return a folder that any user of this machine can enter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.mark.slow
@pytest.mark.parametrize("closed", ["folder", "folder/inner", "folder/case.yaml"])
def test_what_may_not_be_read_is_told(closed: str, outside: Path) -> None:
    (outside / "folder" / "inner").mkdir(parents=True)
    for name in ("case.yaml", "inner/other.yaml"):
        shutil.copy(INVALID / "unknown-key.yaml", outside / "folder" / name)
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_RIGHTS, str(outside / closed), "check", str(outside / "folder")],
        capture_output=True,
        text=True,
        check=False,
    )
    (outside / closed).chmod(0o700)
    said = result.stdout.partition("closed\n")[2] + result.stderr
    assert f"{outside / closed}" in said
    assert "cannot be read: Permission denied" in said
    assert result.returncode == (1 if closed.endswith(".yaml") else 2)
    assert "Traceback" not in said


def test_an_unforeseen_failure_is_3_in_one_line(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("of all\nthings")

    monkeypatch.setattr("casegraph.cli.cases.open_store", fail)
    result = CliRunner().invoke(commands, ["cases", "--store", str(store)])
    assert result.exit_code == 3
    assert result.stderr == "casegraph failed: ZeroDivisionError: of all things; please report this\n"
    told = CliRunner().invoke(commands, ["cases", "--store", str(store)], env={"CASEGRAPH_DEBUG": "1"})
    assert "Traceback" in told.stderr
    monkeypatch.setattr("casegraph.cli.cases.open_store", open_store)
