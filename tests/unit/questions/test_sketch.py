"""What can be shown of an incomplete item."""

from lms.questions.domain.sketch import sketch_of


def test_what_is_written_is_shown_and_empty_rows_are_not() -> None:
    sketch = sketch_of(
        [
            ("type", "single_response"),
            ("stem", " 怎么回？ "),
            ("option", "a"),
            ("option.a.text", "可以"),
            ("option", "b"),
            ("option.b.text", " "),
        ]
    )
    assert (sketch.type, sketch.stem, sketch.lists) == ("single_response", "怎么回？", (("可以",),))
    assert sketch.body["options"] == [{"id": "0", "text": "可以"}]


def test_a_matching_has_two_lists() -> None:
    sketch = sketch_of(
        [
            ("type", "matching"),
            ("premise", "p1"),
            ("premise.p1.text", "左"),
            ("choice", "c1"),
            ("choice.c1.text", "右"),
        ]
    )
    assert sketch.lists == (("左",), ("右",))
    assert set(sketch.body) == {"type", "stem", "premises", "choices"}


def test_gaps_are_lines_and_an_empty_form_is_empty() -> None:
    assert sketch_of([("type", "cloze"), ("stem", "签收 {{g1}} 天")]).stem == "签收 ＿＿＿ 天"
    empty = sketch_of([])
    assert (empty.type, empty.stem, empty.lists) == ("", "", ())
