"""YAML is the lossless form: what is written is read back, and anything else becomes an Issue."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lms.issues import Where
from lms.questions.domain.exchange.pictures import Picture, read_picture
from lms.questions.domain.exchange.values import Candidate, Outgoing, Stimulus
from lms.questions.domain.exchange.yaml_bank import parse_yaml, write_yaml
from lms.questions.domain.exchange.yaml_shape import item_as_entry, item_from_entry
from lms.questions.domain.identity import DIFFICULTIES
from tests.unit.questions.strategies import items, maybe_words, words

texts = st.lists(words, max_size=3, unique=True).map(tuple)
candidates = st.builds(
    Candidate,
    item=items,
    where=st.just(Where()),
    name=maybe_words,
    key=maybe_words,
    category=texts,
    tags=texts,
    point=maybe_words,
    difficulty=st.sampled_from(("", *DIFFICULTIES)),
    lesson_key=maybe_words,
    cards=texts,
    red_line=st.booleans(),
    points=st.none() | st.decimals(0, 100, places=3),
    stimulus=maybe_words,
)
stimuli = st.builds(
    Stimulus, key=words, text=words, where=st.just(Where()), title=maybe_words, category=texts
)


def picture() -> tuple[str, bytes]:
    out = BytesIO()
    Image.new("RGB", (2, 3), "teal").save(out, "PNG")
    read = read_picture(out.getvalue(), "x", Where())
    assert isinstance(read, Picture)
    return read.name, out.getvalue()


@given(items)
@settings(deadline=None)
def test_every_item_comes_back_from_its_entry(item):
    assert item_from_entry(item_as_entry(item)) == item


@given(st.lists(candidates, max_size=4), st.lists(stimuli, max_size=2))
@settings(deadline=None)
def test_what_is_written_is_read_back(given_candidates, given_stimuli):
    data, issues = write_yaml(
        Outgoing("题库", tuple(given_candidates), tuple(given_stimuli), dict([picture()]))
    )
    read = parse_yaml(data, "items.yml")
    assert (issues, read.issues) == ((), ())
    assert [replace(one, where=Where(), source="") for one in read.candidates] == given_candidates
    assert [replace(one, where=Where()) for one in read.stimuli] == given_stimuli
    assert dict(read.media) == dict([picture()])


@given(st.lists(candidates, min_size=1, max_size=3))
@settings(deadline=None)
def test_without_pictures_it_is_a_plain_list_as_banks_in_git_are(given_candidates):
    data, _ = write_yaml(Outgoing("题库", tuple(given_candidates)))
    assert data.startswith(b"- ")
    read = parse_yaml(data, "items.yml")
    assert [replace(one, where=Where(), source="") for one in read.candidates] == given_candidates


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_exception(data):
    parsed = parse_yaml(data, "x.yml")
    assert parsed.format == "yaml"


GOOD = """- id: a-1
  type: single_response
  stem: 一？
  options:
    - {id: a, text: 甲, key: true}
    - {id: b, text: 乙}
"""


@given(st.integers(0, len(GOOD) - 1), st.text(max_size=3))
def test_a_mutated_file_is_read_without_an_exception(at, text):
    parsed = parse_yaml((GOOD[:at] + text + GOOD[at + 1 :]).encode(), "x.yml")
    assert parsed.format == "yaml"


def test_a_bad_item_is_refused_with_its_line_and_source_and_the_others_stay():
    bad = "- id: a-2\n  type: single_response\n  stem: 二？\n  options:\n    - {id: a, txt: 甲}\n"
    parsed = parse_yaml((GOOD + bad + GOOD.replace("a-1", "a-3")).encode(), "x.yml")
    assert [one.key for one in parsed.candidates] == ["a-1", "a-3"]
    assert [one.where.line for one in parsed.candidates] == [1, 12]
    (issue,) = parsed.issues
    assert (issue.code, issue.where.line, issue.where.field) == (
        "item_malformed",
        11,
        "options[0].text",
    )
    assert issue.facts["source"] == bad.rstrip()


def test_nothing_is_lost_of_numbers_and_multi_line_texts():
    entry = {
        "type": "numeric",
        "stem": "几天？\n\n|a|b|\n|-|-|\n",
        "accepted": [
            {"low": "1.50", "high": "2", "percent": "33.33333", "why": "近了"},
            {"value": 7},
        ],
        "unit": "天",
    }
    item = item_from_entry(entry)
    data, _ = write_yaml(Outgoing("x", (Candidate(item, Where(), points=Decimal("0.3333333")),)))
    (read,) = parse_yaml(data, "x.yml").candidates
    assert read.item == item
    assert read.item.as_json() == item.as_json()
    assert str(read.points) == "0.3333333"


def test_floats_and_aliases_and_tags_are_refused():
    for text, code in (
        ("- {type: numeric, stem: x, accepted: [{value: 1.5}]}", "item_malformed"),
        ("- &a {type: essay, stem: x}\n- *a\n", "yaml_alias"),
        ("- !!python/object:os.system {}", "item_malformed"),
        ("", "file_empty"),
        ("just words", "yaml_broken"),
        ("items: [{}]\nmore: 1", "unknown_field"),
    ):
        codes = [issue.code for issue in parse_yaml(text.encode(), "x.yml").issues]
        assert code in codes, text


def test_a_picture_that_is_none_is_refused():
    name, content = picture()
    document = write_yaml(Outgoing("x", (), (), {name: content}))[0].decode()
    other = document.replace(name, "0" * 64 + ".png")
    assert [i.code for i in parse_yaml(other.encode(), "x").issues] == ["media_malformed"]
    broken = "media:\n- {name: x.png, data: '!!!!'}\n"
    assert parse_yaml(broken.encode(), "x").issues[0].code.startswith("picture_")
