"""MathML as one line of text: ``1/2``, ``x^2``, ``√(a+b)``."""

import re
from collections.abc import Sequence

MATH_DEPTH = 40
"""Elements nested deeper are read as if their tags were not there."""

_PART = "\x07"
_LATEX = re.compile(r"\x07\x08([^\x07]*)")
_ONE = re.compile(r"\w+\Z|[^\s]\Z")


def linear(name: str, parts: Sequence[str], *, is_whole: bool) -> str:
    """Return an element of a formula as text.

    Args:
        name: Of the element.
        parts: Text and children in order; each child begins with a mark.
        is_whole: Whether it is the formula itself, so that no mark is left.
    """
    text = "".join(parts)
    if is_whole:
        latex = _LATEX.search(text)
        if latex is not None:
            return f"\\({latex[1].strip()}\\)"
        return re.sub(r"[\x07\x08]", "", text.split(_PART + "\x08")[0]).strip()
    if name == "annotation":
        return f"{_PART}\x08{text.replace(_PART, '').strip()}"
    if name in {"annotation-xml", "mphantom"}:
        return ""
    if name == "semantics":
        return text
    children = [child.strip() for child in text.split(_PART) if child.strip()]
    return _PART + _joined(name, children)


def _joined(name: str, children: list[str]) -> str:
    if name == "msqrt":
        return f"√({''.join(children)})"
    if name == "mfenced":
        return f"({', '.join(children)})"
    if name == "mtd":
        return "".join(children) + " "
    if name == "mtr":
        return "".join(children).strip() + "; "
    joiner = {"mfrac": "/", "msup": "^", "mover": "^", "msub": "_", "munder": "_"}.get(name)
    if joiner is not None and len(children) == 2:
        return joiner.join(_grouped(child) for child in children)
    if name in {"msubsup", "munderover"} and len(children) == 3:
        base, low, high = (_grouped(child) for child in children)
        return f"{base}_{low}^{high}"
    if name == "mroot" and len(children) == 2:
        return f"{_grouped(children[1])}√{_grouped(children[0])}"
    return "".join(children)


def _grouped(text: str) -> str:
    return text if _ONE.match(text) else f"({text})"
