"""A training step with two gradients: the second at other weights, which the first one gives.

Keras differentiates inside `train_step` alone, by the means of each backend, so there is a step for
each. All of them call nothing but what Keras' guides to an own `train_step` name: `compute_loss`,
`compute_metrics`, `compute_loss_and_updates` on JAX, and the optimizer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import keras
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.keras_tools.autodiff import gradients
from keras_lateral.keras_tools.training_step import takes_training

Perturbed = Callable[[Sequence[Tensor], Sequence["Tensor | None"]], list[Tensor]]
"""From weights and their gradients to the weights of the second gradient."""


class SharpnessAwareStep:
    """Makes the `train_step` of a model in which the second gradient counts.

    Args:
        model: The model.
        perturbed: Returns the weights at which the second gradient is taken.
    """

    def __init__(self, model: Any, perturbed: Perturbed) -> None:
        self.model, self.perturbed = model, perturbed

    def function(self) -> Callable[..., Any]:
        """Returns the step, as the active backend's `fit` calls it."""
        steps: dict[str, Callable[..., Any]] = {
            "tensorflow": self._with_tensorflow,
            "jax": self._with_jax,
            "torch": self._with_torch,
        }
        backend = keras.config.backend()
        if backend not in steps:
            raise RuntimeError(
                f"Two gradients are implemented for the backends {sorted(steps)}, not for "
                f"{backend!r}."
            )
        step = steps[backend]

        def train_step(*args: Any) -> Any:
            return step(*args)

        train_step.is_sharpness_aware = True  # type: ignore[attr-defined]
        return train_step

    def _with_tensorflow(self, data: Any) -> Any:
        import tensorflow as tf

        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        before = self._state()
        with tf.GradientTape() as tape:
            y_pred, loss = self._loss(x, y, sample_weight)
            scaled = self.model.optimizer.scale_loss(loss)
        variables = self.model.trainable_variables
        first = tape.gradient(scaled, variables)
        dense = [None if g is None else tf.convert_to_tensor(g) for g in first]
        second = self._second_gradients(variables, dense, before, x, y, sample_weight)
        self.model.optimizer.apply(second, variables)
        # Each replica's loss is its share of the sum.
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        self._count(loss * replicas if replicas > 1 else loss, x)
        return self.model.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def _with_torch(self, data: Any) -> Any:
        import torch

        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        before, random_state = self._state(), _random_state_of_torch()
        variables = list(self.model.trainable_variables)
        values = [variable.value for variable in variables]
        with _requiring_gradients(values):
            y_pred, loss = self._loss(x, y, sample_weight)
            scaled = self.model.optimizer.scale_loss(loss)
            first = torch.autograd.grad(scaled, values, allow_unused=True)
        with torch.no_grad(), random_state():
            second = self._second_gradients(variables, first, before, x, y, sample_weight)
        with torch.no_grad():
            self.model.optimizer.apply(second, variables)
        self._count(loss, x)
        return self.model.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def _with_jax(self, state: Any, data: Any) -> Any:
        import jax

        weights, others, optimizer_variables, metrics = state
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        model = self.model
        loss_and_gradients = jax.value_and_grad(model.compute_loss_and_updates, has_aux=True)

        def pass_at(weights: Any) -> Any:
            more = {"training": True, "optimizer_variables": optimizer_variables}
            return loss_and_gradients(weights, others, metrics, x, y, sample_weight, **more)

        (_, (loss, y_pred, new_others, new_metrics)), first = pass_at(weights)
        _, second = pass_at(self.perturbed(weights, first))
        new_weights, new_optimizer_variables = model.optimizer.stateless_apply(
            optimizer_variables, second, weights
        )
        of_metrics = list(zip(model.metrics_variables, new_metrics, strict=True))
        with keras.StatelessScope(of_metrics) as scope:
            self._count(loss, x)
            logs = model.compute_metrics(x, y, y_pred, sample_weight)
        new_metrics = [_value_in(scope, variable) for variable in model.metrics_variables]
        return logs, (new_weights, new_others, new_optimizer_variables, new_metrics)

    def _state(self) -> list[tuple[Any, Tensor]]:
        """Returns what layers keep beside trainable weights, such as seeds, with its values."""
        return [(v, ops.copy(v.value)) for v in self.model.non_trainable_variables]

    def _loss(self, x: Any, y: Any, sample_weight: Any) -> tuple[Any, Tensor]:
        """Returns the model's outputs and the loss, without the optimizer's scale."""
        model = self.model
        y_pred = model(x, training=True) if takes_training(model) else model(x)
        return y_pred, model.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight)

    def _second_gradients(
        self,
        variables: Sequence[Any],
        first: Sequence[Tensor | None],
        before: list[tuple[Any, Tensor]],
        x: Any,
        y: Any,
        sample_weight: Any,
    ) -> list[Tensor | None]:
        """Returns the gradients at the perturbed weights, in which nothing leaves a trace."""

        def scaled_loss(*weights: Tensor) -> Tensor:
            values = [*zip(variables, weights, strict=True), *before]
            with keras.StatelessScope(values, collect_losses=True):
                _, loss = self._loss(x, y, sample_weight)
            return self.model.optimizer.scale_loss(loss)

        weights = [ops.copy(variable.value) for variable in variables]
        _, second = gradients(scaled_loss, self.perturbed(weights, first))
        # An optimizer leaves alone what has no gradient, and a gradient of 0 is one.
        return [None if a is None else b for a, b in zip(first, second, strict=True)]

    def _count(self, loss: Tensor, x: Any) -> None:
        """Adds the batch to the mean of the reported loss."""
        images = ops.shape(next(part for part in keras.tree.flatten(x) if part is not None))[0]
        for metric in self.model.metrics:
            if metric.name == "loss":
                metric.update_state(loss, sample_weight=images)
                return


def _value_in(scope: keras.StatelessScope, variable: Any) -> Any:
    value = scope.get_current_value(variable)
    return variable.value if value is None else value


@contextmanager
def _requiring_gradients(parameters: Sequence[Any]) -> Iterator[None]:
    """A scope in which torch computes the gradients of these too where a freeze has them rest."""
    resting = [parameter for parameter in parameters if not parameter.requires_grad]
    for parameter in resting:
        parameter.requires_grad_(True)
    try:
        yield
    finally:
        for parameter in resting:
            parameter.requires_grad_(False)


def _random_state_of_torch() -> Callable[[], AbstractContextManager[None]]:
    """Returns a scope in which torch draws what it draws from now on, once more.

    Keras' dropout draws from torch's own generator where no seed is given.
    """
    import torch

    devices = list(range(torch.cuda.device_count()))
    state = torch.get_rng_state()
    of_devices = [torch.cuda.get_rng_state(device) for device in devices]

    @contextmanager
    def again() -> Iterator[None]:
        with torch.random.fork_rng(devices):
            torch.set_rng_state(state)
            for device, state_of_device in zip(devices, of_devices, strict=True):
                torch.cuda.set_rng_state(state_of_device, device)
            yield

    return again
