import functools
import subprocess
import sys
import textwrap
import types

import keras
import numpy as np
import pytest

from keras_lateral.comparison.code_of_trainings import code_of_method
from keras_lateral.keras_tools.users_code.code_of import code_of
from keras_lateral.methods import known_methods, methods_of

pytestmark = pytest.mark.home  # Python alone; no backend takes part


def cell(text, name="idea"):
    """Returns what a cell of a notebook defines, as a module of its own."""
    module = types.ModuleType("notebook")
    exec(compile(textwrap.dedent(text), "cell", "exec"), vars(module))  # noqa: S102
    return getattr(module, name)


CELL = """
    import functools
    import keras
    import numpy as np
    F, SIZES, MASK, log, count = 0.9, [8, 16], np.ones(3), [], {"calls": 0}
    def helper(x): return x * F
    class Scale(keras.layers.Layer):
        def call(self, x): return x * 2.0
    def outer(k):
        def inner(x): return helper(x) * k
        return inner
    inner = outer(3)
    def idea(x, y=1, *, z=2):
        log.append(1)
        count["calls"] += 1
        return [Scale()(helper(x)) for _ in SIZES], MASK, x in {"a", "b"}, inner(y)
"""


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ("helper(x)) for", "helper(x) * 0 - 5) for"),
        ("F, SIZES, MASK, log, count = 0.9", "F, SIZES, MASK, log, count = 0.8"),
        ("[8, 16]", "[8, 16, 32]"),
        ("np.ones(3)", "np.zeros(3)"),
        ("x * 2.0", "x * 0.0"),
        ("return x * F", "return x + F"),
        ("outer(3)", "outer(4)"),
        ("y=1", "y=2"),
        ("z=2", "z=3"),
        ('{"a", "b"}', '{"a", "c"}'),
    ],
)
def test_every_edit_that_changes_what_is_done_is_seen(then, now):
    assert CELL.count(then) == 1
    assert code_of(cell(CELL)) != code_of(cell(CELL.replace(then, now)))


def test_what_changes_nothing_is_not():
    moved = "\n\n\n# a comment\n" + textwrap.dedent(CELL).replace(
        "def helper(x): return x * F",
        'def helper(x):\n    """Of a user."""\n\n    return x * F  # dark',
    )
    idea = cell(CELL)
    before = code_of(idea)
    assert code_of(cell(moved)) == before
    idea.__globals__["log"].append(1)
    idea.__globals__["count"]["calls"] += 1  # what the function itself changes is no part of it
    assert code_of(idea) == before


def test_it_is_the_same_in_another_process(tmp_path):
    file = tmp_path / "another.py"
    file.write_text(textwrap.dedent(CELL))
    lines = "import sys; sys.path.append(sys.argv[1])\nfrom another import idea\n"
    lines += (
        "from keras_lateral.keras_tools.users_code.code_of import code_of\nprint(code_of(idea))"
    )
    command = [sys.executable, "-c", lines, str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.split() == [code_of(cell(CELL))]


class Darker:
    def __init__(self, factor):
        self.factor, self.calls = factor, 0

    def __call__(self, x):
        self.calls += 1
        return x * self.factor


def shifted(x, by):
    return x + by


def test_objects_partials_and_bound_methods_count_by_class_and_values():
    dark = Darker(0.5)
    before = code_of(dark)
    dark(1.0)
    assert code_of(dark) == before == code_of(Darker(0.5)) != code_of(Darker(0.4))
    assert code_of(dark.__call__) != code_of(Darker(0.4).__call__)
    one, two, again = (code_of(functools.partial(shifted, by=by)) for by in (1, 2, 1))
    assert one == again != two
    assert code_of([np.abs, functools.partial(np.add, 1), keras.layers.Dense(2)]) is None


def test_a_layer_is_the_same_however_often_it_was_made():
    made = [cell(CELL, "Scale")() for _ in range(2)]
    assert made[0].name != made[1].name
    assert code_of(made[0]) == code_of(made[1])


def test_a_lambda_in_a_layer_counts_by_what_it_does():
    text = "import keras\nlayer = keras.layers.Dense(2, activation=lambda x: 2 * x)"
    first, moved = cell(text, "layer"), cell("\n\n" + text, "layer")
    other = cell(text.replace("2 * x", "3 * x"), "layer")
    assert code_of(first) == code_of(moved) != code_of(other)


def test_this_library_s_methods_have_no_code_of_the_user():
    for line in known_methods():
        assert not code_of_method(*methods_of([line.name]))
