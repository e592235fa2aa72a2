import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.people.domain.contacts import (
    as_email,
    as_phone,
    as_username,
    masked,
    narrow,
    propose_username,
)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13800138000", "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("0086-13800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("（+86）13800138000", "13800138000"),
        ("+852 9123 4567", "+85291234567"),
        ("00852 9123 4567", "+85291234567"),
        ("+1 (415) 555-0100", "+14155550100"),
    ],
)
def test_a_phone_number_is_stored_in_one_form(typed, stored):
    assert as_phone(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "1380013800",
        "138001380001",
        "12800138000",
        "021-6888",
        "+86 12800138000",
        "1.38E+10",
        "abc",
        "+0123456789",
    ],
)
def test_what_is_no_phone_number_is_refused(typed):
    with pytest.raises(ValueError, match="phone"):
        as_phone(typed)


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", "+86", "86", "0086", "+86 "]),
)
def test_a_stored_phone_number_stays_the_same(number, prefix):
    stored = as_phone(prefix + number)
    assert stored == number
    assert as_phone(stored) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Xiao.Man@Example.COM ", "xiao.man@example.com"),
        ("ａ＠b.cn", "a@b.cn"),
        ("x+y@mail.example.co", "x+y@mail.example.co"),
    ],
)
def test_an_email_is_stored_lower_case_and_narrow(typed, stored):
    assert as_email(typed) == stored


@pytest.mark.parametrize(
    "typed",
    ["", "a", "a@b", "a b@c.cn", "a@b@c.cn", "a@-b.cn", "@b.cn", "x" * 250 + "@b.cn", "a,b@c.cn"],
)
def test_what_is_no_email_is_refused(typed):
    with pytest.raises(ValueError, match="e-mail"):
        as_email(typed)


@pytest.mark.parametrize(
    ("typed", "stored"), [("K0231", "k0231"), (" Lin.Xiaoman ", "lin.xiaoman"), ("a_b-c", "a_b-c")]
)
def test_a_user_name_is_stored_lower_case(typed, stored):
    assert as_username(typed) == stored


@pytest.mark.parametrize("typed", ["", "a", "林小满", "a b", ".ab", "a" * 65, "a@b.cn"])
def test_what_is_no_user_name_is_refused(typed):
    with pytest.raises(ValueError, match="user name"):
        as_username(typed)


def test_a_user_name_is_proposed_from_the_best_that_is_known():
    assert propose_username(employee_no="K0231", phone="13800138000") == "k0231"
    assert propose_username(employee_no="工号七", phone="13800138000") == "13800138000"
    assert propose_username(phone="+85291234567") == "85291234567"
    assert propose_username(email="xiaoman@example.com") == "xiaoman"
    assert propose_username() == "user"


def test_a_proposal_is_free():
    assert propose_username(employee_no="K1", taken={"k1", "k1-2"}) == "k1-3"


@given(
    st.text(max_size=90), st.text(max_size=30), st.sets(st.sampled_from(["user", "user-2", "a1"]))
)
def test_every_proposal_is_a_valid_free_user_name(employee_no, phone, taken):
    proposal = propose_username(employee_no=employee_no, phone=phone, taken=taken)
    assert as_username(proposal) == proposal
    assert proposal not in taken


def test_narrow_keeps_chinese():
    assert narrow("　林小满（１）") == "林小满(1)"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", ""),
        ("13800138000", "138****8000"),
        ("+85291234567", "+85****4567"),
        ("1234567", "***"),
        ("xiaoman@example.com", "x***@example.com"),
    ],
)
def test_the_middle_is_hidden(value, shown):
    assert masked(value) == shown
