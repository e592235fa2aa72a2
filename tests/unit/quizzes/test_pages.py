"""One item at a time: what stands before each."""

from dataclasses import replace

from lms.quizzes.domain.pool import Stimulus
from lms.quizzes.domain.presentation import pages_of, present
from tests.unit.quizzes.papers import paper_of, pooled


def test_every_item_brings_its_heading_and_the_text_that_it_shares() -> None:
    chat = Stimulus("chat", "一段聊天", "买家：发票呢？", 2)
    order = Stimulus("order", "一张订单", "已签收", 1)
    first, second, third, fourth, fifth = present(paper_of(*(pooled(n) for n in range(1, 6))))
    items = (
        replace(first, section="第一部分"),
        replace(second, stimulus=chat),
        third,
        replace(fourth, section="第二部分"),
        replace(fifth, stimulus=order),
    )
    pages = pages_of(items)
    assert [page.item for page in pages] == list(items)
    assert [page.section for page in pages] == ["第一部分"] * 3 + ["第二部分"] * 2
    assert [(page.stimulus, page.first) for page in pages if page.stimulus] == [
        (chat, 2),
        (chat, 2),
        (order, 5),
    ]
    assert [page.stimulus is None for page in pages] == [True, False, False, True, False]


def test_an_empty_paper_has_no_pages() -> None:
    assert pages_of(()) == ()
