"""What the frame regularizer costs: value and gradient against self-convolution, and in a step.

    python benchmarks/frame_regularizer.py [--parts kernels step methods] [--modes graph xla]

`kernels`: R(W) and its gradient, as this library computes them, against the usual way, the kernel
convolved with itself; both give the same number, which is checked. `step`: a training step of
ResNet-18 with the regularizer on every convolution against one without, computed in every step and
lazily (`every="auto"`). `methods`: the ways to V beside each other, from which the choice of
`method="auto"` comes. All that is compared takes turns in one process.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import keras
import networks
import numpy as np
from gradient_mask import AVAILABLE, training_step
from self_convolution import frame_penalty_by_self_convolution
from timing import machine, ratio, seconds_in_turns

from keras_lateral import FrameRegularizer, attach_regularizer
from keras_lateral.ops import KernelGeometry, frame_penalty, gradients, kernel_gram

LOWER, UPPER = 0.5, 2.0
# Size, inputs, outputs, stride.
KERNELS = [
    (1, 64, 64, 1),
    (1, 256, 128, 2),
    (3, 3, 64, 1),
    (3, 16, 16, 1),
    (3, 32, 32, 1),
    (3, 64, 64, 1),
    (3, 64, 128, 2),
    (3, 128, 128, 1),
    (3, 256, 256, 1),
    (3, 512, 512, 1),
    (5, 64, 64, 1),
    (7, 32, 32, 1),
    (11, 16, 16, 1),
]
METHODS = ("shifts", "fourier", "pairs")


def ours(kernel: Any, stride: int, method: str = "auto") -> Any:
    """Returns R(W) as the regularizer computes it."""
    gram = kernel_gram(kernel, KernelGeometry(strides=stride), method=method)
    return frame_penalty(gram, LOWER, UPPER)


def theirs(kernel: Any, stride: int) -> Any:
    """Returns R(W) by self-convolution."""
    return frame_penalty_by_self_convolution(kernel, LOWER, UPPER, stride)


def value_and_gradient(function: Callable, kernel: np.ndarray, mode: str) -> Callable:
    """Returns a function that computes both, compiled as `mode` says, and waits for them."""
    kernel = keras.ops.convert_to_tensor(kernel)

    def both(x: Any) -> Any:
        return gradients(function, [x])

    if keras.config.backend() == "tensorflow" and mode != "eager":
        import tensorflow as tf

        both = tf.function(both, jit_compile=mode == "xla")
    elif keras.config.backend() == "jax":
        import jax

        both = jax.jit(both)
    return lambda: [keras.ops.convert_to_numpy(x) for x in keras.tree.flatten(both(kernel))]


def megabytes(function: Callable, kernel: np.ndarray) -> float | None:
    """Returns what XLA holds beside arguments and results while it runs; None but on JAX."""
    if keras.config.backend() != "jax":
        return None
    import jax

    compiled = jax.jit(lambda x: gradients(function, [x])).lower(kernel).compile()
    return round(compiled.memory_analysis().temp_size_in_bytes / 2**20, 2)


def kernels(mode: str, rounds: int, methods: tuple[str, ...]) -> list[dict]:
    """Returns one row per kernel: seconds of the usual way, and its ratio to ours."""
    rng = np.random.default_rng(0)
    rows = []
    for size, inputs, outputs, stride in KERNELS:
        scale = np.sqrt(2 / (size**2 * inputs))
        kernel = (scale * rng.normal(size=(size, size, inputs, outputs))).astype("float32")
        ways = {"self-convolution": partial(theirs, stride=stride)} | {
            method: partial(ours, stride=stride, method=method) for method in methods
        }
        timed = {name: value_and_gradient(way, kernel, mode) for name, way in ways.items()}
        values = [float(function()[0]) for function in timed.values()]
        np.testing.assert_allclose(values, values[0], rtol=1e-3)
        turns = max(5, rounds // 3) if inputs * outputs > 2**16 else rounds
        seconds = seconds_in_turns(timed, turns)
        usual = seconds["self-convolution"]
        for method in methods:
            middle, low, high = ratio(usual, seconds[method])
            rows.append(
                {
                    "kernel": f"{size} x {size}, {inputs} -> {outputs}"
                    + (f", stride {stride}" if stride > 1 else ""),
                    "mode": mode,
                    "method": method,
                    "usual_ms": round(1e3 * float(np.median(usual)), 2),
                    "ms": round(1e3 * float(np.median(seconds[method])), 2),
                    "times_faster": round(middle, 2),
                    "quartiles": [round(low, 2), round(high, 2)],
                    "usual_megabytes": megabytes(ways["self-convolution"], kernel),
                    "megabytes": megabytes(ways[method], kernel),
                    "rounds": turns,
                }
            )
            print(rows[-1], flush=True)
    return rows


def step(mode: str, batch: int, rounds: int) -> list[dict]:
    """Returns one row per regularizer: a training step's time as a ratio to the plain one's."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch, 32, 32, 3)).astype("float32")
    y = rng.integers(0, 100, batch)
    steps = {}
    for name, every in {"plain": None, "every=1": 1, 'every="auto"': "auto"}.items():
        keras.utils.set_random_seed(0)
        model = networks.resnet18()
        if every is not None:
            regularizer = FrameRegularizer(LOWER, UPPER, factor=1e-6, every=every, seed=0)
            attach_regularizer(model, regularizer)
        steps[name] = training_step(model, mode, x, y)
    seconds = seconds_in_turns(steps, rounds)
    plain = seconds.pop("plain")
    rows = []
    for name, some in seconds.items():
        # Lazy steps differ from each other, so the mean over all rounds is what counts.
        _, low, high = ratio(some, plain)
        rows.append(
            {
                "network": "resnet18",
                "mode": mode,
                "batch": batch,
                "regularizer": name,
                "plain_ms": round(1e3 * float(np.mean(plain)), 1),
                "mean_ratio": round(float(np.mean(some) / np.mean(plain)), 3),
                "quartiles": [round(low, 3), round(high, 3)],
                "rounds": rounds,
            }
        )
        print(rows[-1], flush=True)
    return rows


def main() -> None:
    """Measures, prints, and writes JSON."""
    available = AVAILABLE[keras.config.backend()]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = ("kernels", "step", "methods")
    parser.add_argument("--parts", nargs="+", default=parts[:2], choices=parts)
    parser.add_argument("--modes", nargs="+", default=available, choices=available)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--output", type=Path, help="a JSON file for the rows")
    options = parser.parse_args()
    print(json.dumps(machine()))
    record: dict[str, Any] = {"machine": machine()}
    for part in options.parts:
        record[part] = []
        for mode in options.modes:
            if part == "step":
                record[part] += step(mode, options.batch, options.rounds)
            else:
                methods = METHODS if part == "methods" else ("auto",)
                record[part] += kernels(mode, options.rounds, methods)
    if options.output:
        options.output.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
