"""The text of hiring conditions (录用条件): what exactly is shown, signed and hashed."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_HAN_GAP = re.compile(
    r"(?<=[\u3400-\u9fff\U00020000-\U0003ffff]) (?=[\u3400-\u9fff\U00020000-\U0003ffff])"
)
_DOTS = str.maketrans(dict.fromkeys("•‧・･∙⋅．", "·"))


@dataclass(frozen=True, slots=True)
class Condition:
    """One measurable line that a decision may name.

    Attributes:
        key: Short stable name, such as ``C1``.
        text: As signed, in Chinese.
        text_en: The same in English; may be empty.
        source: What it is measured by: ``module_quiz``, ``stage_test``, ``defense``, or another word.
        threshold: From when on it is met; may be empty, like all that follows.
        threshold_en: The same in English.
        data: The material that shows it.
        data_en: The same in English.
        keys: Modules or stages that a quiz source is narrowed to; empty for all.
    """

    key: str
    text: str
    text_en: str = ""
    source: str = ""
    threshold: str = ""
    threshold_en: str = ""
    data: str = ""
    data_en: str = ""
    keys: tuple[str, ...] = ()


def read_condition(body: Mapping[str, object]) -> Condition:
    """Read one stored line.

    Raises:
        ValueError: Key or text is missing, or the key is not short and plain.
    """
    key, text = body.get("key"), body.get("text")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise ValueError("key")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("text")
    keys = body.get("keys")
    return Condition(
        key=key,
        text=text.strip(),
        text_en=_text(body, "text_en"),
        source=_text(body, "source"),
        threshold=_text(body, "threshold"),
        threshold_en=_text(body, "threshold_en"),
        data=_text(body, "data"),
        data_en=_text(body, "data_en"),
        keys=tuple(str(one) for one in keys) if isinstance(keys, list | tuple) else (),
    )


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    return "" if value is None else str(value).strip()


def compose(title: str, text: str, lines: Sequence[str]) -> str:
    r"""Return the whole text that is shown and signed: ``\n`` line ends, one at the end, nothing around.

    What a decision may name must stand in what was signed: the title and every line that the author's text does not
    already hold literally are added, the title as a heading, the lines as a list at the end.

    Args:
        title: Title of the conditions.
        text: The author's Markdown.
        lines: Text of each condition in the same language; empty ones are left out.
    """
    body = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    head = "" if title in body else f"## {title}\n\n"
    missing = [line for line in lines if line and line not in body]
    tail = "\n\n---\n\n" + "\n".join(f"- {line}" for line in missing) if missing else ""
    return f"{head}{body}{tail}".strip() + "\n"


def text_sha256(text: str) -> str:
    """Return the SHA-256 of ``text`` in UTF-8, as shown to the person who signs it."""
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(parts: Mapping[str, object]) -> str:
    """Return the SHA-256 of a version's whole content: titles, texts in both languages, lines.

    Equal content has an equal fingerprint, whatever the order of keys.
    """
    canonical = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def fold_name(name: str) -> str:
    """Return ``name`` as compared with a typed signature.

    Blanks are folded (also full-width ones, and those between Han characters), and the middle dots of different
    keyboards are one.
    """
    plain = unicodedata.normalize("NFKC", name.translate(_DOTS)).translate(_DOTS)
    return _HAN_GAP.sub("", " ".join(plain.split()))


def is_same_name(typed: str, name: str) -> bool:
    """Say whether a typed signature is the person's name."""
    return bool(typed.strip()) and fold_name(typed) == fold_name(name)
