import pytest

from lms.quizzes.domain.admission import (
    BadNetworkError,
    Refusal,
    is_password,
    is_within,
    read_networks,
    why_refused,
)
from lms.quizzes.domain.rules import SittingRules


def test_networks_are_read_one_a_line_without_bits_beyond_the_prefix() -> None:
    text = "192.168.1.0/24\n\n  10.1.2.3/8 \n203.0.113.7\n192.168.1.0/24\n2001:db8::/32"
    assert read_networks(text) == (
        "192.168.1.0/24",
        "10.0.0.0/8",
        "203.0.113.7/32",
        "2001:db8::/32",
    )
    assert read_networks(" \n") == ()


@pytest.mark.parametrize("line", ["公司", "300.1.1.1", "10.0.0.0/33", "10.0.0.0-10.0.0.9"])
def test_what_is_no_network_is_named_by_its_line(line: str) -> None:
    with pytest.raises(BadNetworkError) as caught:
        read_networks(f"10.0.0.0/8\n\n{line}")
    assert (caught.value.line, caught.value.text) == (3, line)


@pytest.mark.parametrize(
    ("networks", "address", "expected"),
    [
        ((), "8.8.8.8", True),
        (("10.0.0.0/8",), "10.9.9.9", True),
        (("10.0.0.0/8",), "11.0.0.1", False),
        (("10.0.0.0/8", "203.0.113.0/24"), "203.0.113.5", True),
        (("10.0.0.0/8",), "::ffff:10.1.1.1", True),
        (("10.0.0.0/8",), "2001:db8::1", False),
        (("2001:db8::/32",), "2001:db8::1", True),
        (("10.0.0.0/8",), "", False),
    ],
)
def test_an_address_is_within_the_networks(networks, address: str, expected: bool) -> None:
    assert is_within(networks, address) is expected


@pytest.mark.parametrize(
    "said", ["Kaoshi2026", "KAOSHI2026", " kaoshi2026 ", "ｋａｏｓｈｉ２０２６"]
)
def test_a_password_said_aloud_is_heard_without_case(said: str) -> None:
    assert is_password(said, "kaoshi2026")


@pytest.mark.parametrize("said", ["", "kaoshi", "kaoshi2026x", "开始2026"])
def test_another_password_is_wrong(said: str) -> None:
    assert not is_password(said, "kaoshi2026")


RULES = SittingRules(password="七天", networks=("10.0.0.0/8",), pledge="我独立作答。")


@pytest.mark.parametrize(
    ("password", "pledged", "address", "expected"),
    [
        ("七天", True, "10.0.0.1", None),
        ("七天", True, "11.0.0.1", Refusal.NETWORK_REFUSED),
        ("八天", True, "11.0.0.1", Refusal.NETWORK_REFUSED),
        ("八天", False, "10.0.0.1", Refusal.PASSWORD_WRONG),
        ("七天", False, "10.0.0.1", Refusal.PLEDGE_MISSING),
    ],
)
def test_why_somebody_may_not_come_in(password, pledged, address, expected) -> None:
    assert why_refused(RULES, password=password, pledged=pledged, address=address) == expected


def test_a_usual_sitting_asks_for_nothing() -> None:
    assert why_refused(SittingRules(), password="", pledged=False, address="") is None
