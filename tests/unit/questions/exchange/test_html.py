import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from lms.questions.domain.exchange.html import html_to_markdown, markdown_to_html
from lms.questions.domain.exchange.markdown_text import text_to_markdown
from lms.web.markdown import render_inline


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>a</p><p>b<br>c</p>", "a\n\nb  \nc"),
        ("a<b>不</b>是<i>x</i>", "a**不**是*x*"),
        ("<strong>真的吗？</strong>本店", "**真的吗？**本店"),
        ("<i>好。</i>", "**好。**"),
        ("<b><i>x</i></b> <b>a</b><b>b</b>", "**x** **ab**"),
        ("<b> x </b>y", "**x** y"),
        ("<p><b>a</b></p><ul><li>x<ul><li>y</li></ul></li><li>z</ul>", "**a**\n\n- x\n  - y\n- z"),
        ("<ol start='3'><li>a<li><p>b</p><p>c</p></ol>", "3. a\n4. b\n\n   c"),
        (
            "<table><tr><th>a|b<th>c<tr><td>1<td>2<br>3</table>",
            "| a\\|b | c |\n| --- | --- |\n| 1 | 2 3 |",
        ),
        ("H<sub>2</sub>O m<sup>2</sup>", "H₂O m²"),
        ("<code>a`b</code>", "``a`b``"),
        ("<pre>a\n  b</pre>", "```\na\n  b\n```"),
        ('<a href="https://x.y/z">t</a>', "[t](https://x.y/z)"),
        ('<img src="@@PLUGINFILE@@/a b.png" alt="A[1]">', "![A\\[1\\]](<@@PLUGINFILE@@/a b.png>)"),
        ("&lt;b&gt; &amp;amp; &nbsp; x", "\\<b> \\&amp; x"),
        ("1. a<br>- b<br># c<br>> d", "1\\. a  \n\\- b  \n\\# c  \n\\> d"),
        ("\\(x_1*y\\) $$a_b$$", "\\\\(x_1*y\\\\) $$a_b$$"),
        ("Grant is _____ in _____.", "Grant is _____ in _____."),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<h2>t</h2>x<hr>y", "## t\n\nx\n\n---\n\ny"),
        ("<span style='color:red'>a</span><div>b</div>", "a\n\nb"),
        (
            "a < b and c > d, <stdio.h>, a<b and c> d",
            "a < b and c > d, \\<stdio.h>, a\\<b and c> d",
        ),
        ("a<!-- c -->b<!-- open", "ab\\<!-- open"),
        ("", ""),
    ],
)
def test_what_is_kept(html, markdown):
    assert html_to_markdown(html) == (markdown, ())


@pytest.mark.parametrize(
    ("html", "markdown", "lost"),
    [
        ("<u>不</u>是", "**不**是", ("u",)),
        ("x<sup>退货</sup>", "x^(退货)", ("sup",)),
        ("a<script>alert('<b>')</script>b<iframe src=x>no</iframe>", "ab", ("script", "iframe")),
        (
            "<style>p{}</style><video controls>v</video><foo-bar x=1>y</foo-bar>",
            "vy",
            ("style", "video", "foo-bar"),
        ),
        ('<a href="javascript:alert(1)">t</a><img src="javascript:x" alt="p">', "tp", ("a", "img")),
        ('<img src="data:image/png;base64,AAAA" alt="p">', "p", ("img",)),
        (
            "<table><tr><td colspan=2>a</td></tr><tr><td>b<td>c</table>",
            "| a |  |\n| --- | --- |\n| b | c |",
            ("colspan",),
        ),
        (
            "<math><mfrac><mi>a</mi><mrow><mn>1</mn><mo>+</mo><mi>b</mi></mrow></mfrac></math>",
            "a/(1+b)",
            ("math",),
        ),
        (
            "<math><semantics><msup><mi>x</mi><mn>2</mn></msup><annotation>x^2</annotation></semantics></math>",
            "\\\\(x^2\\\\)",
            ("math",),
        ),
    ],
)
def test_what_is_lost_is_named(html, markdown, lost):
    assert html_to_markdown(html) == (markdown, lost)


def seen(html: str) -> str:
    """What a person sees, by another parser."""
    if not html.strip():
        return ""
    return re.sub(
        r"\s", "", lxml_html.fragment_fromstring(html, create_parent="div").text_content()
    )


_SIGNS = st.sampled_from(
    [
        *"\\`*_[]<>&!|#-+=~:.1)( \nab退，",
        "**",
        "](x)",
        "___",
        "&lt;",
        "```",
        "1. ",
        "- ",
        ":::",
        "<b>",
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(_SIGNS, max_size=14).map("".join))
def test_plain_text_shows_as_it_is(text):
    """By the renderer that people see; places in double brackets are its own and cannot be escaped."""
    markdown = text_to_markdown(text)
    assert seen(render_inline(markdown)) == re.sub(r"\s", "", text)
    assert not re.search("<(?!/?p>|br)", render_inline(markdown))


_TAGS = st.sampled_from([
    "<p>", "</p>", "<b>", "</b>", "<i>", "</i>", "<ul>", "<li>", "</li>", "</ul>", "<ol>", "</ol>", "<table>", "<tr>",
    "<td>", "</td>", "</table>", "<br>", "<code>", "</code>", "<pre>", "</pre>", "<a href='https://x.y'>", "</a>",
    "<sub>", "</sub>", "<h3>", "</h3>", "<blockquote>", "</blockquote>", "<math>", "<mfrac>", "</mfrac>", "</math>",
    "<script>", "</script>", "<!--", "-->", "<img src=a.png>", "<td", "'", '"', "=", "&lt;", "\n", "<u>", "</u>",
])  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(st.one_of(_TAGS, _SIGNS), max_size=25).map("".join))
def test_any_html_becomes_markdown_without_tags_of_its_own(html):
    markdown, lost = html_to_markdown(html)
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", markdown)
    rendered = render_inline(markdown)
    assert "<script" not in rendered
    assert len(set(lost)) == len(lost)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.sampled_from(["<b>", "</b>", "<i>", "</i>", "<br>", "a", "退", "，", " ", "*", "_"]),
        max_size=15,
    ).map("".join)
)
def test_words_are_neither_lost_nor_doubled(html):
    assert seen(markdown_to_html(html_to_markdown(html)[0])) == seen(html)


@given(st.text(max_size=60))
def test_any_text_is_converted(text):
    html_to_markdown(text)
    markdown_to_html(text_to_markdown(text))


def test_html_in_markdown_is_shown_not_obeyed():
    assert (
        markdown_to_html("<b>x</b> **真的？**是")
        == "<p>&lt;b&gt;x&lt;/b&gt; <strong>真的？</strong>是</p>"
    )


@pytest.mark.parametrize(
    "unit",
    ["<", "<b>", "</b>", "<!--", "<script>", "<a x=\"", "<a x='", "<a '\"", "<ul><li>", "<table><tr><td>", "<b><p>",
     "<math><mfrac>", "<blockquote>", "<pre>", "`", "*", "_a", "[", "&", "<i>x.</i>", "<a href=https://x>"],
)  # fmt: skip
def test_time_grows_with_length_only(unit):
    """100 kB of the worst each: a quadratic step would take minutes."""
    began = time.process_time()
    html_to_markdown(unit * (100_000 // len(unit)))
    assert time.process_time() - began < 8
