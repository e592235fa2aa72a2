"""Authored Markdown: blocks, call-outs, conversations, places to replace, and nothing that could run."""

import re

import pytest

from lms.web.markdown import render_blocks, render_inline, render_option


def html(text: str, **kwargs: object) -> str:
    return "".join(block.html for block in render_blocks(text, **kwargs))


def test_each_top_level_piece_is_a_block_with_a_key():
    blocks = render_blocks("开头。\n\n## 标题\n\n- 一\n- 二\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert [block.key for block in blocks] == ["b1", "b2", "b3", "b4"]
    assert [block.heading for block in blocks] == ["", "标题", "", ""]
    assert blocks[3].html.startswith('<div class="table-scroll"')


@pytest.mark.parametrize(
    ("language", "name"),
    [("zh_Hans", "表格：情形、怎么&quot;做&quot;"), ("en", "Table: 情形, 怎么&quot;做&quot;")],
)
def test_a_table_scrolls_in_a_named_region_that_the_keyboard_reaches(language, name):
    out = html('| **情形** | 怎么"做" | |\n|---|---|---|\n| 1 | 2 | 3 |\n', language=language)
    (box,) = re.findall(r"<div[^>]*>", out)
    assert {'class="table-scroll"', 'role="region"', 'tabindex="0"'} <= set(box[1:-1].split()[1:4])
    assert f'aria-label="{name}"' in box


def test_call_out_with_title():
    out = html("::: redline 不要说\n加微信给您便宜\n:::")
    assert 'class="callout callout-redline"' in out
    assert 'role="note"' in out
    assert '<p class="callout-title">不要说</p>' in out


def test_conversation_shows_who_speaks_and_whether_it_was_good():
    out = html(
        "::: chat 催发货\n买家：什么时候发？\n客服：我去核实，**十分钟**内回您。 ✓\n旁白：说到做到。\n客服：不知道。 ✗\n:::"
    )
    assert out.count('class="chat-line chat-buyer"') == 1
    assert out.count('class="chat-line chat-agent"') == 2
    assert out.count("chat-good") == 1
    assert out.count("chat-bad") == 1
    assert "chat-narrator" in out
    assert "<strong>十分钟</strong>" in out


def test_card_is_put_in_and_an_unknown_one_is_named():
    assert (
        html("::: card ecl-14\n:::", cards={"ecl-14": '<div class="rule-card">x</div>'})
        == '<div class="rule-card">x</div>'
    )
    assert "no-such" in html("::: card no-such\n:::")


def test_place_to_replace_is_marked():
    out = render_option("上限是 [[优惠授权上限：单笔 10 元]]。")
    assert '<mark class="place" title="优惠授权上限">单笔 10 元</mark>' in out


def test_picture_becomes_a_figure_with_its_caption_and_address():
    out = html('![流程](media/a.svg "图注")', media_url=lambda path: f"/m/{path}")
    assert 'src="/m/media/a.svg"' in out
    assert 'alt="流程"' in out
    assert "<figcaption>图注</figcaption>" in out


@pytest.mark.parametrize(
    ("text", "bold"),
    [
        ("**真的吗？**本店", "真的吗？"),
        ("说「**不**」", "不"),
        ("a **b** c", "b"),
        ("**一**二**三**", "一"),
    ],
)
def test_bold_does_not_need_spaces(text, bold):
    assert f"<strong>{bold}</strong>" in render_inline(text)


@pytest.mark.parametrize("text", ["2 ** 3 ** 4", "** x**", "**", "****"])
def test_asterisks_that_are_not_bold_stay(text):
    assert "<strong>" not in render_inline(text)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        "::: chat <b onclick=x>\n买家：<svg onload=alert(1)>\n:::",
        "::: tip <script>x</script>\ny\n:::",
        "[[a：<img src=x onerror=alert(1)>]]",
        '![x](data:text/html,<script>alert(1)</script> "<script>")',
    ],
)
def test_nothing_can_run(text):
    out = html(text) + render_inline(text) + render_option(text)
    assert "<script" not in out
    assert "<svg" not in out
    assert 'href="javascript' not in out
    assert not any(
        f"<{tag} {handler}" in out for tag in ("img", "b") for handler in ("onerror", "onclick")
    )
