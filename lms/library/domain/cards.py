"""A law or rule card as a value: its digest, and its HTML."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

PARTS = ("rule", "say", "do", "consequence")
"""The parts of a card in reading order; an empty one is left out."""


@dataclass(frozen=True, slots=True)
class Card:
    """One version of a card.

    Attributes:
        kind: ``law`` or ``platform``.
        clause: Article of a law; empty for a platform concept.
        rule: What it says, in our words.
        say: What the agent says.
        do: What the agent does.
        consequence: What follows a breach; may be empty.
        values: Dated numbers: ``{"name", "value", "as_of"}``.
        confidence: ``A``: the text was read in full; ``B``: second-hand, shown as not verified.
        checked_on: When the source was looked at last.
        effective_from: Since when the rule applies, where known.
    """

    key: str
    kind: str
    title: str
    title_en: str
    source: str
    source_en: str
    clause: str
    rule: str
    say: str
    do: str
    consequence: str
    values: tuple[Mapping[str, str], ...]
    confidence: str
    checked_on: dt.date
    effective_from: dt.date | None

    @property
    def is_verified(self) -> bool:
        """Whether its source was read in full."""
        return self.confidence == "A"

    def body(self) -> dict[str, object]:
        """Return the part that is stored as JSON."""
        return {
            "source": self.source,
            "source_en": self.source_en,
            "clause": self.clause,
            "rule": self.rule,
            "say": self.say,
            "do": self.do,
            "consequence": self.consequence,
            "values": [dict(value) for value in self.values],
        }

    def sha256(self) -> str:
        """Return the digest of everything a version freezes, the date of checking included."""
        everything = {
            **self.body(),
            "key": self.key,
            "kind": self.kind,
            "title": self.title,
            "title_en": self.title_en,
            "confidence": self.confidence,
            "checked_on": self.checked_on.isoformat(),
            "effective_from": self.effective_from.isoformat() if self.effective_from else None,
        }
        canonical = json.dumps(
            everything, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        return hashlib.sha256(canonical.encode()).hexdigest()


def next_version(authored: int, current: int | None) -> int:
    """Return the number of a new version.

    Args:
        authored: What the author calls it, at least 1.
        current: Number of the present version; None when there is none.
    """
    return authored if current is None else max(authored, current + 1)


def card_html(card: Card, version: int, words: Mapping[str, str]) -> str:
    """Return the card as HTML, of ``div`` and ``dl`` only, as authored text may hold nothing else.

    Args:
        card: The card.
        version: Its version number.
        words: Labels by name: ``rule``, ``say``, ``do``, ``consequence``, ``values``, ``unchecked``, and the
            patterns ``checked`` (with ``{date}``), ``effective`` (``{date}``), ``version`` (``{number}``) and
            ``as_of`` (``{date}``).
    """
    clause = f'<div class="rule-card-clause">{escape(card.clause)}</div>' if card.clause else ""
    head = (
        f'<div class="rule-card-head"><div class="rule-card-source">{escape(card.source)}</div>'
        f'{clause}<div class="rule-card-title">{escape(card.title)}</div></div>'
    )
    texts = {"rule": card.rule, "say": card.say, "do": card.do, "consequence": card.consequence}
    parts = [_part(name, words[name], escape(texts[name])) for name in PARTS if texts[name]]
    if card.values:
        parts.append(_part("values", words["values"], _values(card, words)))
    foot = [words["checked"].format(date=card.checked_on.isoformat())]
    if card.effective_from is not None:
        foot.insert(0, words["effective"].format(date=card.effective_from.isoformat()))
    foot.append(words["version"].format(number=version))
    spans = "".join(f"<span>{escape(text)}</span>" for text in foot)
    if not card.is_verified:
        spans = f'<span class="rule-card-unchecked">{escape(words["unchecked"])}</span>{spans}'
    return (
        f'<div class="rule-card">{head}<dl class="rule-card-body">{"".join(parts)}</dl>'
        f'<div class="rule-card-foot">{spans}</div></div>'
    )


def _part(name: str, label: str, html: str) -> str:
    return f'<div class="rule-card-{name}"><dt>{escape(label)}</dt><dd>{html}</dd></div>'


def _values(card: Card, words: Mapping[str, str]) -> str:
    lines = [
        f"{escape(value['name'])}：{escape(value['value'])}"
        f"（{escape(words['as_of'].format(date=value['as_of']))}）"
        for value in card.values
    ]
    return "<br>".join(lines)
