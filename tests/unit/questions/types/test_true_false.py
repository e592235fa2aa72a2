"""True/false."""

from hypothesis import given

from lms.questions.domain.items import TrueFalse
from tests.unit.questions.strategies import true_falses
from tests.unit.questions.types.laws import keeps_every_law


@given(true_falses)
def test_laws(item: TrueFalse) -> None:
    keeps_every_law(item)
