"""Tells beside an answer what there is to know of it: in a header, where the answer itself has no place."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["notice_header"]

#: So many notices a header tells.
_MOST = 20
#: What stands as it is in a display string (RFC 9651, section 4.1.11).
_DISPLAYED = frozenset(map(chr, range(0x20, 0x7F))) - {"%", '"'}


def notice_header(notes: Sequence[str]) -> dict[str, str]:
    r"""Return the header ``Casegraph-Notice``, a list of strings as RFC 9651 has it; none without notices.

    >>> notice_header(['the drug "X"', "Sjögren"]), notice_header([])
    ({'casegraph-notice': '"the drug \\"X\\"", %"Sj%c3%b6gren"'}, {})
    """
    if not notes:
        return {}
    rest = [f"and {len(notes) - _MOST:,} more"] if len(notes) > _MOST else []
    return {"casegraph-notice": ", ".join(map(_quoted, [*notes[:_MOST], *rest]))}


def _quoted(text: str) -> str:
    r"""Return a text as a structured field of HTTP has it (RFC 9651): ASCII as it is, else percent-encoded.

    >>> _quoted('the drug "X"'), _quoted("Sjögren")
    ('"the drug \\"X\\""', '%"Sj%c3%b6gren"')
    """
    if text.isascii() and text.isprintable():
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return "".join(('%"', *(_display(each) for each in text.encode()), '"'))


def _display(byte: int) -> str:
    return chr(byte) if chr(byte) in _DISPLAYED else f"%{byte:02x}"
