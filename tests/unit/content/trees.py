"""A tiny but complete course and bank, written into a folder; tests break one thing at a time."""

from pathlib import Path

COURSE = """id: demo
title: 示例课程
title_en: Demo course
origin: files
"""
PROGRAMME = """id: demo
title: 示例方案
title_en: Demo programme
summary: 概要
summary_en: Summary
post: 售前客服
post_en: Agent
stages:
  - id: start
    title: 岗前
    title_en: Start
    due_day: 6
    quiz: stage-demo
    modules:
      - id: one
        folder: 01-one
        title: 第一模块
        title_en: Module one
        summary: 概要
        summary_en: Summary
        due_day: 2
        quiz: quiz-one
        requires: []
      - id: two
        folder: 02-two
        title: 第二模块
        title_en: Module two
        summary: 概要
        summary_en: Summary
        due_day: 4
        quiz: quiz-two
        requires: [one]
defense:
  due_day: 10
  cut_percent: 60
  weights: {knowledge: 25, skill: 25, quality: 25, teamwork: 25}
  minimum_level: {knowledge: 3, skill: 3, quality: 3, teamwork: 3}
"""
CONDITIONS = """version: 1
title: 录用条件
title_en: Hiring conditions
items:
  - key: quizzes
    measured_by: module_quiz
    text: 模块测验全部通过。
    text_en: You pass every module quiz.
    data: 考试记录
    data_en: records
    period: 10 天
    period_en: 10 days
    threshold: 80%
    threshold_en: 80%
    judge: 系统
    judge_en: the system
text: |-
  条件如下：模块测验全部通过。
text_en: |-
  Conditions: You pass every module quiz.
"""
CARDS = """- id: card-a
  kind: law
  title: 发票
  title_en: Invoices
  source: 电子商务法
  source_en: E-Commerce Law
  clause: 第十四条
  effective_from: 2019-01-01
  confidence: A
  version: 1
  rule: 要开发票
  say: 好的，给您开
  do: 登记抬头
  consequence: ""
  values: []
  checked_on: 2026-07-17
- id: card-b
  kind: platform
  title: 回复时限
  title_en: Reply time
  source: 规则中心
  source_en: Rule centre
  clause: ""
  effective_from: null
  confidence: B
  version: 1
  rule: 尽快回复
  say: 马上回您
  do: 先接住
  consequence: ""
  values:
    - {name: 时限, value: 3 分钟, as_of: "2026-04"}
  checked_on: 2026-07-17
"""
SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><title>图</title></svg>
"""


def lesson(key: str, body: str = "", head: str = "") -> str:
    """Return the text of a lesson file."""
    return f"""---
id: {key}
title: 课文
title_en: Lesson
summary: 概要
summary_en: Summary
minutes: 7
objectives:
  - 能做一件事
{head}---
{body or "小林打开窗口。"}
"""


def quiz(key: str, gate: str, bank: str = "bank", *, stage: bool = False, draw: int = 2) -> str:
    """Return the text of a quiz file."""
    kind, field = ("stage_test", "stage") if stage else ("module_quiz", "module")
    return f"""id: {key}
kind: {kind}
{field}: {gate}
title: 测验
title_en: Quiz
minutes: 20
cut_percent: 80
red_line_all: true
max_attempts: 3
wait_minutes: 720
review: everything
sections:
  - {{title: "", bank: {bank}, draw: {draw}, points_each: 1}}
"""


def single(key: str, lesson_key: str = "one-a", cards: str = "[]") -> str:
    """Return one single response."""
    return f"""- id: {key}
  type: single_response
  lesson: {lesson_key}
  point: 要点
  cards: {cards}
  difficulty: easy
  red_line: false
  stem: 选哪个？
  options:
    - {{id: a, text: 甲, key: true, why: 对}}
    - {{id: b, text: 乙, why: 不对}}
  explanation: 道理
"""


def judgement(key: str, lesson_key: str = "one-a") -> str:
    """Return one true/false item."""
    return f"""- id: {key}
  type: true_false
  lesson: {lesson_key}
  point: 要点
  cards: [card-a]
  difficulty: hard
  red_line: true
  stem: 这样做对吗？
  answer: false
  why: {{true: 再想想, false: 对}}
  explanation: 道理
"""


STIMULI = """- id: case-a
  title: 一段聊天
  text: |-
    ::: chat
    买家：在吗
    客服：在的
    :::

    | 单号 | 状态 |
    |---|---|
    | 0042 | 待发货 |
"""


def sharing(item: str, stimulus: str = "case-a") -> str:
    """Return the item with a line that puts it under a shared text."""
    return item.replace("  stem:", f"  stimulus: {stimulus}\n  stem:")


FILES = {
    "courses/demo/course.yml": COURSE,
    "courses/demo/programme.yml": PROGRAMME,
    "courses/demo/conditions.yml": CONDITIONS,
    "courses/demo/cards/law.yml": CARDS,
    "courses/demo/01-one/01-a.md": lesson(
        "one-a",
        '开场。\n\n![图](media/map.svg "图注")\n\n::: card card-a\n:::\n\n'
        "::: chat 一段对话\n买家：在吗\n客服：在的 ✓\n:::\n\n优惠上限 [[优惠上限：10 元]]。",
        "cards: [card-a]\n",
    ),
    "courses/demo/02-two/01-b.md": lesson("two-b"),
    "courses/demo/quizzes/one.yml": quiz("quiz-one", "one"),
    "courses/demo/quizzes/two.yml": quiz("quiz-two", "two"),
    "courses/demo/quizzes/stage.yml": quiz("stage-demo", "start", stage=True),
    "courses/demo/media/map.svg": SVG,
    "question_banks/bank/bank.yml": "id: bank\ntitle: 题库\ntitle_en: Bank\norigin: files\n",
    "question_banks/bank/items.yml": single("bank-1", cards="[card-a]") + judgement("bank-2"),
    "question_banks/bank/recall.yml": single("bank-r1") + single("bank-r2", "two-b"),
}
"""Everything that a valid root holds."""


def write(root: Path, **changes: str | None) -> Path:
    """Write the valid root below ``root``.

    ``changes`` replaces files by the last part of their path with ``_`` for every other sign (``items_yml``);
    None leaves the file out. ``stimuli_yml``, which is not there otherwise, adds the shared texts of the bank.
    """
    stimuli = changes.pop("stimuli_yml", None)
    if stimuli is not None:
        (root / "question_banks/bank").mkdir(parents=True, exist_ok=True)
        (root / "question_banks/bank/stimuli.yml").write_text(stimuli, encoding="utf-8")
    for name, text in FILES.items():
        change = changes.pop(short(name), text)
        if change is not None:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(change, encoding="utf-8")
    assert not changes, f"no such file: {changes}"
    return root


def short(name: str) -> str:
    """Return the name of a file as ``write`` takes it."""
    last = name.rsplit("/", 1)[-1]
    return "".join(sign if sign.isalnum() else "_" for sign in last)
