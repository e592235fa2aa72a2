"""Ways to reach and recognise a person: phone number, e-mail, user name, as people type them."""

import re
import unicodedata
from collections.abc import Collection

_MAINLAND = re.compile(r"1[3-9]\d{9}")
_FOREIGN = re.compile(r"\+[1-9]\d{6,14}")
_EMAIL = re.compile(
    r"[^@\s,;:<>()\"]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+"
)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_FILLERS = re.compile(r"[\s\-‐-―()（）]")
USERNAME_MAX = 64


def narrow(text: str) -> str:
    """Return ``text`` with full-width letters, digits and blanks made narrow and the ends stripped."""
    return unicodedata.normalize("NFKC", text).strip()


def as_phone(text: str) -> str:
    """Return the one form in which a phone number is stored.

    Args:
        text: As typed: full-width digits, blanks, dashes, brackets, a leading +86, 0086 or 86 do not matter.

    Returns:
        Eleven digits for a mainland mobile number; ``+`` and 7 to 15 digits for any other number (E.164).

    Raises:
        ValueError: It is neither. A foreign number needs its ``+`` and country code.
    """
    digits = _FILLERS.sub("", narrow(text))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    local = digits.removeprefix("+86")
    if len(local) == 13:
        local = local.removeprefix("86")
    if _MAINLAND.fullmatch(local):
        return local
    if _FOREIGN.fullmatch(digits) and not digits.startswith("+86"):
        return digits
    raise ValueError(f"not a phone number: {len(digits)} characters")


def as_email(text: str) -> str:
    """Return an e-mail address in the form in which it is stored: narrow, lower case.

    Raises:
        ValueError: It has no ``name@host.domain`` shape or is longer than 254 characters (RFC 5321).
    """
    address = narrow(text).lower()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise ValueError("not an e-mail address")
    return address


def as_username(text: str) -> str:
    """Return a user name in the form in which it is stored: lower case.

    Raises:
        ValueError: It is not 2 to 64 of a–z, 0–9, dot, dash and underscore, starting with a letter or digit.
    """
    username = narrow(text).lower()
    if not _USERNAME.fullmatch(username):
        raise ValueError("not a user name")
    return username


def propose_username(
    *, employee_no: str = "", phone: str = "", email: str = "", taken: Collection[str] = ()
) -> str:
    """Propose a user name: the employee number, else the phone number, else the e-mail's first part.

    Args:
        employee_no: As stored, or empty.
        phone: As stored, or empty.
        email: As stored, or empty.
        taken: User names that are in use; the proposal gets a number behind it until it is free.

    Returns:
        A valid user name that is not in ``taken``; ``user`` with a number when nothing else is known.
    """
    for wish in (employee_no, phone.removeprefix("+"), email.partition("@")[0], "user"):
        try:
            base = as_username(wish)[: USERNAME_MAX - 6]
        except ValueError:
            continue
        return _free(base, taken)
    raise AssertionError("the last wish is valid")  # pragma: no cover


def _free(base: str, taken: Collection[str]) -> str:
    candidate, number = base, 2
    while candidate in taken:
        candidate = f"{base}-{number}"
        number += 1
    return candidate


def masked(value: str) -> str:
    """Return a phone number or e-mail address with its middle hidden, for those who need not know it.

    Enough is left to tell two apart: ``138****8000``, ``x***@example.com``.
    """
    name, at, host = value.partition("@")
    if at:
        return f"{name[:1]}***@{host}"
    if len(value) < 8:
        return "***" if value else ""
    return f"{value[:3]}****{value[-4:]}"
