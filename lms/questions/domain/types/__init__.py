"""Item types, one small class each.

A new type is a new module with one frozen class that keeps ``kind.ItemKind``, and one line in the registry
of ``lms.questions.domain.items``. Nothing outside the class knows how its body looks, how it is answered or
how it is scored.
"""
