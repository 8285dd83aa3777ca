"""Which version of FHIR resources are of, told by their elements, and their check against its models.

Evidence is what exists in one version only: an element (``medicationCodeableConcept`` until R4B,
``Condition.participant`` from R5) or its form (``Condition.clinicalStatus`` is text in STU3), the type of a
resource (``MedicationOrder`` in DSTU2), a profile of FHIR itself with its version
(``.../StructureDefinition/Bundle|4.3.0``) or a ``fhirVersion``. R4 and R4B do not differ in any resource that
is read here (HL7, *R4B explanation*: all but the modules on medication definition, evidence and subscription
stayed), so that one set of models serves both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

from casegraph.errors import MissingExtraError
from casegraph.loaders.fhir.codes import ADDRESSES

__all__ = ["READABLE", "faults", "versions_of"]

#: the version a user may name -> where fhir.resources has its models; R4 and R4B are one here.
READABLE: Mapping[str, str] = MappingProxyType(
    {"R4": "R4B", "R4B": "R4B", "R5": "R5", "4.0.1": "R4B", "4.3.0": "R4B", "5.0.0": "R5"}
)
_PACKAGES = {"STU3": "fhir.resources.STU3.", "R4B": "fhir.resources.R4B.", "R5": "fhir.resources."}
#: Beginnings of version numbers (hl7.org/fhir/history.html).
_NUMBERS = {"1.0.": "DSTU2", "3.0.": "STU3", "4.0.": "R4B", "4.3.": "R4B", "5.0.": "R5"}
#: Types that only one version has which fhir.resources does not model.
_TYPES = {"MedicationOrder": "DSTU2"}
_ALL = frozenset(_PACKAGES)
_LATER, _EARLIER = frozenset(("R4B", "R5")), frozenset(("STU3", "R4B"))
#: element of a resource -> the versions in which it is an object, is a list, or is text.
_FORMS: Mapping[tuple[str, str], Mapping[type, frozenset[str]]] = MappingProxyType(
    {
        ("Condition", "clinicalStatus"): {dict: _LATER, str: frozenset(("STU3",))},
        ("Condition", "verificationStatus"): {dict: _LATER, str: frozenset(("STU3",))},
        ("Encounter", "class"): {dict: _EARLIER, list: frozenset(("R5",))},
    }
)


def versions_of(resources: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the versions that resources can be of: DSTU2, STU3, R4B (which R4 is one with here), R5.

    >>> sorted(versions_of([{"resourceType": "Patient", "gender": "female"}]))
    ['R4B', 'R5', 'STU3']
    >>> sorted(versions_of([{"resourceType": "MedicationRequest", "medicationCodeableConcept": {}},
    ...                     {"resourceType": "Condition", "recordedDate": "2020"}]))
    ['R4B']
    """
    possible = _ALL
    for resource in resources:
        told = _named_in(resource)
        if told:
            return frozenset((told,))
        kind = str(resource.get("resourceType"))
        possible &= _fitting(kind, frozenset(resource)) or _ALL
        for name in resource:
            possible &= _FORMS.get((kind, name), {}).get(type(resource[name]), _ALL)
    return possible


def faults(resource: Mapping[str, Any], version: str) -> tuple[tuple[str, str], ...]:
    """Return (JSON pointer in the resource, what is wrong) for everything that its model refuses.

    Of an element that the resource does not have, the name that it may stand for is told.

    :param version: R4B or R5.
    :raises MissingExtraError: if fhir.resources is not installed.
    """
    kind = str(resource.get("resourceType"))
    model = _model(kind, version)
    if model is None:
        return (("/resourceType", f"{resource.get('resourceType')!r} is no resource of {version}"),)
    from pydantic import ValidationError

    try:
        model.model_validate(dict(resource))
    except ValidationError as error:
        return tuple(
            ("".join(f"/{step}" for step in each["loc"]), _fault(each, kind, version))
            for each in error.errors()
        )
    return ()


def _fault(error: Mapping[str, Any], kind: str, version: str) -> str:
    """Return what is wrong at a place, in the words of the model or, for an element too many, in ours."""
    if error["type"] != "extra_forbidden":
        return str(error["msg"]).removeprefix("Value error, ")
    place = error["loc"]
    names = sorted(_elements(kind, version)) if len(place) == 1 else ()
    near = get_close_matches(str(place[-1]), names, n=1)
    return "no such element" + (f"; did you mean {near[0]!r}?" if near else "")


def _named_in(resource: Mapping[str, Any]) -> str | None:
    """Return the version that a resource names itself or by its type."""
    kind = str(resource.get("resourceType"))
    profiles = (resource.get("meta") or {}).get("profile") or ()
    own = f"{ADDRESSES['definition']}{kind}|"
    numbers = [str(each).removeprefix(own) for each in profiles if str(each).startswith(own)]
    numbers.append(str(resource.get("fhirVersion", "")))
    told = (name for each in numbers for start, name in _NUMBERS.items() if each.startswith(start))
    return _TYPES.get(kind) or next(told, None)


@cache
def _fitting(kind: str, names: frozenset[str]) -> frozenset[str]:
    """Return the versions whose resource of this type has all these elements."""
    elements = {name.lstrip("_") for name in names} - {"resourceType", "fhir_comments"}
    return frozenset(version for version in _PACKAGES if elements <= _elements(kind, version))


@cache
def _elements(kind: str, version: str) -> frozenset[str]:
    model = _model(kind, version)
    return frozenset(model.elements_sequence()) if model else frozenset()


@cache
def _model(kind: str, version: str) -> Any:
    """Return the model of a resource; None where the version has no such resource."""
    try:
        import_module("fhir.resources")
    except ImportError as error:
        todo = "pip install 'casegraph[formats]'"
        raise MissingExtraError("fhir.resources is not installed", todo=todo) from error
    if not kind.isalpha():
        return None
    try:
        return getattr(import_module(f"{_PACKAGES[version]}{kind.lower()}"), kind, None)
    except ModuleNotFoundError:
        return None
