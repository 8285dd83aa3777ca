"""Decides links of a plan by a rule that a person answers for, as pipelines need it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import isfinite

import msgspec

from casegraph.errors import InputError
from casegraph.merge.plan import MergePlan, PlannedLink

__all__ = ["Policy", "decided"]


@dataclass(frozen=True, slots=True)
class Policy:
    """Which links are decided as they are proposed, and who answers for it.

    :param accept: kinds of links, as they are proposed.
    :param at_least: the score from which on they are decided, in bits; None is any.
    :param by: who decides.
    :param why: why.
    """

    accept: tuple[str, ...] = ()
    at_least: float | None = None
    by: str = ""
    why: str = ""


def decided(plan: MergePlan, policy: Policy, known: Collection[str] = ()) -> MergePlan:
    """Return a plan with the undecided links decided that a policy covers.

    :param known: the links that are decided already: a policy leaves them as they are.
    :raises InputError: if the policy accepts something and does not say who answers for it.
    """
    if not policy.accept:
        if policy.by or policy.why or policy.at_least is not None:
            raise InputError("nothing is accepted", todo="give --accept KIND, or decide in the plan")
        return plan
    if policy.at_least is not None and not isfinite(policy.at_least):
        raise InputError(f"{policy.at_least} is no score", expected="a number of bits, such as 20")
    if not (policy.by.strip() and policy.why.strip()):
        raise InputError("a policy without who decides and why", todo="give --by NAME and --why TEXT")
    links = (each if each.iri in known else _decided(each, policy) for each in plan.links)
    return msgspec.structs.replace(plan, links=tuple(links))


def _decided(link: PlannedLink, policy: Policy) -> PlannedLink:
    covered = link.decision == "undecided" and link.proposed in policy.accept
    if not covered or (policy.at_least is not None and (link.score or 0) < policy.at_least):
        return link
    return msgspec.structs.replace(
        link,
        decision=link.proposed,
        by=policy.by,
        why=f"{policy.why} (all that is proposed as {link.proposed})",
    )
