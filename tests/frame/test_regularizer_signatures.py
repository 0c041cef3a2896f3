"""The arguments of the regularizers, as editors, `help` and the documentation show them."""

from __future__ import annotations

import inspect
import re
from dataclasses import KW_ONLY, dataclass
from typing import Any, get_type_hints

import keras
import pytest

import keras_lateral
from keras_lateral.frame.penalty import Every, Penalty
from keras_lateral.keras_tools.arguments import KernelKind
from keras_lateral.keras_tools.kernel_geometry import PerAxis

SHARED = {
    "every": 1,
    "kind": None,
    "strides": 1,
    "dilation_rate": 1,
    "groups": 1,
    "seed": None,
    "beside": None,
}
POSITIONAL: dict[str, dict[str, Any]] = {
    "FrameRegularizer": {"lower": 0.5, "upper": 2.0, "factor": 1e-2},
    "SoftOrthogonality": {"factor": 0.1},
    "SpectralRestrictedIsometry": {"factor": 1e-2},
    "OrthogonalConvolution": {"factor": 0.1},
    "MinimumHypersphericalEnergy": {"factor": 1.0},
}
OWN: dict[str, dict[str, Any]] = {
    "FrameRegularizer": {"rows": None, "side": None, "method": "auto"},
    "SoftOrthogonality": {"squared": True},
    "SpectralRestrictedIsometry": {"power_steps": 1, "squared": True},
    "OrthogonalConvolution": {"padding": "full", "squared": False},
    "MinimumHypersphericalEnergy": {"power": 0, "angular": False, "half_space": False},
}
each_regularizer = pytest.mark.parametrize("name", OWN)


@each_regularizer
def test_signature_shows_every_argument_with_its_default(name: str) -> None:
    parameters = inspect.signature(getattr(keras_lateral, name)).parameters.values()
    found = [(parameter.name, parameter.default, parameter.kind) for parameter in parameters]
    positional, keyword = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    first = [(key, default, positional) for key, default in POSITIONAL[name].items()]
    others = [(key, default, keyword) for key, default in {**SHARED, **OWN[name]}.items()]
    assert found == first + others


@each_regularizer
def test_types_of_all_arguments_are_known_where_they_are_inherited(name: str) -> None:
    hints = get_type_hints(getattr(keras_lateral, name).__init__)
    assert {*hints} == {*POSITIONAL[name], *SHARED, *OWN[name], "return"}
    expected = {"every": Every, "kind": KernelKind | None, "strides": PerAxis}
    assert {key: hints[key] for key in expected} == expected


@each_regularizer
def test_docstring_describes_every_argument(name: str) -> None:
    documented = inspect.getdoc(getattr(keras_lateral, name)).partition("\nArgs:\n")[2]
    documented = re.split(r"\n(?=\S)", documented)[0]
    names = re.findall(r"^    (\w+):", documented, flags=re.MULTILINE)
    assert sorted(names) == sorted([*POSITIONAL[name], *SHARED, *OWN[name]])


@each_regularizer
def test_config_holds_every_argument_and_repr_those_that_were_given(name: str) -> None:
    regularizer = getattr(keras_lateral, name)(seed=5)
    arguments = {**POSITIONAL[name], **SHARED, **OWN[name], "seed": 5}
    assert regularizer.get_config() == arguments
    shared = ["factor", *SHARED]
    own = [key for key in arguments if key not in shared]
    assert list(regularizer.get_config()) == [*own, *shared]  # folders of searches hold the order
    positional = [f"{key}={value!r}" for key, value in POSITIONAL[name].items()]
    assert repr(regularizer) == f"{name}({', '.join(positional)})"
    every = getattr(keras_lateral, name)(factor=0.25, every=3, kind="dense")
    positional[-1] = "factor=0.25"
    assert repr(every) == f"{name}({', '.join([*positional, 'every=3', f'kind={every.kind!r}'])})"


@keras.saving.register_keras_serializable(package="tests")
@dataclass(eq=False)
class Shifted(Penalty):
    """R = sum of squared distances from a shift."""

    factor: float = 0.5
    _: KW_ONLY
    shift: float = 1.0

    def penalty(self, kernel: Any, draw: Any) -> Any:
        return keras.ops.sum(keras.ops.square(kernel - self.shift))


def test_a_penalty_of_ones_own_lists_its_own_arguments_alone() -> None:
    penalty = Shifted(2.0, shift=3.0, every=2, seed=1)
    again = keras.regularizers.get(keras.regularizers.serialize(penalty))
    assert type(again) is Shifted
    assert again.get_config() == penalty.get_config()
    assert (again.factor, again.shift, again.every) == (2.0, 3.0, 2)
    assert float(Shifted()(keras.ops.zeros((2,)))) == 1.0
    assert Shifted() != Shifted()  # two regularizers, each with a state of its own
