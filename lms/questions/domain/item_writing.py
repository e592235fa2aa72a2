"""Advice on how an item is written: flaws that a machine can see, as codes and facts, never as sentences.

Advice is not a refusal: an author may know better. A rule therefore rather stays silent than cries wolf. Numbers
such as "H17" are guidelines of Haladyna, Downing and Rodriguez, "A review of multiple-choice item-writing
guidelines for classroom assessment", Applied Measurement in Education 15(3), 2002; "practice" is what item writers
do without a number there. Lengths count a Chinese character as 1 and a Latin letter as a half.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, takewhile

from lms.questions.domain.items import (
    Cloze,
    Essay,
    GapItem,
    Item,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortText,
    SingleResponse,
    TrueFalse,
)

# Where advice begins; lengths in characters, tuned for precision on the shipped banks.
LONGEST_BY, LONGEST_BY_CHARACTERS = 1.4, 5  # a key against the longest distractor
MIXED_BY, MIXED_BY_CHARACTERS = 3, 12  # the longest option against the shortest
STEM_AT_MOST = 140  # seven lines on a phone of 390 px: with four options more than one screen
TYPED_AT_MOST = 12  # an only accepted text
CLUE_FROM = 4  # in a row, in the stem and in the key alone
START_FROM = 4  # at the start of every option
READ_AT_MOST = 2000  # of any text: more is no item, and searching it may take long

ABSOLUTE_WORDS = (
    "一定", "绝对", "从不", "从来", "从未", "永远", "所有", "任何", "一律", "必然", "必定", "无论如何", "百分之百",
    "百分百", "总是", "毫无", "肯定会", "肯定能", "肯定是", "always", "never", "absolutely", "completely", "entirely",
    "every time", "without exception", "under no circumstances",
)  # fmt: skip
"""Words that test-wise people take for a sign of a wrong option. 不得, 必须, 应当 are how rules speak: not here."""
NOT_ABSOLUTE = (
    "不一定", "一定的", "一定程度", "一定数量", "一定时间", "一定条件", "一定比例", "一定金额", "一定期限", "一定范围",
    "绝对值", "绝对化", "所有权", "所有人", "所有者", "从不同", "从不良", "不是所有", "不是任何", "并非所有", "未必然",
    "not always", "not completely", "not entirely", "not every time",
)  # fmt: skip
"""Where such a word means something else, or is denied."""

_ABSOLUTE = re.compile("|".join(rf"\b{one}\b" if one.isascii() else one for one in ABSOLUTE_WORDS))
_NOT_ABSOLUTE = re.compile("|".join(NOT_ABSOLUTE))
_BOLD = re.compile(r"\*\*.+?\*\*", re.DOTALL)
_PICTURE = re.compile(r"!\[[^\]\n]{0,200}\]\([^)\n]{0,200}\)")
_QUOTED = re.compile(r"「[^」]*」|『[^』]*』|“[^”]*”|《[^》]*》|\"[^\"]*\"")
_OPENING, _CLOSING = '「『“"', '」』”"'
_SENTENCE = re.compile(r"[。！？!?\n]+")
_CLAUSE = r"[^，,。；;：:！!？?\n]"
_HARMLESS = re.compile(r"(.)不\1|不[锈同少过仅但管论断良满足变]|[差来]不[多及]|非常|没收|除[湿尘]")
_ASKED = r"(?:哪|下列|以下|下面|选出|找出|指出)"
_NEGATION = r"(?:不|没有?|并非|非|无需|无须|有误|错误(?=的?(?:是|有|一|选|$|[？?（(])))"
_NOT_THE = rf"(不|没有?|错误|有误){_CLAUSE}{{0,8}}的"
_ENGLISH_NOT = r"(\bnot\b|\bexcept\b|\bleast\b|n['’]t\b)"
_NEGATIVES = (
    re.compile(rf"{_ASKED}{_CLAUSE}*?({_NEGATION})"),
    re.compile(rf"{_NOT_THE}(?:一项|一个|选项|说法|做法)?(?:是|有|为)哪"),
    re.compile(rf"{_NOT_THE}(?:是|有|为|一项|选项|说法|做法|\s*[（(_])\W*$"),
    re.compile(r"(除了?)[^。！？!?\n]*(?:都|均|全)|(?:都|均|全)[^。！？!?\n]*(?:除了|除外)"),
    re.compile(rf"\b(?:[Ww]hich|[Ww]hat|[Ww]ho|[Aa]ll)\b[^.?!\n]*?{_ENGLISH_NOT}"),
)
_NAMES_ALL = r"(?:[各几两二三四五]项|[两二三四五]者|所有|全部|选项|说法|做法|答案|情况|内容|的)*"
_VERB = r"(?:是|对|正确|可以|可|包括|符合|属于|成立|行|要|有可能|可能|有|错误?|误|适用|需要|能)"
_ABOVE = r"(?:以上|上述|前述|上面|前面)"
_CATCH_ALLS = {
    "none_of_the_above": re.compile(
        rf"{_ABOVE}?{_NAMES_ALL}(?:全都|都|均|皆|全)(?:不|没有?|非|错误?|有误){_VERB}?"
        rf"|{_ABOVE}?(?:没有|无)(?:一[项个])?(?:正确|对)(?:的|答案|选项|项)*"
        r"|(?:none|neither)of(?:theabove|these)(?:(?:is|are)(?:correct|true|right))?"
    ),
    "all_of_the_above": re.compile(
        rf"{_ABOVE}{_NAMES_ALL}(?:全都|全部|都|均|皆|全){_VERB}?|(?:全都|都|均|皆|全){_VERB}"
        r"|(?:all|both)of(?:theabove|these)(?:are(?:correct|true|right))?"
    ),
    "options_by_letter": re.compile(
        r"[a-h](?:(?:和|与|及|、|,|\+|&|and|or|或)[a-h])+(?:都|均|皆)?不?(?:是|对|正确|可以)?"
        r"|[a-h]{2,5}(?:都|均|皆)不?(?:是|对|正确|可以)"
    ),
}
_TWO = re.compile(
    r"[；;](?=.)|[，,。](?:而且|并且|同时(?!间)|此外|另外|但是?(?=[不要可能应会必得]))"
    r"|[不要可能应会必得][^，,。；;]*[，,]也(?=[不要可能应会必得])|[,;] (?:and also|moreover|but)\b"
)
_CONCESSION = re.compile(r"即使|即便|就算|哪怕|虽|尽管|无论|不管|只要|再|even if|although")
_NUMBER = re.compile(r"[约≥≤<>]?[¥￥$]?[+-]?\d[\d.,]*\D{0,4}")
_FILLERS = re.compile(r"[\s的了吧呢啊呀嘛哦。、;!?「」『』“”\"]|[,:](?!\d)")
_ABOUT = re.compile(r"大约|约|大概|估|四舍五入|保留|\babout\b|approximat|roughly", re.IGNORECASE)
_RAISED = re.compile(r"[\u00b2\u00b3\u00b9\u2070-\u209f]")
_MONEY = frozenset({"元", "¥", "￥", "$", "CNY", "RMB", "块"})


@dataclass(frozen=True, slots=True)
class Advice:
    """One flaw that an author should look at.

    Attributes:
        code: Stable lower-case name; templates make a sentence of it.
        facts: What the sentence needs: ``option`` or ``options`` (ids), ``word``, ``text``, ``length``, ``limit``;
            ``gap`` where a gap of a cloze is meant.
    """

    code: str
    facts: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class _Choice:
    """A choice from one list, in plain words: texts by option id, in authored order."""

    stem: str
    texts: Mapping[str, str]
    keys: frozenset[str]

    @property
    def distractors(self) -> dict[str, str]:
        return {name: text for name, text in self.texts.items() if name not in self.keys}


def advise(item: Item) -> tuple[Advice, ...]:
    """Return what a careful colleague would say about how ``item`` is written; nothing when nothing is to say.

    Rules and their sources:
        key_is_longest: Every key is clearly longer than every distractor (H24, H28d).
        all_of_the_above, none_of_the_above: Such an option (H26, H25).
        options_by_letter: "A 和 C 都对" (H9, type K); options are shuffled, so the letters are wrong as well.
        negation_not_emphasised: The question asks for what is not so, without bold or capitals (H17). Statements
            to be judged are left alone: there the negation is what is judged.
        absolute_word: In distractors only, or in keys only, or in a false statement (H28a).
        mixed_full_stops: Some options end with a full stop (H12, H23).
        mixed_lengths: The longest is many times the shortest, and is no lone long key (H24).
        mixed_form: One option alone is quoted speech, or alone is not; a key alone is a number, or words (H23, H28c).
        repeated_start: Every option begins with the same words, which belong into the stem (H13, H15).
        duplicate_options: Equal but for particles and punctuation (H22).
        key_repeats_stem: Only the key shares a run of words with the stem; what somebody says there may be echoed (H28b).
        stem_too_long: More than a phone shows with its options (H13, H16).
        two_statements: A statement to be judged makes two claims (H1: a single content).
        missing_feedback, missing_explanation: Nothing to learn from afterwards (practice).
        no_tolerance: A rounded or measured number that must be met exactly (practice).
        long_accepted_text: The only accepted text is a sentence (practice).
    """
    return (*_texts(item), *_by_type(item))


def _texts(item: Item) -> Iterator[Advice]:
    length = length_of(plain(item.stem))
    if length > STEM_AT_MOST and not isinstance(item, Cloze | Essay):
        yield Advice("stem_too_long", {"length": length, "limit": STEM_AT_MOST})
    said = item.explanation + (item.reference if isinstance(item, Essay) else "")
    if not said.strip():
        yield Advice("missing_explanation")
    if isinstance(item, SingleResponse | MultipleResponse | TrueFalse):
        silent = tuple(one.id for one in item.options if not one.feedback.strip())
        if silent:
            yield Advice("missing_feedback", {"options": silent})


def _by_type(item: Item) -> Iterator[Advice]:
    if isinstance(item, TrueFalse):
        yield from _statement(item)
    elif isinstance(item, Matching):
        for texts in (item.premises, item.choices):
            yield from _duplicates({one.id: plain(one.text) for one in texts})
    elif isinstance(item, Ordering):
        yield from _duplicates({one.id: plain(one.text) for one in item.options})
    elif isinstance(item, Cloze):
        for gap in item.gaps:
            for advice in _answered(gap.item):
                yield Advice(advice.code, {**advice.facts, "gap": gap.id})
    elif not isinstance(item, Essay):
        yield from _negation(item.stem)
        yield from _answered(item)


def _answered(item: GapItem) -> Iterator[Advice]:
    if isinstance(item, Numeric):
        yield from _no_tolerance(item)
    elif isinstance(item, ShortText):
        yield from _long_accepted(item)
    else:
        texts = {one.id: plain(one.text) for one in item.options}
        choice = _Choice(plain(item.stem), texts, item.keys)
        for rule in _RULES:
            yield from rule(choice)
        yield from _duplicates(texts)


def _key_is_longest(choice: _Choice) -> Iterator[Advice]:
    keys = min((length_of(choice.texts[key]) for key in choice.keys), default=0)
    others = max(map(length_of, choice.distractors.values()), default=0)
    if others and keys >= LONGEST_BY * others and keys - others >= LONGEST_BY_CHARACTERS:
        names = tuple(name for name in choice.texts if name in choice.keys)
        yield Advice("key_is_longest", {"options": names, "length": keys, "next": others})


def _catch_alls(choice: _Choice) -> Iterator[Advice]:
    for name, text in choice.texts.items():
        folded = re.sub(r"[\s。.！!「」“”\"（）()]", "", _folded(text))
        for code, pattern in _CATCH_ALLS.items():
            if pattern.fullmatch(folded):
                yield Advice(code, {"option": name, "text": text})
                break


def _negation(stem: str) -> Iterator[Advice]:
    spoken = _QUOTED.sub("…", plain(_BOLD.sub("", stem[:READ_AT_MOST])))
    for sentence in _SENTENCE.split(spoken):
        asked = _HARMLESS.sub("", sentence)
        found = next((hit for one in _NEGATIVES if (hit := one.search(asked))), None)
        if found is not None:
            yield Advice("negation_not_emphasised", {"word": found[1] or "除"})
            return


def _absolute_words(choice: _Choice) -> Iterator[Advice]:
    known = _absolute_in(choice.stem)
    found = {
        name: words[0]
        for name, text in choice.texts.items()
        if (words := [one for one in _absolute_in(_QUOTED.sub("…", text)) if one not in known])
    }
    if found.keys() & choice.keys and found.keys() - choice.keys:
        return
    for name, word in found.items():
        is_key = name in choice.keys
        yield Advice("absolute_word", {"option": name, "word": word, "is_key": is_key})


def _absolute_in(text: str) -> list[str]:
    return _ABSOLUTE.findall(_NOT_ABSOLUTE.sub("…", _folded(text)))


def _full_stops(choice: _Choice) -> Iterator[Advice]:
    ends = {name: text.rstrip(_CLOSING + "'’)）] ")[-1:] for name, text in choice.texts.items()}
    stopped = [name for name, end in ends.items() if end in {"。", "．", "."}]
    bare = [name for name, end in ends.items() if end.isalnum()]
    if stopped and bare:
        yield Advice("mixed_full_stops", {"with": tuple(stopped), "without": tuple(bare)})


def _lengths(choice: _Choice) -> Iterator[Advice]:
    if any(_key_is_longest(choice)):
        return
    ordered = sorted(choice.texts, key=lambda name: length_of(choice.texts[name]))
    low, high = (length_of(choice.texts[ordered[at]]) for at in (0, -1))
    if high >= MIXED_BY * low and high - low >= MIXED_BY_CHARACTERS:
        names = (ordered[0], ordered[-1])
        yield Advice("mixed_lengths", {"options": names, "shortest": low, "longest": high})


def _form(choice: _Choice) -> Iterator[Advice]:
    odd = _odd_one(choice.texts, _is_quoted)
    if odd:
        yield Advice("mixed_form", {"option": odd, "form": "quoted"})
    odd = _odd_one(choice.texts, lambda text: _NUMBER.fullmatch(text) is not None)
    if odd in choice.keys:
        yield Advice("mixed_form", {"option": odd, "form": "number"})


def _odd_one(texts: Mapping[str, str], holds: Callable[[str], bool]) -> str:
    """Return the one option of three or more for which ``holds`` says something else; empty if there is none."""
    yes = [name for name, text in texts.items() if holds(text)]
    no = [name for name in texts if name not in yes]
    lone = yes if len(yes) == 1 else no
    return lone[0] if len(lone) == 1 and len(texts) > 2 else ""


def _start(choice: _Choice) -> Iterator[Advice]:
    texts = sorted(choice.texts.values())
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(texts[0], texts[-1], strict=False))
    start = "".join(letter for letter, _ in pairs)
    if any(re.match(r"[A-Za-z]", text[len(start) :]) for text in texts):
        start = re.sub(r"[A-Za-z]+$", "", start)
    start = re.sub(r"[\W_]+$", "", start)
    rests = [re.search(r"\w", text[len(start) :]) for text in texts]
    if length_of(start) < START_FROM or re.search(r"\d", start) or not all(rests):
        return
    if start[0] not in _OPENING and (not start.isascii() or start.count(" ") > 1):
        yield Advice("repeated_start", {"text": start})


def _duplicates(texts: Mapping[str, str]) -> Iterator[Advice]:
    bare = {name: _FILLERS.sub("", _folded(text)) for name, text in texts.items()}
    for one, other in combinations(texts, 2):
        if bare[one] == bare[other] != "":
            yield Advice("duplicate_options", {"options": (one, other)})


def _clue(choice: _Choice) -> Iterator[Advice]:
    if len(choice.keys) != 1 or len(choice.texts) < 3:
        return
    (key,) = choice.keys
    said = _QUOTED.sub("…", choice.stem)
    shared = _shared(choice.texts[key], said, CLUE_FROM)
    others = choice.distractors.values()
    if shared and not any(_shared(text, choice.stem, CLUE_FROM - 1) for text in others):
        yield Advice("key_repeats_stem", {"option": key, "text": shared})


def _shared(text: str, stem: str, at_least: int) -> str:
    """Return the first run of Chinese characters (``at_least`` so many), or the first Latin word, in both."""
    folded = _folded(stem)
    words = set(re.findall(r"[a-z]{5,}", folded))
    for run in re.findall(r"[\u4e00-\u9fff]+|[a-z]{5,}", _folded(text)):
        size = len(run) if run.isascii() else at_least
        for at in range(len(run) - size + 1):
            if run[at : at + size] in (words if run.isascii() else folded):
                ends = range(at + size, len(run) + 1)
                return str(max((run[at:end] for end in ends if run[at:end] in folded), key=len))
    return ""


def _statement(item: TrueFalse) -> Iterator[Advice]:
    spoken = _QUOTED.sub("…", plain(item.stem))
    words = [] if item.answer else _absolute_in(spoken)
    if words:
        yield Advice("absolute_word", {"option": "", "word": words[0], "is_key": False})
    found = _TWO.search(spoken)
    if found is not None and not _CONCESSION.search(spoken):
        word = re.split(r"[，,。；;]", found[0])[-1].strip()
        yield Advice("two_statements", {"word": word or found[0]})


def _no_tolerance(item: Numeric) -> Iterator[Advice]:
    right = [one for one in item.accepted if one.percent == 100]
    if any(one.low != one.high for one in right):
        return
    is_rounded = _ABOUT.search(item.stem) is not None
    is_money = item.unit.strip() in _MONEY
    is_broken = any(one.low != one.low.to_integral_value() for one in right)
    if is_rounded or (is_broken and not is_money):
        yield Advice("no_tolerance", {"value": right[0].text})


def _long_accepted(item: ShortText) -> Iterator[Advice]:
    right = [one.text for one in item.accepted if one.percent == 100]
    if len(right) > 1 or "*" in right[0].replace("\\*", ""):
        return
    length, limit = length_of(right[0]), TYPED_AT_MOST
    if length > limit:
        yield Advice("long_accepted_text", {"text": right[0], "length": length, "limit": limit})


def plain(text: str) -> str:
    """Return Markdown without its marks, as far as length and words go; at most 2000 characters are read."""
    text = _PICTURE.sub("", text[:READ_AT_MOST]).replace("**", "")
    return re.sub(r"^[|\s:-]+$|\|", " ", text, flags=re.MULTILINE).strip()


def length_of(text: str) -> int:
    """Return how long ``text`` looks, in Chinese characters: a Latin letter is half of one, rounded up."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return (len(text) + wide + 1) // 2


def _folded(text: str) -> str:
    """Return ``text`` in narrow lower case; 10² stays what it is."""
    form = text if _RAISED.search(text) else unicodedata.normalize("NFKC", text)
    return form.casefold()


def _is_quoted(text: str) -> bool:
    return len(text) > 2 and text[0] in _OPENING and text[-1] in _CLOSING


_RULES: Sequence[Callable[[_Choice], Iterator[Advice]]] = (
    _key_is_longest, _catch_alls, _absolute_words, _full_stops, _lengths, _form, _start, _clue,
)  # fmt: skip
