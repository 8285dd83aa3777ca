"""The house: links, ceilings, and what the wheel holds."""

from __future__ import annotations

import ast
import pkgutil
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import casegraph

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted({*(ROOT / "src").rglob("*.py"), *(ROOT / "loaders").rglob("*.py")})
LINKED = ("ontology", "shapes", "loaders", "queries", "cases")


@pytest.mark.parametrize("name", LINKED)
def test_a_root_folder_is_linked_into_the_package(name: str) -> None:
    link = ROOT / "src" / "casegraph" / name
    assert link.is_symlink()
    assert str(link.readlink()) == f"../../{name}"
    assert link.resolve() == (ROOT / name).resolve()


def test_every_package_folder_is_listed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(project["tool"]["setuptools"]["packages"])
    names = _packages(ROOT / "src", "") | _packages(ROOT / "loaders", "casegraph.loaders")
    assert {"casegraph.loaders.fhir", "casegraph.export.fhir"} <= names
    assert listed == names


def _packages(root: Path, own: str) -> set[str]:
    """Return the names of the packages below a folder, which the search does not enter through a link."""
    folders = [path.parent.relative_to(root).parts for path in root.rglob("__init__.py")]
    return {".".join(filter(None, (own, *parts))) for parts in folders}


def test_names_in_docstrings_are_there() -> None:
    names = {
        name
        for path in MODULES
        for name in re.findall(r":[a-z]+:`~?(casegraph\.[\w.]+)`", path.read_text(encoding="utf-8"))
    }
    assert len(names) >= 20
    for name in names:
        pkgutil.resolve_name(name)


def test_one_version() -> None:
    ontology = (ROOT / "ontology" / "casegraph.ttl").read_text(encoding="utf-8")
    assert f'owl:versionInfo "{casegraph.__version__}"' in ontology
    assert f"version: {casegraph.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


@pytest.mark.slow
def test_modules_and_functions_stay_short() -> None:
    assert len(MODULES) >= 25
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 300, path
        tree = ast.parse(text)
        assert ast.get_docstring(tree), f"{path} has no opening sentence"
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1 - _docstring_lines(node)
                assert length <= 40, f"{path}: {node.name} has {length} lines"


def _docstring_lines(node: ast.FunctionDef) -> int:
    return len((ast.get_docstring(node, clean=False) or "").splitlines())


@pytest.mark.slow
def test_no_iri_is_written_outside_the_table_of_prefixes() -> None:
    allowed = {"namespaces.py"}
    found = [
        f"{path.name}: {iri}" for path in MODULES if path.name not in allowed for iri in _iris_in_code(path)
    ]
    assert found == []


def _iris_in_code(path: Path) -> list[str]:
    """Return the IRIs of namespaces in string constants that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    constants = (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    )
    return [each for each in constants if re.match(r"<?https?://[^\s/]+/\S", each)]


@pytest.mark.slow
def test_the_project_speaks_of_itself_alone() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    words = re.compile(r"(?<![\w.])/(?:work|root|tmp|home/\w+)/|\bissue #?\d+\b", re.IGNORECASE)
    checked = 0
    for name in files.stdout.splitlines():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".ttl", ".rq", ".yaml", ".toml"} and path.is_file():
            checked += 1
            found = words.search(path.read_text(encoding="utf-8"))
            assert found is None or path == Path(__file__), f"{name}: {found[0]}"
    assert checked >= 50
