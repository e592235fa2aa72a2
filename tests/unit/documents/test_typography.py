import pytest

from lms.documents.typography import cjk_latin_spacing


@pytest.mark.parametrize(
    ("text", "spaced"),
    [
        ("2026年11月22日", "2026|年|11|月|22|日"),
        ("云岫Yunxiu生活", "云岫|Yunxiu|生活"),
        ("第 3 组", "第|3|组"),
        ("占60%以上", "占|60%|以上"),
        ("𬭎A", "𬭎|A"),
        ("㛃9", "㛃|9"),
        ("Ångström单位", "Ångström|单位"),
        ("《2026》，A。", "《2026》，A。"),
        ("没有西文", "没有西文"),
        ("plain English 90", "plain English 90"),
        ("", ""),
    ],
)
def test_thin_space_stands_between_han_and_latin_only(text: str, spaced: str) -> None:
    assert cjk_latin_spacing(text) == spaced.replace("|", "\u2009")


def test_spacing_twice_changes_nothing() -> None:
    once = cjk_latin_spacing("已完成 48 学时，成绩92分，A级")
    assert cjk_latin_spacing(once) == once
