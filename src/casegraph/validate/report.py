"""What a check found: violations, and a report that speaks Turtle and plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from textwrap import indent

from pyoxigraph import Literal

from casegraph.namespaces import PREFIXES, compact
from casegraph.validate.paths import turtle_path

__all__ = ["Report", "Violation"]

_SH = PREFIXES["sh"]
_STANDARD = tuple(f"<{_SH}{name}>" for name in ("Violation", "Warning", "Info"))
_IRI_OUTSIDE_STRING = re.compile(r'("(?:[^"\\]|\\.)*")|<([^>]*)>')


@dataclass(frozen=True, slots=True)
class Violation:
    """One result: a focus node that fails a shape. Every term is written as in N-Triples.

    :param focus: the node that was checked.
    :param path: the property path in SPARQL's spelling; None where the node itself fails.
    :param component: the constraint component, such as that of ``sh:minCount``.
    :param severity: one of the standard's three, or one of the shapes' own.
    :param value: the offending value; None where there is none, as for a missing one.
    :param shape: the failed shape, or the named shape around it if it has no name.
    :param message: what to do, for people; not compared, since engines word it differently.
    :param source: the failed shape itself, which the standard's report names; a blank node if it has no name.
    """

    focus: str
    path: str | None
    component: str
    severity: str
    value: str | None
    shape: str
    message: str | None = field(default=None, compare=False)
    source: str | None = field(default=None, compare=False)

    def sort_key(self) -> tuple[int, str, str, str, str, str, str]:
        """Return a key that puts the grave first, then what belongs to one shape together."""
        grave = _STANDARD.index(self.severity) if self.severity in _STANDARD else len(_STANDARD)
        parts = (
            self.shape,
            self.component,
            self.message or "",
            self.focus,
            self.path or "",
            self.value or "",
        )
        return grave, *parts

    def to_turtle(self) -> str:
        """Return the result as a Turtle blank node that needs the prefix ``sh``."""
        pairs = (
            ("focusNode", self.focus),
            ("resultPath", self.path and turtle_path(self.path)),
            ("value", self.value),
            ("resultMessage", self.message and str(Literal(self.message))),
            ("resultSeverity", self.severity),
            ("sourceConstraintComponent", self.component),
            ("sourceShape", self.source or self.shape),
        )
        lines = [f"        sh:{name} {term}" for name, term in pairs if term]
        return "[\n        a sh:ValidationResult ;\n" + " ;\n".join(lines) + "\n    ]"


@dataclass(frozen=True, slots=True)
class Report:
    """All that a check found, sorted; the same result stands twice only if two messages tell of it."""

    results: tuple[Violation, ...]

    @property
    def conforms(self) -> bool:
        """The standard's verdict, ``sh:conforms``: no result of any severity."""
        return not self.results

    @property
    def ok(self) -> bool:
        """The verdict of casegraph: no result of severity ``sh:Violation``."""
        return not self.violations

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The results of severity ``sh:Violation``."""
        return self._of_severity("Violation")

    @property
    def warnings(self) -> tuple[Violation, ...]:
        """The results of severity ``sh:Warning``."""
        return self._of_severity("Warning")

    @property
    def infos(self) -> tuple[Violation, ...]:
        """The results of severity ``sh:Info``."""
        return self._of_severity("Info")

    def _of_severity(self, name: str) -> tuple[Violation, ...]:
        return tuple(result for result in self.results if result.severity == f"<{_SH}{name}>")

    def to_turtle(self) -> str:
        """Return the standard's ``sh:ValidationReport``, the same bytes for the same results.

        >>> print(Report(()).to_turtle())
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        <BLANKLINE>
        [] a sh:ValidationReport ;
            sh:conforms true .
        <BLANKLINE>
        """
        results = "".join(f" ;\n    sh:result {result.to_turtle()}" for result in self.results)
        conforms = "true" if self.conforms else "false"
        head = f"@prefix sh: <{_SH}> .\n\n[] a sh:ValidationReport ;\n    sh:conforms {conforms}"
        return f"{head}{results} .\n"

    def to_text(self, *, labels: Mapping[str, str] | None = None) -> str:
        """Return the report for people: by severity and shape, what to do, then the nodes that need it.

        :param labels: IRI -> label, put after the IRI's short form.

        >>> print(Report(()).to_text())
        0 violations, 0 warnings, 0 infos
        """
        blocks = []
        for (severity, shape, component, message), group in groupby(self.results, key=_heading):
            heading = f"{_short(severity)} {_short(shape)} {_constraint(component)}"
            advice = [indent(message, "  ")] if message else []
            blocks.append("\n".join([heading, *advice, *(_place(result, labels or {}) for result in group)]))
        counts = (("violation", self.violations), ("warning", self.warnings), ("info", self.infos))
        total = ", ".join(f"{len(found)} {name}{'' if len(found) == 1 else 's'}" for name, found in counts)
        return "\n\n".join([*blocks, total])


def _heading(result: Violation) -> tuple[str, str, str, str | None]:
    return result.severity, result.shape, result.component, result.message


def _constraint(component: str) -> str:
    """Return ``sh:minCount`` of the component of that property, and so on."""
    name = component.strip("<>").removeprefix(_SH).removesuffix("ConstraintComponent")
    if f"<{_SH}{name}ConstraintComponent>" != component:
        return _short(component)
    return "sh:" + (name.lower() if name.isupper() else name[0].lower() + name[1:])


def _place(result: Violation, labels: Mapping[str, str]) -> str:
    parts = [_short(result.focus, labels)]
    if result.path:
        parts.append(_short(result.path, labels))
    if result.value and result.value != result.focus:
        parts.append(_short(result.value, labels))
    return "    " + "  ".join(parts)


def _short(term: str, labels: Mapping[str, str] | None = None) -> str:
    """Return a term with its IRIs as CURIEs, each followed by its label if there is one."""

    def curie(match: re.Match[str]) -> str:
        string, iri = match.groups()
        if string is not None:
            return str(string)
        label = (labels or {}).get(iri)
        return f"{compact(iri)} ({label})" if label else compact(iri)

    return _IRI_OUTSIDE_STRING.sub(curie, term)
