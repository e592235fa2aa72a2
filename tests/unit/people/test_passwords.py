import pytest

from lms.people.domain.passwords import find_weakness


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("", "password_short"),
        ("Kq7#fz2", "password_short"),
        ("x" * 129, "password_long"),
        ("aaaaaaaa", "password_sequence"),
        ("abcabcabc", "password_sequence"),
        ("12345678", "password_sequence"),
        ("87654321", "password_sequence"),
        ("qwertyuiop", "password_sequence"),
        ("zyxwvuts", "password_sequence"),
        ("１２３４５６７８", "password_sequence"),
        ("Password1!", "password_common"),
        ("password", "password_common"),
        ("ADMIN12345", "password_common"),
        ("woaini520", "password_common"),
        ("52013145201314", "password_common"),
        ("1qaz2wsx", "password_sequence"),
        ("a123456789", "password_common"),
        ("wang123456", "password_common"),
        ("13800138000", "password_personal"),
        ("xiaoman123", "password_personal"),
        ("LinXiaoman", "password_personal"),
        ("林小满林小满林小满", "password_sequence"),
    ],
)
def test_passwords_that_a_guesser_tries_first_are_refused(password, weakness):
    known = ("林小满", "LinXiaoman", "13800138000", "xiaoman@example.com")
    assert find_weakness(password, known) == weakness


@pytest.mark.parametrize(
    "password",
    [
        "correct-horse-7",
        "下午三点喝奶茶去",
        "tR7v-kk2m",
        "周末去爬山2026年",
        "kefu shi wo de gongzuo",
    ],
)
def test_good_passwords_pass(password):
    assert find_weakness(password, ("林小满", "", "k")) == ""


def test_only_digits_are_allowed_if_no_pattern_is_in_them():
    assert find_weakness("73920561") == ""
