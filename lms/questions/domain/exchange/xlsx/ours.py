"""The sheets of our own workbook beside the questions, and the words in its first cells that tell them."""

EXAMPLES = {
    "zh": "示例：这张表不会被导入。可以把行复制到“题目”表里再改。",
    "en": "Examples: this sheet is not imported. Copy rows into the sheet Questions and change them.",
}
HELP = {"zh": "列", "en": "Column"}
HELP_2 = {"zh": "怎么填", "en": "How to fill it in"}
STIMULI = {
    "zh": ("材料编号", "标题", "材料内容", "分类"),
    "en": ("Shared text key", "Title", "Shared text", "Category"),
}
PICTURES = {"zh": ("图片文件", "图片"), "en": ("Picture file", "Picture")}
TITLES = {
    "zh": ("题目", "材料", "图片", "示例", "填写说明"),
    "en": ("Questions", "Shared texts", "Pictures", "Examples", "Help"),
}
SETTING_NAMES = {
    "credit": ("计分", "credit"),
    "match_case": ("区分大小写", "match_case"),
    "match_width": ("区分全半角", "match_width"),
    "fold_traditional": ("繁简等同", "fold_traditional"),
    "lines": ("行数", "lines"),
    "ids": ("选项编号", "ids"),
    "weights": ("权重", "weights"),
    "feedback": ("反馈", "feedback"),
    "explanation": ("解析", "explanation"),
    "unit": ("单位", "unit"),
}
"""Chinese and English word of each setting."""

SETTING_VALUES = {
    "exact": "全对", "proportional": "按比例", "correct_minus_wrong": "对减错", "weighted": "按权重",
    "adjacent_pairs": "相邻", "yes": "是", "no": "否",
}  # fmt: skip
BY_SETTING = {word: name for name, words in SETTING_NAMES.items() for word in words}


def kind_of(first: str, second: str) -> str:
    """Return what sheet of ours has these first two cells: examples, help, stimuli, pictures; empty for others."""
    if first in EXAMPLES.values():
        return "examples"
    if (first, second) in zip(HELP.values(), HELP_2.values(), strict=True):
        return "help"
    for name, headings in (("stimuli", STIMULI), ("pictures", PICTURES)):
        if any((first, second) == words[:2] for words in headings.values()):
            return name
    return ""
