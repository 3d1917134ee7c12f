"""Whatever a reader is given, it gives a value or a named refusal, soon; `make fuzz` gives it far more."""

import pytest

from tests.fuzz.targets import TARGETS, Target, hold

EXAMPLES = 20


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_any_input_is_a_value_or_a_named_refusal(target: Target) -> None:
    assert hold(target, EXAMPLES) > 0
