"""Good regularizers pass every check; every check finds the fault that it is made for."""

from __future__ import annotations

from itertools import count
from typing import Any

import keras
import pytest
from keras import ops

import keras_lateral
from keras_lateral.frame.penalty import Penalty
from keras_lateral.testing import check_regularizer
from keras_lateral.testing.regularizer_check import REGULARIZER_CHECKS
from tests.backends import fewer

BACKEND = keras.config.backend()
ALL = [*REGULARIZER_CHECKS, "policy_mixed_float16", "policy_mixed_bfloat16"]
OF_PENALTIES = {"factor", "every", "factor_in_fit"}
NOT_HERE = {
    "tensorflow": set(),
    "jax": {"fit_eagerly", "fit_with_xla"},
    "torch": {"fit_with_xla"},
}[BACKEND]


def only(name: str) -> dict[str, str]:
    return {other: "not asked for" for other in ALL if other != name}


@keras.saving.register_keras_serializable(package="tests")
class FourthPowers(keras.regularizers.Regularizer):
    """gain * sum of fourth powers."""

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, x: Any) -> Any:
        return self.gain * ops.sum(ops.square(ops.square(x)))

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain}


class ForgetsAnArgument(FourthPowers):
    def get_config(self) -> dict[str, Any]:
        return {}


class ComesBackDifferent(FourthPowers):
    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(config["gain"] + 1)


@keras.saving.register_keras_serializable(package="tests")
class HidesState(FourthPowers):
    """Each instance differs, and its config does not show it."""

    number = count()

    def __init__(self, gain: float = 1.0) -> None:
        super().__init__(gain)
        self.hidden = 1.0 + next(HidesState.number)

    def __call__(self, x: Any) -> Any:
        return self.hidden * super().__call__(x)


class IsNoScalar(FourthPowers):
    def __call__(self, x: Any) -> Any:
        return ops.sum(ops.square(x), axis=-1)


class IsNotFinite(FourthPowers):
    def __call__(self, x: Any) -> Any:
        return super().__call__(x) / 0.0


class IsNegative(FourthPowers):
    def __call__(self, x: Any) -> Any:
        return -super().__call__(x)


class StopsTheGradient(FourthPowers):
    def __call__(self, x: Any) -> Any:
        return super().__call__(ops.stop_gradient(x))


class HasNoFiniteGradient(FourthPowers):
    def __call__(self, x: Any) -> Any:
        return super().__call__(x) + ops.sum(ops.sqrt(ops.abs(x - x)))


class HasAnotherGradient(FourthPowers):
    """Half of the value has its gradient stopped."""

    def __call__(self, x: Any) -> Any:
        return super().__call__(x) + super().__call__(ops.stop_gradient(x))


class CountsItsCalls(FourthPowers):
    """Python state: a compiled step sees another count than an eager call."""

    calls = count(1)

    def __call__(self, x: Any) -> Any:
        return next(CountsItsCalls.calls) * super().__call__(x)


class OverflowsInHalf(FourthPowers):
    def __call__(self, x: Any) -> Any:
        return super().__call__(100 * x) / 1e8


@keras.saving.register_keras_serializable(package="tests")
class GoodPenalty(Penalty):
    def penalty(self, kernel: Any, draw: Any) -> Any:
        return ops.sum(ops.square(kernel))


class ForgetsAPenaltysArgument(GoodPenalty):
    def __init__(self, factor: float, *, gain: float = 1.0, **kwargs: Any) -> None:
        super().__init__(factor, **kwargs)
        self.gain = gain

    def penalty(self, kernel: Any, draw: Any) -> Any:
        return self.gain * super().penalty(kernel, draw)


class SquaresItsFactor(GoodPenalty):
    def __call__(self, x: Any) -> Any:
        return self.factor * super().__call__(x)


class KeepsAnOffset(GoodPenalty):
    def __call__(self, x: Any) -> Any:
        return super().__call__(x) + 1e-9


class IsNeverLazy(GoodPenalty):
    def every_for(self, shape: Any) -> int:
        return 1


class IsWeakWhenLazy(GoodPenalty):
    def __call__(self, x: Any) -> Any:
        return super().__call__(x) / (self.every or 1)


class BakesItsFactorIn(GoodPenalty):
    def __call__(self, x: Any) -> Any:
        return self.factor * ops.sum(ops.square(x))


FAULTS: list[tuple[str, Any, str]] = [
    ("config", ForgetsAnArgument(2.0), "Value of the regularizer made from the config"),
    ("config", ForgetsAPenaltysArgument(1.0, gain=2.0), "Value of the regularizer made from"),
    ("config", ComesBackDifferent(2.0), "Config of the regularizer made from the config"),
    ("value", IsNoScalar(), "Shape of the value"),
    ("value", IsNotFinite(), "expected a finite one, found inf"),
    ("value", IsNegative(), "expected 0 or above"),
    ("gradient", StopsTheGradient(), r"expected (one for a random kernel|the finite difference)"),
    ("gradient", HasNoFiniteGradient(), "finite values"),
    ("gradient", HasAnotherGradient(), "finite difference"),
    ("keras_file", HidesState(), "Loss after saving and loading `.keras`"),
    ("clone", HidesState(), "Loss of the clone"),
    ("fit", CountsItsCalls(), "Loss of a step"),
    ("policy_mixed_float16", OverflowsInHalf(), "kernel in float16"),
    ("factor", SquaresItsFactor(1.0), "Half the factor"),
    ("factor", KeepsAnOffset(1.0), "Value with factor=0"),
    ("every", IsNeverLazy(1.0), "Calls that count, of three"),
    ("every", IsWeakWhenLazy(1.0), "The call that counts"),
]
if "fit_eagerly" not in NOT_HERE:
    FAULTS.append(("fit_eagerly", CountsItsCalls(), "Loss of a step"))
if "fit_with_xla" not in NOT_HERE:
    FAULTS.append(("fit_with_xla", CountsItsCalls(), "Loss of a step"))
if BACKEND != "torch":  # there nothing is compiled
    FAULTS.append(("factor_in_fit", BakesItsFactorIn(1.0), "after factor=0 was set"))


@pytest.mark.parametrize(("check", "regularizer", "message"), FAULTS)
def test_a_check_finds_its_fault_and_names_itself(
    check: str, regularizer: Any, message: str
) -> None:
    named = {type(regularizer).__name__: type(regularizer)}
    with pytest.raises(AssertionError, match=message) as failure:
        check_regularizer(regularizer, [(2, 3)], skip=only(check), custom_objects=named)
    assert f"check_regularizer({type(regularizer).__name__}), check {check!r}" in str(failure.value)


def test_a_fault_is_planted_for_every_check() -> None:
    planted = {check for check, *_ in FAULTS}
    beside = NOT_HERE | ({"factor_in_fit"} if BACKEND == "torch" else set())
    assert planted | beside | {"policy_mixed_bfloat16"} == set(ALL)  # one policy for both


def test_a_good_penalty_passes_all_checks() -> None:
    checks = check_regularizer(GoodPenalty(0.5, every=2), fewer([(2, 3), (3, 2, 2)]))
    assert set(checks.passed) == set(ALL) - NOT_HERE
    assert set(checks.skipped) == NOT_HERE


def test_a_regularizer_of_keras_passes_and_what_it_lacks_is_skipped_with_the_reason() -> None:
    checks = check_regularizer(keras.regularizers.L2(0.1), [(2, 3)])
    assert set(checks.passed) == set(ALL) - NOT_HERE - OF_PENALTIES
    assert all("no `factor`" in checks.skipped[name] for name in OF_PENALTIES)


@pytest.mark.parametrize(
    "regularizer",
    fewer(
        [
            keras.regularizers.L1L2(0.1, 0.2),
            keras.regularizers.OrthogonalRegularizer(0.1, mode="columns"),
        ]
    ),
)
def test_other_regularizers_of_keras_pass(regularizer: Any) -> None:
    slow = dict.fromkeys(("fit_eagerly", "fit_with_xla"), "made above")
    check_regularizer(regularizer, [(2, 3)], policies=(), skip=slow)


def frame(**arguments: Any) -> Any:
    return keras_lateral.FrameRegularizer(**{"factor": 0.1, "seed": 1, **arguments})


@pytest.mark.parametrize(
    "regularizer",
    [
        frame(),
        frame(rows=1, every=4, beside="l2"),
        frame(lower=None, upper=0.5, kind="transposed", strides=2, method="fourier"),
    ],
    ids=["plain", "lazy", "transposed"],
)
def test_the_frame_regularizer_passes(regularizer: Any) -> None:
    # Random kernels are far from a frame, where R is piecewise a polynomial of degree four.
    skip = {} if regularizer.rows is None else {"fit_with_xla": "made for the others"}
    check_regularizer(regularizer, [(3, 2, 2, 3)], policies=["mixed_float16"], skip=skip)


RIVALS = {
    "SoftOrthogonality": {},
    "SpectralRestrictedIsometry": {},
    "OrthogonalConvolution": {},
    "MinimumHypersphericalEnergy": {"non_negative": False},
}


@pytest.mark.parametrize("name", fewer(list(RIVALS)))
def test_its_rivals_pass(name: str) -> None:
    skip = dict.fromkeys(("fit_eagerly", "fit_with_xla", "clone"), "made above")
    regularizer = getattr(keras_lateral, name)(seed=1)
    check_regularizer(regularizer, [(2, 3, 4)], policies=(), skip=skip, **RIVALS[name])


def test_a_penalty_is_left_unchanged() -> None:
    penalty = GoodPenalty(0.5, every=2)
    before = ops.convert_to_numpy(penalty.state.value).tolist()
    check_regularizer(penalty, [(2, 3)], skip=only("config"))
    assert (penalty.every, penalty.factor) == (2, 0.5)
    assert ops.convert_to_numpy(penalty.state.value).tolist() == before
    assert before[:2] == [0.5, 0]  # strength and number of calls


def test_a_random_regularizer_passes_only_with_deterministic_false() -> None:
    class Random(FourthPowers):
        def __call__(self, x: Any) -> Any:
            return super().__call__(x) * (1 + keras.random.uniform(()))

    skip = only("gradient")
    assert check_regularizer(Random(), [(2, 3)], deterministic=False, skip=skip).passed
    with pytest.raises(AssertionError, match="finite difference"):
        check_regularizer(Random(), [(2, 3)], skip=skip)


def test_an_unregistered_class_needs_its_name_for_loading() -> None:
    class Unregistered(FourthPowers):
        pass

    skip = only("keras_file")
    with pytest.raises(AssertionError, match=r"(?s)check 'keras_file'.*Unregistered"):
        check_regularizer(Unregistered(), [(2, 3)], skip=skip)
    named = {"Unregistered": Unregistered}
    assert check_regularizer(Unregistered(), [(2, 3)], custom_objects=named, skip=skip).passed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"regularizer": "l2"}, r"argument `regularizer`.*'l2'"),
        ({"regularizer": FourthPowers}, "argument `regularizer`.*an instance"),
        ({"shapes": []}, r"argument `shapes`.*\[\]"),
        ({"shapes": [(3,)]}, r"argument `shapes`.*rank 2 to 5.*\(3,\)"),
        ({"skip": {"fitt": "typing error"}}, "Expected names of"),
    ],
)
def test_what_cannot_be_checked_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_regularizer(**{"regularizer": FourthPowers(), **arguments})
