"""What a server is: its address, what it allows, and the addresses that follow from that."""

from __future__ import annotations

import msgspec

from casegraph.namespaces import BASE, CG

__all__ = ["Service"]

#: beginning of an IRI of ours -> where the server answers for it; the longer ones first.
_PLACES = (
    (CG, "ontology#"),
    (f"{BASE}case/", "cases/"),
    (f"{BASE}group/", "groups/"),
    (f"{BASE}report/", "reports/"),
    (f"{BASE}dataset/", "datasets/"),
    (f"{BASE}query/", "queries/"),
)


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A server as it is seen from outside.

    :param base: its address as the client called it, with a slash at the end.
    :param writable: whether it takes updates.
    :param union: whether a query that names no graph sees the union of all; else the default graph alone.
    :param federated: whether a query may ask other endpoints.

    >>> Service(base="http://127.0.0.1:7878/").endpoint
    'http://127.0.0.1:7878/sparql'
    """

    base: str
    writable: bool = False
    union: bool = True
    federated: bool = False

    @property
    def endpoint(self) -> str:
        """Where queries are answered."""
        return f"{self.base}sparql"

    @property
    def dataset(self) -> str:
        """The IRI of the data that it serves."""
        return f"{self.base}.well-known/void#dataset"

    @property
    def prefixes(self) -> str:
        """The IRI of that which declares the prefixes."""
        return f"{self.endpoint}#prefixes"

    def address(self, iri: str) -> str:
        """Return where the server tells of an IRI of ours; any other IRI as it is.

        >>> service = Service(base="http://localhost/")
        >>> service.address("https://w3id.org/casegraph/case/10.1000/x/1#il2")
        'http://localhost/cases/10.1000/x/1#il2'
        >>> service.address("https://w3id.org/casegraph/ontology#Case")
        'http://localhost/ontology#Case'
        >>> service.address("https://example.org/x")
        'https://example.org/x'
        """
        for beginning, place in _PLACES:
            if iri.startswith(beginning):
                return f"{self.base}{place}{iri.removeprefix(beginning)}"
        return iri
