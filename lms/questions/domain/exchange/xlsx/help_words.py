"""What the help sheet of the template says."""

HELP_ROWS: dict[str, tuple[tuple[str, str], ...]] = {
    "zh": (
        (
            "总的说明",
            (
                "一行一道题，写在“题目”表里。列的顺序可以改，不用的列可以删，也可以直接上传自己的表："
                "系统会先给您看每一列认成了什么。读不懂的行不会被跳过，会告诉您哪一行、哪一格、为什么"
                "。"
            ),
        ),
        (
            "题型",
            "单选题、多选题、判断题、填空题、数值题、匹配题、排序题、完形填空、简答题。",
        ),
        (
            "题干",
            "题目本身。**两个星号**之间的字会加粗。填空的地方写 ____ 或（ ）。",
        ),
        (
            "选项A…",
            "单选题、多选题、排序题的选项，一格一个，最多 12 个。排序题按正确的顺序填。",
        ),
        (
            "答案·选择题",
            "选项字母：单选 B；多选 ACD，也可以写 A,C,D 或 A、C、D。",
        ),
        (
            "答案·判断题",
            "对 或 错；√、×、T、F、正确、错误 也可以。",
        ),
        (
            "答案·填空题",
            (
                "可以接受的答案，多个用 | 隔开：签收|收货。* 代表任意几个字：收到*。只给一半分的写 "
                "[50%]收到。题干有几个空，就按顺序写几个答案，一行一个。"
            ),
        ),
        (
            "答案·数值题",
            "108，或 108±0.5（上下浮动），或 100~110（范围）。单位写在“单位”列。",
        ),
        (
            "答案·匹配题",
            "一行一对：左边=右边。只写 =右边 的是多出来的干扰项。",
        ),
        (
            "答案·排序题",
            "空着就是按选项的顺序；也可以写 BADC。",
        ),
        (
            "答案·完形填空",
            (
                "题干里写 {{1}} {{2}}，答案一行一个空：1=签收|收货，2=数值:48，3=单选:*对的|错的，4="
                "多选:*甲|*乙|丙。1*2= 表示第 1 空占两份分。"
            ),
        ),
        (
            "答案·简答题",
            "参考答案。评分要点写在“评分要点”列，一行一条：先道歉=2。",
        ),
        (
            "解析",
            "答完以后给学员看的说明。",
        ),
        (
            "反馈A…",
            (
                "选了这个选项的人会看到的话，可以不填。判断题的反馈A 给判“对”的人，反馈B 给判“错”的人"
                "。"
            ),
        ),
        (
            "难度",
            "易、中、难。",
        ),
        (
            "分值",
            "数字，例如 2。",
        ),
        (
            "标签、规则卡",
            "多个用顿号隔开。",
        ),
        (
            "课",
            "这道题依据的课的编号。",
        ),
        (
            "红线",
            "是 或 否：答错就意味着碰红线的题。",
        ),
        (
            "材料",
            "几道题共用一段材料时，每一行写同样的材料，或者把这几行合并成一个单元格。",
        ),
        (
            "要写 | 或 =",
            "在它前面加一个反斜杠：\\| \\=。",
        ),
    ),
    "en": (
        (
            "In short",
            (
                "One question a row, in the sheet Questions. Columns may stand in any order, unused "
                "ones may be deleted, and you may upload a sheet of your own: you will see first "
                "what each column was taken for. A row that cannot be read is never skipped: you are "
                "told which row, which cell and why."
            ),
        ),
        (
            "Type",
            (
                "Single choice, Multiple response, True/False, Fill in the blank, Numeric, Matching, "
                "Ordering, Cloze, Essay."
            ),
        ),
        (
            "Question",
            (
                "The question itself. Text between **two stars** is bold. A place to fill in is ____ "
                "or ( )."
            ),
        ),
        (
            "Option A…",
            (
                "Options of choices and orderings, one a cell, 12 at most. Steps of an ordering "
                "stand in the right order."
            ),
        ),
        (
            "Answer, choice",
            "Letters: B; for several ACD, or A,C,D.",
        ),
        (
            "Answer, true/false",
            "True or False; √, ×, T, F will do as well.",
        ),
        (
            "Answer, blank",
            (
                "Accepted answers between bars: delivery|receipt. * stands for any letters: receiv*. "
                "Half the points: [50%]arrival. With several blanks one answer a line, in order."
            ),
        ),
        (
            "Answer, numeric",
            "108, or 108±0.5, or 100~110. The unit has its own column.",
        ),
        (
            "Answer, matching",
            "One pair a line: left=right. A line =right is a distractor.",
        ),
        (
            "Answer, ordering",
            "Empty if the options stand in the right order; or BADC.",
        ),
        (
            "Answer, cloze",
            (
                "Write {{1}} {{2}} into the question, and a line for each: 1=delivery|receipt, "
                "2=number:48, 3=single:*right|wrong, 4=multiple:*one|*two|three. 1*2= counts double."
            ),
        ),
        (
            "Answer, essay",
            (
                "A reference answer. The column Rubric has a line for each thing looked for: "
                "apologises=2."
            ),
        ),
        (
            "Explanation",
            "Shown after answering.",
        ),
        (
            "Feedback A…",
            (
                "Said to whoever chose that option; may be empty. Of a statement, A is for those who "
                "say true and B for those who say false."
            ),
        ),
        (
            "Difficulty",
            "Easy, Medium, Hard.",
        ),
        (
            "Points",
            "A number, such as 2.",
        ),
        (
            "Tags, Rule cards",
            "Several are set apart by commas.",
        ),
        (
            "Lesson",
            "Key of the lesson that the question rests on.",
        ),
        (
            "Red line",
            "Yes or No: whether a wrong answer means crossing a red line.",
        ),
        (
            "Shared text",
            "If several questions share a text, write it into each row or merge their cells.",
        ),
        (
            "To write | or =",
            "put a backslash before it: \\| \\=.",
        ),
    ),
}
