"""The curation check knows every field of the model that points to another part."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

from casegraph.check import Scope
from casegraph.model import Key, Value, claims, document

POINTERS_NOT_CHECKED = {"id", "key"}


def key_fields() -> set[tuple[type[Value], str]]:
    """Return the fields of all structs whose value is a key, or several, but not keys of a mapping."""
    structs = {
        each
        for module in (claims, document)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Value)
    }
    return {
        (struct, name)
        for struct in structs
        for name, hint in get_type_hints(struct, include_extras=True).items()
        if _holds_key(hint) and name not in POINTERS_NOT_CHECKED
    }


def _holds_key(hint: Any) -> bool:
    if hint == Key:
        return True
    return getattr(hint, "__origin__", None) is not dict and any(map(_holds_key, get_args(hint)))


def test_every_field_that_points_to_something_is_checked() -> None:
    fields = key_fields()
    assert len(fields) >= 40
    scope = Scope({})
    nowhere = []
    for struct, name in fields:
        owner = document.Occasion() if struct is document.Occasion else document.Age(years=1)
        if scope.target(owner, name) is None:
            nowhere.append(f"{struct.__name__}.{name}")
    assert nowhere == []
