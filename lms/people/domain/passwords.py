"""Which passwords are too easy to guess, decided without asking anybody outside."""

import unicodedata
from collections.abc import Iterable

MIN_LENGTH = 8
MAX_LENGTH = 128
"""Longer ones are refused: hashing them would cost an attacker nothing and us much."""

_ROWS = (
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn",
)
#: The stems of the passwords that lead every published list, in China and elsewhere. Digits and marks around
#: them do not help: they are stripped before comparing.
_STEM_WORDS = """
password passwort passw0rd admin administrator root welcome letmein iloveyou monkey dragon sunshine princess
football baseball superman batman master shadow michael jordan hello charlie login changeme default secret
test guest user qwerty qwertyuiop asdf asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc wsxedc abc abcd abcde
abcdef woaini woaiwojia woaini woaiwo aini nihao zhongguo beijing shanghai aa aaa aaaa qq qqq wang zhang li
liu chen yang huang zhao wu zhou kefu shanggang taobao tmall jingdong pinduoduo douyin xiaoer mima
weixin weibo alipay hao123
"""
_EXACT_WORDS = """
5201314 52013145201314 woaini1314 woaini520 woaini5201314 1314520 13145200 a123456789 1q2w3e4r 1q2w3e4r5t
1qaz2wsx q1w2e3r4 zaq12wsx a1b2c3d4 qwe123456 123qweasd asd123456 12345qwert qwert12345 p@ssw0rd p@ssword
trustno1 147258369 159357456 789456123 741852963 963852741 110110110 88888888 66668888 88886666
11223344 12341234 12344321 123123123 123321123 112233445566
"""
_STEMS = frozenset(_STEM_WORDS.split())
_EXACT = frozenset(_EXACT_WORDS.split())


def normal_form(password: str) -> str:
    """Return ``password`` as it is compared here: NFKC, lower case."""
    return unicodedata.normalize("NFKC", password).casefold()


def find_weakness(password: str, known: Iterable[str] = ()) -> str:
    """Return why ``password`` is refused, or an empty string when it is good enough.

    Length is what protects; the other checks only take out what a guesser tries first (NIST SP 800-63B, 5.1.1.2:
    at least 8 characters, no composition rules, refuse common, sequential and context words).

    Args:
        password: As typed.
        known: What others know of the person: name, user name, phone, employee number, e-mail.

    Returns:
        ``password_short``, ``password_long``, ``password_common``, ``password_sequence``,
        ``password_personal`` or an empty string.
    """
    if len(password) < MIN_LENGTH:
        return "password_short"
    if len(password) > MAX_LENGTH:
        return "password_long"
    plain = normal_form(password)
    if _is_personal(plain, known):
        return "password_personal"
    if _is_sequence(plain):
        return "password_sequence"
    if plain in _EXACT or _stem(plain) in _STEMS:
        return "password_common"
    return ""


def _stem(plain: str) -> str:
    """Return ``plain`` without the digits and marks that people put around a word."""
    return plain.strip("0123456789!@#$%^&*.,?_-+=~ ")


def _is_personal(plain: str, known: Iterable[str]) -> bool:
    words = {normal_form(word) for word in known if len(word) >= 2}
    words |= {word.partition("@")[0] for word in words}
    return any(plain in (word, word + word) or _stem(plain) == word for word in words if word)


def _is_sequence(plain: str) -> bool:
    """Say whether it is one repeated piece of at most three characters, or a run along keys or the alphabet."""
    if any(plain == (plain[:size] * len(plain))[: len(plain)] for size in (1, 2, 3)):
        return True
    return any(plain in row * 2 or plain in row[::-1] * 2 for row in _ROWS)
