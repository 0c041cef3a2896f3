"""What the methods cost in training: steps, first steps, frozen epochs, memory; see `run.py`."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import keras
import networks
import numpy as np
from gradient_mask import AVAILABLE, training_step
from receptive_field_freeze import measure as measure_freeze
from row import Row
from timing import ratio, seconds_in_turns

from keras_lateral import FrameRegularizer, apply_gradient_mask, attach_regularizer

BATCHES = {"small_cnn": 64, "resnet18": 32, "mobilenet_v2": 32, "convnext_tiny": 8, "u_net": 16}
"""Images in a batch, by network."""

Change = Callable[[keras.Model], Any]

CHANGES: dict[str, tuple[Change, float, tuple[str, ...]]] = {
    "mask, K = 1": (apply_gradient_mask, 1.05, tuple(BATCHES)),
    "mask, K = channels": (
        lambda model: apply_gradient_mask(model, feature_sets="channels"),
        1.10,
        ("small_cnn", "resnet18", "mobilenet_v2"),
    ),
    "frame penalty": (
        lambda model: attach_regularizer(model, FrameRegularizer(factor=1e-4)),
        1.05,
        ("resnet18", "mobilenet_v2"),
    ),
    "frame penalty, lazy": (
        lambda model: attach_regularizer(model, FrameRegularizer(factor=1e-4, every="auto")),
        1.05,
        ("resnet18", "mobilenet_v2"),
    ),
}
"""How each method changes a model, the goal of a step, and on which networks it is measured."""

FIRST_STEP_GOAL = 1.2
FIRST_STEP_ROUNDS = 3
FROZEN_GOAL = 0.85


def backend_and_mode(mode: str) -> str:
    """Returns what the table calls it."""
    return f"{keras.config.backend()}, {mode}"


def network(name: str) -> keras.Model:
    """Returns a network, always with the same weights and the same names of layers."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    model: keras.Model = getattr(networks, name)()
    return model


def images_and_labels(model: keras.Model, batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns a random batch for a network; labels are of images, or of pixels."""
    draw = np.random.default_rng(0)
    x = draw.normal(size=(batch, *model.input_shape[1:])).astype("float32")
    return x, draw.integers(0, 10, (batch, *model.output_shape[1:-1]))


def steps(rounds: int, names: list[str]) -> Iterator[Row]:
    """Yields what a training step takes with each method, beside a plain one."""
    for name in names:
        x, y = images_and_labels(network(name), BATCHES[name])
        changed = {what: change for what, (change, _, on) in CHANGES.items() if name in on}
        for mode in AVAILABLE[keras.config.backend()]:
            if mode == "eager" and keras.config.backend() == "tensorflow":
                continue
            models = {"plain": network(name)} | {what: network(name) for what in changed}
            for what, change in changed.items():
                change(models[what])
            timed = {what: training_step(model, mode, x, y) for what, model in models.items()}
            seconds = seconds_in_turns(timed, rounds)
            plain = seconds.pop("plain")
            for what, some in seconds.items():
                middle, low, high = ratio(some, plain)
                if what.endswith("lazy"):  # steps differ from each other: the mean counts
                    middle = float(np.mean(some) / np.mean(plain))
                yield Row(
                    *(f"step: {what}", name, backend_and_mode(mode), "plain step"),
                    *(1e3 * statistics.median(plain), middle, low, high, rounds),
                    goal=CHANGES[what][1],
                    floor=1 + floor_seconds(what, models["plain"], len(x)) / min(plain),
                )


def first_steps(rounds: int, names: list[str]) -> Iterator[Row]:
    """Yields what tracing and the first step take with each method, beside a plain model's."""
    for name in [name for name in ("mobilenet_v2",) if name in names]:
        x, y = images_and_labels(network(name), BATCHES[name])
        mode = AVAILABLE[keras.config.backend()][0]
        changed = {what: CHANGES[what][0] for what in ("mask, K = 1", "frame penalty")}

        def first(
            change: Change, x: Any = x, y: Any = y, mode: str = mode, name: str = name
        ) -> Any:
            model = network(name)
            change(model)
            step = training_step(model, mode, x, y)
            began = time.perf_counter()
            step()
            return time.perf_counter() - began

        seconds: dict[str, list[float]] = {what: [] for what in ("plain", *changed)}
        for _ in range(min(rounds, FIRST_STEP_ROUNDS)):
            for what in seconds:
                seconds[what].append(first(changed.get(what, lambda model: None)))
        plain = seconds.pop("plain")
        for what, some in seconds.items():
            yield Row(
                *(f"first step: {what}", name, backend_and_mode(mode), "plain first step"),
                *(1e3 * statistics.median(plain), *ratio(some, plain), len(plain)),
                goal=FIRST_STEP_GOAL,
            )


def frozen_epochs(rounds: int, names: list[str]) -> Iterator[Row]:
    """Yields what a frozen epoch takes beside the ordinary one before it."""
    jax = keras.config.backend() == "jax"
    for name in [name for name in ("small_cnn", "resnet18") if name in names]:
        keras.backend.clear_session()  # so that the layers have the names of `network`
        found = measure_freeze(name, rounds, 6, 32, jax)
        mode = "xla" if jax else AVAILABLE[keras.config.backend()][0]
        yield Row(
            *("frozen epoch", name, backend_and_mode(mode), "ordinary epoch"),
            *(1e3 * found["ordinary_s"], found["frozen_to_ordinary"], *found["quartiles"]),
            rounds,
            goal=FROZEN_GOAL,
            floor=1 - frozen_share(network(name), found["frozen"]) / 3,
        )


def memory(rounds: int, names: list[str]) -> Iterator[Row]:
    """Yields what XLA holds beside arguments and results in a masked step; on JAX only."""
    if keras.config.backend() != "jax":
        return
    for name in [name for name in ("small_cnn", "resnet18") if name in names]:
        plain, masked = network(name), apply_gradient_mask(network(name))
        mine, theirs = (megabytes(model, BATCHES[name]) for model in (masked, plain))
        share = mine / theirs
        yield Row(
            *("memory of a step, MB: mask, K = 1", name, backend_and_mode("xla"), "plain step"),
            *(theirs, share, share, share, 1),
        )


def megabytes(model: keras.Model, batch: int) -> float:
    """Returns XLA's own account of what a step's loss and gradients need for a while."""
    import jax

    x, y = images_and_labels(model, batch)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def value(trainable: Any, other: Any) -> Any:
        scores, _ = model.stateless_call(trainable, other, x, training=True)
        return loss(y, scores)

    variables = (
        [variable.value for variable in model.trainable_variables],
        [variable.value for variable in model.non_trainable_variables],
    )
    compiled = jax.jit(jax.grad(value)).lower(*variables).compile()
    return float(compiled.memory_analysis().temp_size_in_bytes) / 2**20


# Floors: what memory or arithmetic alone would take.


def floor_seconds(what: str, model: keras.Model, batch: int) -> float:
    """Returns the least that a method can add to a step of a model.

    A mask reads each gradient for its norms, and reads and writes it to mask it. A frame penalty
    makes as many multiplications for V as `FrameRegularizer.multiplications` says, and twice as
    many for its gradient.
    """
    layers = [layer for layer in model.layers if hasattr(layer, "kernel")]
    if what.startswith("mask"):
        maps = [math.prod(layer.output.shape[1:]) for layer in layers if is_convolution(layer)]
        return 3 * 4 * batch * sum(maps) / bytes_a_second()
    every = "auto" if what.endswith("lazy") else 1
    penalty = FrameRegularizer(every=every)
    of_layers = []
    for layer in layers:
        shape = tuple(layer.kernel.shape)
        of_layers.append(3 * penalty.multiplications(shape) / penalty.every_for(shape))
    return sum(of_layers) / multiplications_a_second()


def frozen_share(model: keras.Model, frozen: list[str]) -> float:
    """Returns the share of a forward pass' multiplications that is in frozen layers.

    Of the three passes, forward and for the gradients of maps and of weights, a freeze saves the
    last.
    """
    cost = {layer.name: multiplications(layer) for layer in model.layers if is_convolution(layer)}
    return sum(cost[name] for name in frozen) / sum(cost.values())


def multiplications(layer: Any) -> float:
    """Returns those of a convolution for one image."""
    return float(math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:-1]))


def is_convolution(layer: Any) -> bool:
    """Returns whether a layer's output is a map."""
    return hasattr(layer, "kernel") and len(layer.output.shape) > 2


@cache
def bytes_a_second() -> float:
    """Returns how fast memory is read and written here."""
    source = np.ones(2**24, "float32")
    target = np.empty_like(source)
    return 2 * source.nbytes / least_seconds(lambda: np.copyto(target, source))


@cache
def multiplications_a_second() -> float:
    """Returns how fast a large matrix product multiplies here, by NumPy or the backend."""
    a = np.ones((1500, 1500), "float32")
    b = keras.ops.convert_to_tensor(a)
    products = (lambda: a @ a, lambda: np.asarray(keras.ops.matmul(b, b)))
    return 1500**3 / min(least_seconds(product) for product in products)


def least_seconds(work: Callable[[], Any], times: int = 7) -> float:
    """Returns the shortest time of several calls."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)


PARTS = {"steps": steps, "first": first_steps, "frozen": frozen_epochs, "memory": memory}
"""What one process per backend measures."""
