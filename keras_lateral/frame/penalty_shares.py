"""How large a penalty's gradient is beside the task's, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.frame.attach import find_regularizers, regularized_kernels
from keras_lateral.frame.gram.problem import at_least_float32
from keras_lateral.frame.penalty import Penalty
from keras_lateral.frame.stateless_seed import SeedAt
from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.keras_tools.autodiff import gradients
from keras_lateral.keras_tools.labels.named_entries import NamedEntries
from keras_lateral.keras_tools.training_step import Loss, build_for, check_loss, training_loss
from keras_lateral.text import Table, columns_of, counted


@dataclass(frozen=True)
class PenaltyShare:
    """A penalty and its gradient in one layer. `penalty_shares` gives the equations.

    Args:
        name: The layer's label, as in `find_regularizers`.
        penalty: R of the kernel, without the factor.
        factor: The regularizer's factor, as a schedule has scaled it.
        penalty_gradient: ||dR/dw||, without the factor.
        task_gradient: ||dL/dw||, the mean over batches.

    Example:

    >>> layer = PenaltyShare("conv", 400.0, 0.01, penalty_gradient=200.0, task_gradient=0.5)
    >>> layer.share
    4.0
    """

    name: str
    penalty: float
    factor: float
    penalty_gradient: float
    task_gradient: float

    @property
    def share(self) -> float:
        """||factor dR/dw|| / ||dL/dw||; infinite or NaN where the task has no gradient."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.float64(self.factor * self.penalty_gradient) / self.task_gradient)


@dataclass(frozen=True, repr=False)
class PenaltyShares(NamedEntries[PenaltyShare]):
    """How large the penalties' gradients are beside the task's. `penalty_shares` makes it.

    Args:
        layers: One entry for each regularized kernel, in the model's order.
        samples: Number of samples measured.
        batch_size: Samples in a training step.

    Example:

    >>> layers = PenaltyShare("a", 400.0, 0.01, 200.0, 0.5), PenaltyShare("b", 9.0, 0.01, 30.0, 0.1)
    >>> shares = PenaltyShares(layers, samples=64, batch_size=32)
    >>> shares.share, round(shares.factor_for(0.05), 6)
    (3.5, 0.000143)
    >>> print(shares)
    gradients of penalty and task (64 samples, 32 a step)
       penalty  factor  penalty's gradient  task's gradient  share
    a      400    0.01                   2              0.5      4
    b        9    0.01                 0.3              0.1      3
    penalty's gradient: with the factor; share: of the task's gradient
    """

    layers: tuple[PenaltyShare, ...]
    samples: int
    batch_size: int

    _kind = "regularized layer"

    def _entries(self) -> tuple[PenaltyShare, ...]:
        return self.layers

    @property
    def share(self) -> float:
        """The median layer's share."""
        return float(np.median([layer.share for layer in self.layers]))

    def factor_for(self, share: float) -> float:
        """Returns the factor, the same for all layers, that gives the median layer this share.

        Args:
            share: What the penalty's gradient should be of the task's, above 0.

        Raises:
            ValueError: If the share is not above 0, or the median layer has no gradient of the
                penalty, as within its bounds, or none of the task.
        """
        if not share > 0:
            raise ValueError(
                "Invalid value for argument `share`. Expected a number above 0. "
                f"Received: share={share!r}"
            )
        with np.errstate(divide="ignore", invalid="ignore"):
            task = np.array([layer.task_gradient for layer in self.layers])
            ratio = np.median(np.array([layer.penalty_gradient for layer in self.layers]) / task)
        if not 0 < ratio < np.inf:
            raise ValueError(
                "No factor gives the penalty this share: in the median layer the norm of the "
                f"penalty's gradient is {ratio} times that of the task's."
            )
        return float(share / ratio)

    def to_dict(self) -> dict[str, Any]:
        """Returns the record as plain values."""
        layers = [{**asdict(layer), "share": layer.share} for layer in self.layers]
        return {"samples": self.samples, "batch_size": self.batch_size, "layers": layers}

    def _blocks(self) -> list[Table | str]:
        heads = ["", "penalty", "factor", "penalty's gradient", "task's gradient", "share"]
        rows = [
            (
                layer.name,
                *(
                    f"{value:.3g}"
                    for value in (
                        layer.penalty,
                        layer.factor,
                        layer.factor * layer.penalty_gradient,
                        layer.task_gradient,
                        layer.share,
                    )
                ),
            )
            for layer in self.layers
        ]
        title = f"gradients of penalty and task ({self.samples} samples, {self.batch_size} a step)"
        note = "penalty's gradient: with the factor; share: of the task's gradient"
        return [Table(columns_of(heads), rows, (title,), (note,))]

    def _summary(self) -> str:
        return f"{counted(len(self.layers), 'layer')}, median share {self.share:.3g}"


def penalty_shares(
    model: keras.Model, x: Any, y: Any, loss: Loss = None, *, batch_size: int = 32
) -> PenaltyShares:
    """Measures how large the gradients of a model's regularizers are beside the task's.

    For each kernel w with a regularizer of this library, with R its penalty and L all else that a
    training step minimizes:

        share = ||factor dR/dw|| / ||dL/dw||

    with the mean of ||dL/dw|| over the batches. A factor alone says little: R of a random start is
    in the hundreds or thousands, and an optimizer such as Adam rescales the sum of both gradients.
    Where the share is above 1, a step follows the penalty more than the task. The task's gradient
    falls while a network learns, so the share may rise. Nothing in the model changes.

    Args:
        model: A model with regularizers; it is built if necessary.
        x: Inputs: an array, or arrays in a list or dict.
        y: Targets.
        loss: A Keras loss or its name. Defaults to the model's compiled loss, with everything a
            training step adds to it.
        batch_size: Samples in a training step.

    Returns:
        A record that prints as a table, writes JSON, and says which factor has a given share.

    Raises:
        ValueError: If the model has no regularizer of this library, or there is no loss or no
            data.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import FrameRegularizer, attach_regularizer, penalty_shares
    >>> keras.utils.set_random_seed(0)
    >>> conv = keras.layers.Conv2D(16, 3, name="conv")
    >>> model = keras.Sequential([keras.Input((8, 8, 8)), conv, keras.layers.Flatten()])
    >>> model.compile("adam", "mse")
    >>> attached = attach_regularizer(model, FrameRegularizer())
    >>> x, y = np.random.default_rng(0).normal(size=(64, 8, 8, 8)), np.ones((64, 576))
    >>> shares = penalty_shares(model, x, y)
    >>> attached["conv"].factor = shares.factor_for(0.05)
    >>> round(penalty_shares(model, x, y)["conv"].share, 3)
    0.05
    """
    check_loss(model, loss)
    build_for(model, x)
    samples = len(keras.tree.flatten(x)[0])
    if not samples:
        raise ValueError("Expected at least one sample. Received: x without samples")
    kernels = _regularized_kernels(model)
    norms = [
        _task_norms(model, *batch, loss, kernels) for batch in _batches(x, y, samples, batch_size)
    ]
    layers = [
        PenaltyShare(name, *_penalty_and_norm(penalty, variable), float(task))
        for (name, (variable, penalty)), task in zip(
            kernels.items(), np.mean(norms, axis=0), strict=True
        )
    ]
    return PenaltyShares(tuple(layers), samples, min(batch_size, samples))


Kernels = dict[str, tuple[keras.Variable, Penalty]]


def _regularized_kernels(model: keras.Model) -> Kernels:
    """Returns each kernel with a penalty, by its label."""
    find_regularizers(model)  # raises if there is none
    kernels = regularized_kernels(model)
    return {kernel.label: (kernel.weight, kernel.regularizer) for kernel in kernels}


def _batches(x: Any, y: Any, samples: int, batch_size: int) -> Iterator[tuple[Any, Any]]:
    for first in range(0, samples, batch_size):
        part = slice(first, first + batch_size)
        yield tuple(
            keras.tree.map_structure(lambda array, part=part: array[part], data) for data in (x, y)
        )


def _task_norms(
    model: keras.Model, x: Any, y: Any, loss: Loss, kernels: Kernels
) -> Sequence[float]:
    """Returns ||dL/dw|| of one batch for each kernel, of a step whose penalties are 0."""
    pairs = list(kernels.values())
    silent = [(p.state, ops.zeros_like(p.state.value)) for _, p in pairs]  # of no strength

    def task(*values: Tensor) -> Tensor:
        state = [(variable, variable.value) for variable in model.variables]
        new = [(w, value) for (w, _), value in zip(pairs, values, strict=True)]
        with keras.StatelessScope([*state, *silent, *new], collect_losses=True):
            return training_loss(model, x, y, loss)

    _, found = gradients(task, [w.value for w, _ in pairs])
    scale = 1.0
    if loss is None and model.optimizer is not None:
        scale = float(ops.convert_to_numpy(model.optimizer.scale_loss(ops.ones(()))))
    return [_norm(gradient) / scale for gradient in found]


def _penalty_and_norm(penalty: Penalty, kernel: keras.Variable) -> tuple[float, float, float]:
    """Returns R, the factor, and ||dR/dw||."""
    draw = SeedAt(int(penalty.seed or 0), ops.zeros((), "int32"))
    value, (gradient,) = gradients(
        lambda w: penalty.penalty(at_least_float32(w), draw), [kernel.value]
    )
    strength = penalty.factor * penalty.scale
    return float(ops.convert_to_numpy(value)), strength, _norm(gradient)


def _norm(tensor: Tensor) -> float:
    return float(np.linalg.norm(ops.convert_to_numpy(tensor).astype("float64").ravel()))
