"""Which format a request asks for: by its address, else by its header Accept."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from casegraph.errors import InputError
from casegraph.serve.http.fields import fields_of
from casegraph.serve.http.negotiation import Format, choose
from casegraph.serve.http.problems import RefusedError
from casegraph.serve.http.request import Request

__all__ = ["FORMAT", "requested_format"]

#: The parameter that goes before Accept.
FORMAT: Final = "format"


def requested_format(request: Request, offered: Sequence[Format]) -> Format:
    """Return the format that a request asks for.

    :param offered: the formats that there are, the first one where the client has no wish.
    :raises InputError: if the address names one that is not offered.
    :raises RefusedError: 406 if the header names none that is.
    """
    named = fields_of(request.scope["query_string"]).one(FORMAT)
    if named is not None:
        found = next((each for each in offered if each.name == named), None)
        if found is None:
            names = ", ".join(sorted({each.name for each in offered}))
            raise InputError("no such format", where=FORMAT, expected=f"one of {names}")
        return found
    chosen = choose(request.header(b"accept"), offered)
    if chosen is None:
        names = ", ".join(dict.fromkeys(each.media_type for each in offered))
        raise RefusedError(
            HTTPStatus.NOT_ACCEPTABLE, "no format that is acceptable", expected=f"one of {names}"
        )
    return chosen
