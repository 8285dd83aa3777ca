"""Which groups one report tells of beside its patients, and which of these it tells as members."""

from __future__ import annotations

from casegraph.facts import CaseFacts
from casegraph.namespaces import CG
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.store.syntax import named
from casegraph.story.words import joined

__all__ = ["beside_in_report"]

_TELLS_OF = "the same report tells of the group"
_PATIENT = "the same report tells of the patient"
#: whether the one is told as a member of the other -> what is told behind the name.
_MEMBER = {
    True: "the patient is told as one of the group",
    False: "whether the patient is one of the group is not recorded",
}


def beside_in_report(store: Store, facts: CaseFacts) -> dict[str, tuple[str, str]]:
    """Return the groups of the report of a case, or the cases of that of a group.

    :return: IRI -> the words before its name, and those behind it: who it is, and whether the patient is told
        as one of the group. Where that is not recorded, nobody may count on either.
    :raises InputError: if the report is no IRI.
    :raises StoreError: if the store fails.
    """
    is_group = facts.kind(facts.case) == "Group"
    members = set() if is_group else set(facts.values(facts.case, "memberOf"))
    found: dict[str, tuple[str, str]] = {}
    for row in Rows.read(store.query(_asked(facts, cases=is_group), union=False)):
        other = str(row["other"])
        is_member = row["group"] is not None if is_group else other in members
        label, count = (str(row[name] or "") for name in ("label", "count"))
        many = f"{count} patient{'s' * (count != '1')}" if count else ""
        who = joined(f"“{label}”" if label else "", many)
        said = joined(f"({who})" if who else "", _MEMBER[is_member], by=": " if who else "")
        found[other] = (_PATIENT if is_group else _TELLS_OF, said)
    return found


def _asked(facts: CaseFacts, *, cases: bool) -> str:
    """Return the query for the cases, or the groups, of a report, and of which group a case is a member."""
    kind = "Case" if cases else "Group"
    mine = f"OPTIONAL {{ ?other <{CG}memberOf> ?group FILTER(?group = {named(facts.case)}) }}"
    return f"""SELECT ?other ?label ?count ?group {{ GRAPH ?graph {{
      ?other a <{CG}{kind}> ; <{CG}reportedIn> {named(facts.report)} .
      OPTIONAL {{ ?other <{CG}patientLabel> ?label }} OPTIONAL {{ ?other <{CG}patientCount> ?count }} {mine}
    }} }} ORDER BY ?other"""
