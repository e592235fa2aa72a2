"""Who may come into a sitting: the password of the room, the network, the pledge."""

import hmac
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network

from lms.quizzes.domain.rules import SittingRules

NETWORKS_AT_MOST = 20


class Refusal(StrEnum):
    """Why somebody may not start although the sitting is open to them."""

    PASSWORD_WRONG = "password_wrong"  # noqa: S105 - a reason, no secret
    NETWORK_REFUSED = "network_refused"
    PLEDGE_MISSING = "pledge_missing"


class BadNetworkError(ValueError):
    """A line that names no network; ``line`` counts from 1, ``text`` is what stands there."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text}")
        self.line = line
        self.text = text


def read_networks(text: str) -> tuple[str, ...]:
    """Read networks in CIDR notation, one a line; a lone address is a network of itself.

    Args:
        text: As typed; empty lines and blanks around do not matter.

    Returns:
        Each network once, in the order given, without bits beyond its prefix (``10.1.2.3/8`` is ``10.0.0.0/8``).

    Raises:
        BadNetworkError: The first line that is none.
    """
    networks: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        said = line.strip()
        if not said:
            continue
        try:
            networks[str(ip_network(said, strict=False))] = None
        except ValueError as error:
            raise BadNetworkError(number, said) from error
    return tuple(networks)


def is_within(networks: Sequence[str], address: str) -> bool:
    """Say whether ``address`` is in one of ``networks``; any is when there are none, an unknown one never.

    An IPv4 address that comes written as IPv6 (``::ffff:10.1.2.3``) counts as the IPv4 address it is.
    """
    if not networks:
        return True
    try:
        here = ip_address(address)
    except ValueError:
        return False
    if isinstance(here, IPv6Address) and here.ipv4_mapped is not None:
        here = here.ipv4_mapped
    return any(here in ip_network(one) for one in networks)


def is_password(said: str, asked: str) -> bool:
    """Compare a password said aloud in a room, in a time that does not depend on how much of it is right.

    Case, full-width forms and blanks around do not matter: nobody hears them, and phones change them.
    """
    return hmac.compare_digest(_plain(said), _plain(asked))


def _plain(text: str) -> bytes:
    return unicodedata.normalize("NFKC", text).strip().casefold().encode()


def why_refused(
    rules: SittingRules, *, password: str, pledged: bool, address: str
) -> Refusal | None:
    """Say what keeps somebody from starting, or None.

    The network first: who is outside need not be told whether the password is right.

    Args:
        rules: Of the sitting.
        password: As typed.
        pledged: Whether the pledge was confirmed.
        address: From where the request comes.
    """
    if not is_within(rules.networks, address):
        return Refusal.NETWORK_REFUSED
    if rules.password and not is_password(password, rules.password):
        return Refusal.PASSWORD_WRONG
    if rules.pledge and not pledged:
        return Refusal.PLEDGE_MISSING
    return None
