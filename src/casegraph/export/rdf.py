"""Hands graphs over as Turtle, TriG, N-Quads or JSON-LD: the same graphs give the same bytes.

JSON-LD has the context of ``ontology/context.jsonld``, as much of it as is in use. Turtle has no graphs: they
are merged, and their names are left behind.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, BinaryIO

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse, serialize
from rdflib import Dataset
from rdflib.plugins.serializers.jsonld import Converter
from rdflib.plugins.shared.jsonld.context import Context

from casegraph.errors import InputError
from casegraph.losses import Loss
from casegraph.namespaces import BASE, PREFIXES
from casegraph.resources import shipped

__all__ = ["FORMS", "write_rdf"]

_NAME = re.compile(r"[A-Za-z][\w-]*")
#: More prefixes than these make a file harder to read, and slow to write.
_MOST_PARTS = 100
_TYPE = f"{PREFIXES['rdf']}type"
_PART = re.compile(rf"{re.escape(BASE)}([a-z]+)/[^#]+#")


def write_rdf(nquads: Iterable[str | bytes], out: BinaryIO, form: str) -> tuple[Loss, ...]:
    """Write N-Quads in another form, sorted, with the prefixes that are in use; return what is left behind.

    :param nquads: lines, or longer stretches that end with a line.
    :param out: a file that is open for bytes.
    :param form: one of :data:`FORMS`.
    :raises InputError: if there is no such form.

    >>> import io
    >>> out = io.BytesIO()
    >>> quad = '<http://purl.obolibrary.org/obo/HP_1> <http://x.org/p> "37.50" <http://x.org/g> .'
    >>> write_rdf([quad], out, "turtle")[0].reason
    'no-place'
    >>> print(out.getvalue().decode().splitlines()[-1])
    HP:1 <http://x.org/p> "37.50" .
    """
    write = FORMS.get(form)
    if write is None:
        raise InputError(f"no form {form!r}", expected=f"one of {', '.join(FORMS)}")
    text = b"".join(each.encode() if isinstance(each, str) else each for each in nquads)
    quads = sorted(set(parse(text, format=RdfFormat.N_QUADS)), key=_place)
    losses = _lost_names(quads) if form == "turtle" else ()
    out.write(write(quads))
    return losses


def _place(quad: Quad) -> tuple[str, ...]:
    return str(quad.graph_name), *_place_in_graph(quad.triple)


def _place_in_graph(triple: Triple) -> tuple[str, str, str]:
    """Return what triples are sorted by; what something is comes before all else that is said of it."""
    predicate = triple.predicate.value
    return str(triple.subject), "" if predicate == _TYPE else predicate, str(triple.object)


def _lost_names(quads: Iterable[Quad]) -> tuple[Loss, ...]:
    graphs = dict.fromkeys(each.graph_name.value for each in quads if isinstance(each.graph_name, NamedNode))
    return tuple(Loss(graph, "graph", graph, "no-place") for graph in graphs)


def _turtle(quads: list[Quad]) -> bytes:
    triples = sorted({each.triple for each in quads}, key=_place_in_graph)
    head = b"# The graphs are merged: Turtle has none. TriG, N-Quads and JSON-LD keep them apart.\n"
    return head + _serialized(triples, RdfFormat.TURTLE)


def _trig(quads: list[Quad]) -> bytes:
    return _serialized(quads, RdfFormat.TRIG)


def _nquads(quads: list[Quad]) -> bytes:
    return serialize(quads, format=RdfFormat.N_QUADS) or b""


def _serialized(statements: list[Quad] | list[Triple], form: RdfFormat) -> bytes:
    text = str(statements)
    used = {name: namespace for name, namespace in PREFIXES.items() if namespace in text}
    return serialize(statements, format=form, prefixes=used | _of_parts(statements)) or b""


def _of_parts(statements: Iterable[Quad | Triple]) -> dict[str, str]:
    """Return a prefix for the parts of each case, group and report, such as case1; none if they are many."""
    subjects = (each.subject for each in statements)
    matches = (_PART.match(each.value) for each in subjects if isinstance(each, NamedNode))
    found = {match[0]: match[1] for match in matches if match}
    if len(found) > _MOST_PARTS:
        return {}
    counted: Counter[str] = Counter()
    prefixes = {}
    for namespace, kind in sorted(found.items()):
        counted[kind] += 1
        prefixes[f"{kind}{counted[kind]}"] = namespace
    return prefixes


# --- JSON-LD


class _ShortNames(Context):
    """A context that shortens an IRI by its longest prefix; rdflib knows those alone that end with / or #."""

    def shrink_iri(self, iri: str) -> str:
        """Return an IRI as prefix, colon and the rest; an IRI that no prefix fits as it is."""
        fitting = [namespace for namespace in self._prefixes if str(iri).startswith(namespace)]
        if not fitting:
            return str(iri)
        longest = max(fitting, key=len)
        rest = str(iri).removeprefix(longest)
        return str(iri) if rest.startswith("//") else f"{self._prefixes[longest]}:{rest}"

    def to_symbol(self, iri: str) -> str:
        """Return a key or a value that is read by the vocabulary: a term of it without a prefix."""
        local = str(iri).removeprefix(self.vocab or "")
        is_short = local != str(iri) and _NAME.fullmatch(local) and self.expand(local) == str(iri)
        return local if is_short else self.shrink_iri(iri)


def _jsonld(quads: list[Quad]) -> bytes:
    dataset = Dataset()
    dataset.parse(data=serialize(quads, format=RdfFormat.N_QUADS), format="nquads")
    context = _in_use(quads)
    converter = Converter(_ShortNames(context), use_native_types=False, use_rdf_type=False)
    converter.use_native_types = False  # an active context turns it on; a number keeps its digits as text
    graphs = converter.convert(dataset)
    content = graphs if isinstance(graphs, dict) else {"@graph": graphs}
    made = {"@context": context} | _sorted(content)
    return (json.dumps(made, indent=1, ensure_ascii=False) + "\n").encode()


def _in_use(quads: list[Quad]) -> dict[str, Any]:
    """Return the part of the context that these quads make use of."""
    whole, text = _context(), str(quads)
    predicates = {each.predicate.value for each in quads}
    namespaces = {name: each["@id"] for name, each in whole.items() if _is_prefix(each)}
    found = {name: each for name, each in whole.items() if name.startswith("@")}
    found |= {name: whole[name] for name, each in namespaces.items() if each in text or name in ("cg", "xsd")}
    return found | {
        name: each
        for name, each in whole.items()
        if name not in namespaces and f"{whole['@vocab']}{name}" in predicates
    }


def _is_prefix(definition: object) -> bool:
    return isinstance(definition, dict) and bool(definition.get("@prefix"))


@cache
def _context() -> Mapping[str, Any]:
    (path,) = shipped("ontology", "context.jsonld")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["@context"]
    return MappingProxyType(found)


def _sorted(value: Any) -> Any:
    """Return JSON-LD in one order: its lists are sets; keys that begin with @ come first."""
    if isinstance(value, dict):
        return {key: _sorted(each) for key, each in sorted(value.items())}
    if isinstance(value, list):
        return sorted((_sorted(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
    return value


#: form -> how sorted quads are written in it.
FORMS: Mapping[str, Callable[[list[Quad]], bytes]] = MappingProxyType(
    {"turtle": _turtle, "trig": _trig, "nquads": _nquads, "jsonld": _jsonld}
)
