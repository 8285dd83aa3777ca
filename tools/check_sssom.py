"""Holds mapping sets, and the slots that casegraph knows, against the package sssom and its schema.

Run by hand, or by the long tests: ``python tools/check_sssom.py [FILE...]``; without files, the shipped sets.
The package (400 MB with all that it needs) goes into an environment of its own, build/sssom, and is no
dependency of casegraph.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from casegraph.errors import InputError
from casegraph.mappings.slots import MAPPING_SLOTS, SET_SLOTS, Slot
from casegraph.namespaces import PREFIXES
from casegraph.resources import shipped

__all__ = ["PACKAGES", "faults", "slot_differences"]

ROOT = Path(__file__).resolve().parents[1]
#: The releases that the slots were read from.
PACKAGES = ("sssom==0.4.21", "sssom-schema==1.1.0a5")
#: What is no slot of a value: prefixes, mappings and extensions have forms of their own.
_APART = ("curie_map", "mappings", "extension_definitions")
_READ = """
import importlib.resources, json, yaml
path = importlib.resources.files("sssom_schema") / "schema" / "sssom_schema.yaml"
schema = yaml.safe_load(path.read_text())
print(json.dumps({key: schema[key] for key in ("classes", "slots", "prefixes")}, default=str))
"""


def environment() -> Path:
    """Return the folder of the programs of the environment; it is made where it is not there."""
    folder = ROOT / "build" / "sssom"
    done = folder / "installed"
    if not done.exists() or done.read_text(encoding="utf-8") != " ".join(PACKAGES):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", *PACKAGES], check=True)
        done.write_text(" ".join(PACKAGES), encoding="utf-8")
    return folder / "bin"


def faults(paths: Iterable[Path]) -> dict[str, str]:
    """Return what the package has to say against files: the name of the file -> its words."""
    found = {}
    for path in paths:
        call: list[str | Path] = [environment() / "sssom", "validate", path]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.returncode:
            found[path.name] = done.stdout + done.stderr
    return found


def slot_differences() -> list[str]:
    """Return where the slots that casegraph knows are not those of the schema."""
    call: list[str | Path] = [environment() / "python", "-c", _READ]
    schema = json.loads(subprocess.run(call, capture_output=True, text=True, check=True).stdout)
    found = []
    for kind, slots in (("mapping", MAPPING_SLOTS), ("mapping set", SET_SLOTS)):
        named = [each for each in schema["classes"][kind]["slots"] if each not in _APART]
        if named != list(slots):
            found.append(f"the slots of a {kind} are {', '.join(named)}")
        told = ((slots[name], schema["slots"][name]) for name in named if name in slots)
        found += [f"{kind}: {slot.name}" for slot, told_of in told if _differ(kind, slot, told_of, schema)]
    return found


def _differ(kind: str, slot: Slot, told: dict[str, Any], schema: dict[str, Any]) -> bool:
    prefix, _, local = (told.get("slot_uri") or f"sssom:{slot.name}").partition(":")
    iri = {"owl": PREFIXES["owl"], **schema["prefixes"]}[prefix] + local
    shared = "propagated" in (told.get("annotations") or {})
    is_shared = slot.shared == shared or kind == "mapping set"
    return not (slot.iri == iri and slot.many == bool(told.get("multivalued")) and is_shared)


def main() -> None:
    """Check the files that are named, else those that ship; raise what is wrong."""
    paths = [Path(each) for each in sys.argv[1:]] or shipped("ontology", "mappings/*.sssom.tsv")
    wrong = {**faults(paths), **dict.fromkeys(slot_differences(), "not as in the schema")}
    if wrong:
        raise InputError("\n".join(f"{name}: {said}" for name, said in wrong.items()))
    print(f"{len(paths)} mapping sets and all slots are as {' and '.join(PACKAGES)} want them")


if __name__ == "__main__":
    main()
