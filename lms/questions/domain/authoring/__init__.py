"""Writing items in a form: form fields to an item and back, rows added and moved, two people's fields put together.

A form is a list of names and values. Lists of rows name their rows by repeated fields (``option=a``, ``option=b``, in
order); what a row says stands under its id (``option.a.text``). A gap holds the fields of its own item in front of
which its name stands (``gap.g1.option.a.text``). Ids of rows are those of the item, so they stay when rows are moved.
"""

from lms.questions.domain.authoring.blocks import Block, as_asked, differing_blocks, merged_fields
from lms.questions.domain.authoring.fields import Fields, Pair, form_pairs
from lms.questions.domain.authoring.reading import read_authored
from lms.questions.domain.authoring.rows import act, new_fields
from lms.questions.domain.authoring.shown import left_over
from lms.questions.domain.authoring.values import PURPOSES, Authored, FieldProblem
from lms.questions.domain.authoring.writing import fields_of

__all__ = [
    "PURPOSES", "Authored", "Block", "FieldProblem", "Fields", "Pair", "act", "as_asked", "differing_blocks",
    "fields_of", "form_pairs", "left_over", "merged_fields", "new_fields", "read_authored",
]  # fmt: skip
