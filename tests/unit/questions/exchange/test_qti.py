"""QTI 1.2 packages as Canvas, text2qti, Common Cartridge and Blackboard write them."""

import io
import random
import zipfile
from decimal import Decimal
from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from text2qti.config import Config
from text2qti.qti import QTI
from text2qti.quiz import Quiz

from lms.issues import Severity
from lms.questions.domain.exchange.qti import parse_qti
from lms.questions.domain.exchange.values import Candidate, Parsed
from lms.questions.domain.items import (
    AcceptedNumber,
    Cloze,
    CreditRule,
    Essay,
    Item,
    Matching,
    MultipleResponse,
    Numeric,
    Option,
    Ordering,
    ShortText,
    SingleResponse,
    TrueFalse,
)

MANIFEST = """<?xml version="1.0"?><manifest xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"><resources>
<resource identifier="a" type="imsqti_xmlv1p2"><file href="a/a.xml"/></resource></resources></manifest>"""


def zipped(files: dict[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def document(*items: str, title: str = "Exam") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">'
        f'<assessment ident="x" title="{title}"><section ident="root_section">'
        + "\n".join(items)
        + "</section></assessment></questestinterop>"
    )


def package(*items: str, **files: bytes) -> bytes:
    more = {name.replace("__", "/"): content for name, content in files.items()}
    return zipped({"imsmanifest.xml": MANIFEST, "a/a.xml": document(*items), **more})


def mattext(html: str) -> str:
    return f'<material><mattext texttype="text/html">{escape(html)}</mattext></material>'


def item(
    kind: str, presentation: str, processing: str = "", more: str = "", stem: str = "<p>Stem</p>"
) -> str:
    return (
        f'<item ident="i1" title="Q"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel>'
        f"<fieldentry>{kind}</fieldentry></qtimetadatafield><qtimetadatafield><fieldlabel>points_possible</fieldlabel>"
        f"<fieldentry>2.0</fieldentry></qtimetadatafield></qtimetadata></itemmetadata><presentation>{mattext(stem)}"
        f'{presentation}</presentation><resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE"/>'
        f"</outcomes>{processing}</resprocessing>{more}</item>"
    )


def lid(ident: str, labels: dict[str, str], cardinality: str = "Single", before: str = "") -> str:
    rows = "".join(
        f'<response_label ident="{key}">{mattext(text)}</response_label>'
        for key, text in labels.items()
    )
    return (
        f'<response_lid ident="{ident}" rcardinality="{cardinality}">{before}'
        f"<render_choice>{rows}</render_choice></response_lid>"
    )


def when(tests: str, score: str = "100", action: str = "Set", link: str = "") -> str:
    shown = f'<displayfeedback feedbacktype="Response" linkrefid="{link}"/>' if link else ""
    change = f'<setvar action="{action}" varname="SCORE">{score}</setvar>' if score else ""
    return f"<respcondition><conditionvar>{tests}</conditionvar>{change}{shown}</respcondition>"


def equal(value: str, response: str = "response1") -> str:
    return f'<varequal respident="{response}">{value}</varequal>'


def only(data: bytes) -> Item:
    parsed = parse_qti(data, "x.zip")
    assert [issue.message for issue in parsed.issues] == []
    (candidate,) = parsed.candidates
    return candidate.item


def codes(parsed: Parsed) -> list[str]:
    return [issue.code for issue in parsed.issues]


# --- Packages made by text2qti ---------------------------------------------------------------------------------------

QUIZ = """Quiz title: Demo

Title: Sum
Points: 2
1.  What is $2+3$, **exactly**?
... General
- Wrong
a)  6
... Too many
b)  1
*c) 5

2.  Which are dinosaurs?
[*] Stegosaurus
[ ] Cat
[*] T rex

3.  The sky is blue.
*a) True
b) False

4.  Who lives in a pineapple?
*   Bob
*   Bobby*

5.  Pi?
=   3.1415 +- 0.0001

6.  How many?
=   4

7.  Between?
=   [1, 5]

8.  Write.
____

9.  Upload.
^^^^

Text title: About
Text: Read *this*.

GROUP
pick: 1
points per question: 1

1.  A?
*a) yes
b)  no

2.  B?
*a) yes
b)  no

END_GROUP
"""


def made_by_text2qti(text: str) -> bytes:
    return bytes(QTI(Quiz(text, config=Config())).zip_bytes())


def candidates() -> dict[str, Candidate]:
    parsed = parse_qti(made_by_text2qti(QUIZ), "x.zip")
    return {candidate.item.stem: candidate for candidate in parsed.candidates}


def test_text2qti_every_question_is_read_or_said() -> None:
    parsed = parse_qti(made_by_text2qti(QUIZ), "x.zip")
    assert len(parsed.candidates) == 10
    assert sorted(codes(parsed)) == ["feedback_without_place", "selection_lost", "type_unknown"]
    unknown = next(issue for issue in parsed.issues if issue.code == "type_unknown")
    assert unknown.severity is Severity.ERROR
    assert "file_upload_question" in unknown.message
    assert str(unknown.facts["source"]).startswith("<item")


def test_text2qti_choice_with_feedback() -> None:
    found = next(one for one in candidates().values() if one.name == "Sum")
    assert found.points == 2
    assert found.category == ("Demo",)
    choice = found.item
    assert isinstance(choice, SingleResponse)
    assert choice.options == (Option("a", "6", "Too many"), Option("b", "1"), Option("c", "5"))
    assert (choice.key, choice.explanation) == ("c", "General")
    assert choice.stem == "What is $2+3$, **exactly**?"


def test_text2qti_other_types() -> None:
    found = {stem: candidate.item for stem, candidate in candidates().items()}
    several = found["Which are dinosaurs?"]
    assert isinstance(several, MultipleResponse)
    assert (several.keys, several.credit) == ({"a", "c"}, CreditRule.EXACT)
    judged = found["The sky is blue."]
    assert isinstance(judged, TrueFalse)
    assert judged.answer is True
    short = found["Who lives in a pineapple?"]
    assert isinstance(short, ShortText)
    assert [one.text for one in short.accepted] == ["Bob", r"Bobby\*"]
    assert isinstance(found["Write."], Essay)


@pytest.mark.parametrize(
    ("stem", "low", "high"),
    [("Pi?", "3.1414", "3.1416"), ("How many?", "4", "4"), ("Between?", "1", "5")],
)
def test_text2qti_numbers(stem: str, low: str, high: str) -> None:
    number = candidates()[stem].item
    assert isinstance(number, Numeric)
    assert number.accepted == (AcceptedNumber(Decimal(low), Decimal(high)),)


def test_text2qti_text_and_group() -> None:
    parsed = parse_qti(made_by_text2qti(QUIZ), "x.zip")
    assert [(one.title, one.text) for one in parsed.stimuli] == [("About", "Read *this*.")]
    assert [one.category for one in parsed.candidates][-2:] == [("Demo", "Group")] * 2


def test_text2qti_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (3, 2)).save(tmp_path / "my pic.png")
    monkeypatch.chdir(tmp_path)
    data = made_by_text2qti("1. What is ![this](my pic.png)?\n*a) x\nb) ![y](my pic.png)\n")
    parsed = parse_qti(data, "x.zip")
    ((name, content),) = parsed.media.items()
    assert content == (tmp_path / "my pic.png").read_bytes()
    choice = parsed.candidates[0].item
    assert f"![this](media:{name})" in choice.stem
    assert choice.options[1].text == f"![y](media:{name})"


# --- Canvas ----------------------------------------------------------------------------------------------------------


def test_canvas_matching_with_distractor() -> None:
    choices = {"m1": "Paris", "m2": "Rome", "m3": "Oslo"}
    presentation = lid("response_1", choices, before=mattext("France")) + lid(
        "response_2", choices, before=mattext("Italy")
    )
    processing = when(equal("m1", "response_1"), "50.00", "Add") + when(
        equal("m2", "response_2"), "50.00", "Add"
    )
    found = only(package(item("matching_question", presentation, processing)))
    assert isinstance(found, Matching)
    assert found.stem == "Stem"
    texts = {choice.id: choice.text for choice in found.choices}
    assert [(premise.text, texts[premise.choice_id]) for premise in found.premises] == [
        ("France", "Paris"),
        ("Italy", "Rome"),
    ]
    assert set(texts.values()) == {"Paris", "Rome", "Oslo"}


def test_canvas_blanks_and_menus() -> None:
    presentation = lid("response_c", {"1": "red", "2": "crimson"}, before=mattext("c"))
    processing = when(equal("1", "response_c"), "100", "Add")
    typed = only(
        package(
            item(
                "fill_in_multiple_blanks_question", presentation, processing, stem="Roses are [c]!"
            )
        )
    )
    menu = only(
        package(
            item("multiple_dropdowns_question", presentation, processing, stem="Roses are [c]!")
        )
    )
    assert isinstance(typed, Cloze)
    assert isinstance(menu, Cloze)
    assert typed.stem == menu.stem == "Roses are {{g1}}!"
    assert isinstance(typed.gaps[0].item, ShortText)
    assert [one.text for one in typed.gaps[0].item.accepted] == ["red", "crimson"]
    assert isinstance(menu.gaps[0].item, SingleResponse)
    assert menu.gaps[0].item.key == "a"


def test_canvas_order() -> None:
    presentation = lid("response1", {"x": "two", "y": "one"}, "Ordered")
    found = only(package(item("ordering_question", presentation, when(equal("y") + equal("x")))))
    assert isinstance(found, Ordering)
    assert [option.text for option in found.options] == ["one", "two"]


def test_canvas_bank() -> None:
    body = item("essay_question", "")
    bank = (
        '<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><objectbank ident="b"><qtimetadata>'
        "<qtimetadatafield><fieldlabel>bank_title</fieldlabel><fieldentry>My bank</fieldentry></qtimetadatafield>"
        f"</qtimetadata>{body}</objectbank></questestinterop>"
    )
    parsed = parse_qti(
        zipped({"imsmanifest.xml": MANIFEST, "non_cc_assessments/b.xml.qti": bank}), "x.imscc"
    )
    assert [candidate.category for candidate in parsed.candidates] == [("My bank",)]
    assert parsed.candidates[0].key == "i1"


def test_canvas_stimulus_of_an_item() -> None:
    text = item("text_only_question", "").replace('"i1"', '"s1"')
    field = (
        "<qtimetadatafield><fieldlabel>parent_stimulus_item_ident</fieldlabel><fieldentry>s1</fieldentry>"
        "</qtimetadatafield></qtimetadata>"
    )
    about = item("essay_question", "").replace("</qtimetadata>", field, 1)
    parsed = parse_qti(package(text, about), "x.zip")
    assert parsed.candidates[0].stimulus == parsed.stimuli[0].key == "s1"


def test_course_export_gives_each_assessment_once() -> None:
    thin = document(item("essay_question", ""))
    full = document(item("essay_question", "", stem="Full"))
    data = zipped(
        {"imsmanifest.xml": MANIFEST, "a/a.xml": thin, "non_cc_assessments/a.xml.qti": full}
    )
    assert [one.item.stem for one in parse_qti(data, "x.imscc").candidates] == ["Full"]


@pytest.mark.parametrize(
    ("tests", "low", "high", "said"),
    [
        (("<or><varequal margintype='percent' margin='1'>5.0</varequal>"
          "<and><vargte>4.95</vargte><varlte>5.05</varlte></and></or>"),
         "4.95", "5.05", []),
        ("<vargte>6</vargte><varlte>8</varlte>", "6", "8", []),
        ("<varequal>7</varequal>", "7", "7", []),
        ("<or><varequal>8.0</varequal><and><vargt>7.5</vargt><varlte>8.5</varlte></and></or>",
         "7.5", "8.5", ["bound_closed"]),
    ],
)  # fmt: skip
def test_canvas_numbers(tests: str, low: str, high: str, said: list[str]) -> None:
    box = '<response_str ident="response1"><render_fib fibtype="Decimal"/></response_str>'
    parsed = parse_qti(package(item("numerical_question", box, when(tests))), "x.zip")
    number = parsed.candidates[0].item
    assert isinstance(number, Numeric)
    assert [(one.low, one.high) for one in number.accepted] == [(Decimal(low), Decimal(high))]
    assert codes(parsed) == said


def test_pictures_of_canvas_files() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (3, 2)).save(stream, "PNG")
    stem = (
        '<p>See <img src="%24IMS-CC-FILEBASE%24/Uploaded%20Media/a%20b.png?canvas_=1" alt="it"></p>'
    )
    body = item("essay_question", "", stem=stem)
    files = {
        "imsmanifest.xml": MANIFEST,
        "a/a.xml": document(body),
        "web_resources/Uploaded Media/a b.png": stream.getvalue(),
    }
    parsed = parse_qti(zipped(files), "x.zip")
    assert list(parsed.media.values()) == [stream.getvalue()]
    assert parsed.candidates[0].item.stem == f"See ![it](media:{next(iter(parsed.media))})"
    missing = parse_qti(package(body), "x.zip")
    assert codes(missing) == ["file_missing"]
    assert missing.candidates[0].item.stem == "See"


# --- Common Cartridge and Blackboard ---------------------------------------------------------------------------------


def test_common_cartridge_profiles_without_question_types() -> None:
    choice = item("", lid("r", {"1": "a", "2": "b"}), when(equal("2", "r"))).replace(
        "question_type", "cc_profile"
    )
    parsed = parse_qti(
        document(
            choice.replace(
                "<fieldentry></fieldentry>", "<fieldentry>cc.multiple_choice.v0p1</fieldentry>"
            )
        ).encode(),
        "x.xml",
    )
    assert parsed.candidates[0].item.keys == {"b"}


def test_type_is_seen_from_the_answers_where_nothing_names_it() -> None:
    bare = '<item ident="i"><presentation>{}</presentation><resprocessing>{}</resprocessing></item>'
    text = mattext("Stem")
    several = bare.format(text + lid("r", {"1": "a", "2": "b", "3": "c"}, "Multiple"),
                          when(f"<and>{equal('1', 'r')}{equal('2', 'r')}<not>{equal('3', 'r')}</not></and>"))  # fmt: skip
    short = bare.format(
        text + '<response_str ident="r"><render_fib/></response_str>', when(equal("x", "r"))
    )
    essay = bare.format(text + '<response_str ident="r"><render_fib/></response_str>', "")
    parsed = parse_qti(document(several, short, essay).encode(), "x.xml")
    assert [one.item.type.value for one in parsed.candidates] == [
        "multiple_response",
        "short_text",
        "essay",
    ]


def bb(html: str) -> str:
    return (
        '<flow class="FORMATTED_TEXT_BLOCK"><material><mat_extension>'
        f'<mat_formattedtext type="HTML">{escape(html)}</mat_formattedtext></mat_extension></material></flow>'
    )


def bb_item(kind: str, responses: str, processing: str, more: str = "") -> str:
    return (
        f'<item maxattempts="0" title="BB"><itemmetadata><bbmd_asi_object_id>_1_1</bbmd_asi_object_id>'
        f"<bbmd_questiontype>{kind}</bbmd_questiontype><qmd_absolutescore_max>4.0</qmd_absolutescore_max></itemmetadata>"
        f'<presentation><flow class="Block"><flow class="QUESTION_BLOCK">{bb("<p>Stem</p>")}</flow>{responses}</flow>'
        f'</presentation><resprocessing scoremodel="SumOfScores"><outcomes><decvar maxvalue="4.0" varname="SCORE"/>'
        f"</outcomes>{processing}</resprocessing>{more}</item>"
    )


def bb_correct(tests: str, score: str = "SCORE.max") -> str:
    return (
        f'<respcondition title="correct"><conditionvar>{tests}</conditionvar><setvar variablename="SCORE" action="Set">'
        f'{score}</setvar><displayfeedback linkrefid="correct" feedbacktype="Response"/></respcondition>'
        '<respcondition title="incorrect"><conditionvar><other/></conditionvar><setvar variablename="SCORE" action="Set">0'
        '</setvar><displayfeedback linkrefid="incorrect" feedbacktype="Response"/></respcondition>'
    )


def bb_labels(labels: dict[str, str], cardinality: str = "Single") -> str:
    rows = "".join(
        f'<flow_label class="Block"><response_label ident="{key}"><flow_mat>{bb(text)}</flow_mat>'
        "</response_label></flow_label>"
        for key, text in labels.items()
    )
    return (
        f'<flow class="RESPONSE_BLOCK"><response_lid ident="response" rcardinality="{cardinality}"><render_choice>{rows}'
        "</render_choice></response_lid></flow>"
    )


def bb_solution(ident: str, html: str) -> str:
    inside = f"<solution><solutionmaterial>{bb(html)}</solutionmaterial></solution>"
    return f'<itemfeedback ident="{ident}">{inside}</itemfeedback>'


def test_blackboard_choice_with_its_own_feedback() -> None:
    extra = (
        '<respcondition><conditionvar><varequal respident="b1" case="No"/></conditionvar>'
        '<setvar variablename="SCORE" action="Set">0</setvar><displayfeedback linkrefid="b1"/></respcondition>'
    )
    feedback = bb_solution("b1", "because")
    found = only(
        package(
            bb_item("Multiple Choice", bb_labels({"a1": "yes", "b1": "no"}),
                    bb_correct(equal("a1", "response")) + extra, feedback)
        )
    )  # fmt: skip
    assert found == SingleResponse("Stem", (Option("a", "yes"), Option("b", "no", "because")), "a")


def test_blackboard_several_true_false_number_and_essay() -> None:
    several = bb_item(
        "Multiple Answer", bb_labels({"a": "1", "b": "2", "c": "3"}, "Multiple"),
        bb_correct(f"<and>{equal('a', 'response')}<not>{equal('b', 'response')}</not>{equal('c', 'response')}</and>"),
    )  # fmt: skip
    judged = bb_item(
        "True/False",
        bb_labels({"true": "true", "false": "false"}),
        bb_correct(equal("false", "response")),
    )
    box = '<flow class="RESPONSE_BLOCK"><response_str ident="response"><render_fib/></response_str></flow>'
    number = bb_item(
        "Numeric", box, bb_correct('<vargte respident="response">9</vargte><varlte respident="response">11</varlte>'
                                   + equal("10", "response"))
    )  # fmt: skip
    essay = bb_item("Essay", box, "", bb_solution("solution", "model"))
    parsed = parse_qti(package(several, judged, number, essay), "x.zip")
    assert codes(parsed) == []
    one, two, three, four = (candidate.item for candidate in parsed.candidates)
    assert isinstance(one, MultipleResponse)
    assert one.keys == {"a", "c"}
    assert isinstance(two, TrueFalse)
    assert two.answer is False
    assert isinstance(three, Numeric)
    assert three.accepted == (AcceptedNumber(Decimal(9), Decimal(11)),)
    assert isinstance(four, Essay)
    assert four.reference == "model"
    assert parsed.candidates[0].points == 4


def test_blackboard_matching() -> None:
    def row(text: str, ident: str, labels: str) -> str:
        rows = "".join(f'<response_label ident="{label}"/>' for label in labels)
        return (
            f'<flow class="Block">{bb(text)}<response_lid ident="{ident}"><render_choice><flow_label>{rows}</flow_label>'
            "</render_choice></response_lid></flow>"
        )

    responses = (
        f'<flow class="RESPONSE_BLOCK">{row("France", "p", "abc")}{row("Italy", "q", "def")}</flow>'
        f'<flow class="RIGHT_MATCH_BLOCK">{"".join(f"<flow>{bb(t)}</flow>" for t in ("Rome", "Paris", "Oslo"))}</flow>'
    )
    processing = "".join(
        f"<respcondition><conditionvar>{equal(key, response)}</conditionvar></respcondition>"
        for response, key in (("p", "b"), ("q", "d"))
    )
    found = only(package(bb_item("Matching", responses, processing)))
    assert isinstance(found, Matching)
    texts = {choice.id: choice.text for choice in found.choices}
    assert [(one.text, texts[one.choice_id]) for one in found.premises] == [
        ("France", "Paris"),
        ("Italy", "Rome"),
    ]
    assert sorted(texts.values()) == ["Oslo", "Paris", "Rome"]


def test_blackboard_pool_in_a_dat_file() -> None:
    manifest = (
        '<manifest xmlns:bb="http://www.blackboard.com/content-packaging/"><resources><resource bb:file="res00001.dat" '
        'type="assessment/x-bb-qti-pool"/></resources></manifest>'
    )
    box = '<flow class="RESPONSE_BLOCK"><response_str ident="response"><render_fib/></response_str></flow>'
    pool = document(
        bb_item("Fill in the Blank", box, bb_correct(equal("x", "response"))), title="Pool"
    )
    parsed = parse_qti(zipped({"imsmanifest.xml": manifest, "res00001.dat": pool}), "x.zip")
    assert [(one.category, one.key, one.item.type.value) for one in parsed.candidates] == [
        (("Pool",), "_1_1", "short_text")
    ]


# --- Malformed -------------------------------------------------------------------------------------------------------

CHOICE = lid("r", {"1": "a", "2": "b"})
MALFORMED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "file_empty"),
    "no zip, no XML": (b"hello", "xml_broken"),
    "cut zip": (package(item("essay_question", ""))[:-30], "archive_broken"),
    "zip without questions": (zipped({"imsmanifest.xml": MANIFEST}), "qti_missing"),
    "QTI 2": (zipped({"imsmanifest.xml": MANIFEST, "q.xml": "<assessmentItem/>"}), "qti_version"),
    "QTI 3 alone": (b"<qti-assessment-item/>", "qti_version"),
    "other XML": (b"<quiz/>", "qti_missing"),
    "broken document": (zipped({"imsmanifest.xml": MANIFEST, "a/a.xml": "<questestinterop><item>"}), "xml_broken"),
    "broken manifest": (zipped({"imsmanifest.xml": "<manifest>"}), "xml_broken"),
    "entities": (b'<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><q>&x;</q>', "xml_entities"),
    "path trick": (zipped({"../imsmanifest.xml": MANIFEST}), "archive_path"),
    "unknown type": (package(item("calculated_question", "")), "type_unknown"),
    "nothing at all": (document("<item/>").encode(), "type_unknown"),
    "no presentation": (
        document("<item><itemmetadata><bbmd_questiontype>Essay</bbmd_questiontype></itemmetadata></item>").encode(),
        "text_missing",
    ),
    "no answers": (package(item("multiple_choice_question", "")), "answers_missing"),
    "no key": (package(item("multiple_choice_question", CHOICE)), "key_missing"),
    "key is not there": (package(item("multiple_choice_question", CHOICE, when(equal("9", "r")))), "key_unknown"),
    "score is a word": (package(item("multiple_choice_question", CHOICE, when(equal("1", "r"), "much"))), "number_invalid"),
    "number is a word": (package(item("numerical_question", "", when(equal("many")))), "number_invalid"),
    "one bound": (package(item("numerical_question", "", when("<vargte>1</vargte>"))), "number_invalid"),
    "bounds crossed": (
        package(item("numerical_question", "", when("<vargte>9</vargte><varlte>1</varlte>"))), "item_invalid",
    ),
    "short answer without key": (package(item("short_answer_question", "")), "item_invalid"),
    "pair without key": (package(item("matching_question", CHOICE)), "key_missing"),
    "place is not in the text": (package(item("multiple_dropdowns_question", CHOICE, when(equal("1", "r")))), "gap_missing"),
    "order without key": (package(item("ordering_question", CHOICE)), "key_missing"),
    "empty text": (package(item("text_only_question", "", stem="")), "text_missing"),
    "stem is empty": (package(item("essay_question", "", stem="")), "item_invalid"),
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_package_gives_a_clear_issue(name: str) -> None:
    data, code = MALFORMED[name]
    parsed = parse_qti(data, "x.zip")
    assert parsed.candidates == ()
    assert code in codes(parsed)
    issue = next(issue for issue in parsed.issues if issue.code == code)
    assert issue.severity is Severity.ERROR
    assert issue.where.file.startswith("x.zip")
    assert issue.message


SAMPLES = [data for data, _ in MALFORMED.values()] + [
    document(
        item("multiple_choice_question", CHOICE, when(equal("1", "r"), link="general_fb")),
        bb_item(
            "Multiple Answer",
            bb_labels({"a": "1", "b": "2"}, "Multiple"),
            bb_correct(equal("a", "response")),
        ),
        item(
            "matching_question",
            lid("r", {"1": "a", "2": "b"}, before=mattext("p")),
            when(equal("1", "r")),
        ),
        item(
            "multiple_dropdowns_question",
            lid("r", {"1": "a"}, before=mattext("c")),
            when(equal("1", "r")),
            stem="[c]",
        ),
    ).encode()
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SAMPLES), st.integers(0, 2**32))
def test_mutated_packages_are_read_without_an_exception(data: bytes, seed: int) -> None:
    rng = random.Random(seed)
    mutated = bytearray(data)
    for _ in range(rng.randint(1, 10)):
        at = rng.randrange(len(mutated) + 1)
        start = rng.randrange(len(data) + 1)
        if rng.random() < 0.5:
            mutated[at : at + rng.randint(0, 12)] = rng.choice(
                [b"", b"<", b"&", b"NaN", b"1e9", b"[c]", b"\x00", b"</item>"]
            )
        else:
            mutated[at:at] = data[start : start + rng.randint(1, 80)]
    parse_qti(bytes(mutated), "x.zip")


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_read_without_an_exception(data: bytes, is_zip: bool) -> None:
    parsed = parse_qti(b"PK\x03\x04" + data if is_zip else data, "x.zip")
    assert parsed.issues
