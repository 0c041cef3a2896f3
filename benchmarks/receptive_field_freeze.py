"""What a frozen epoch costs, against an ordinary one of the same `fit`, and what switching costs.

    python benchmarks/receptive_field_freeze.py [--networks small_cnn resnet18 resnet50]

Ordinary and frozen epochs alternate in one run. An epoch's time runs from its beginning to the
next one's, so that all that the callback does is in it. The first frozen epoch traces the step
once more: how much longer it takes than the later ones is the cost of switching.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import keras
import networks
import numpy as np
from timing import machine, ratio

from keras_lateral import AlternatingEpochs, ReceptiveFieldFreeze

NETWORKS = {
    "small_cnn": lambda: (networks.small_cnn(), 32),
    "resnet18": lambda: (networks.resnet18(), 32),
    "resnet50": lambda: (
        keras.applications.ResNet50(weights=None, input_shape=(64, 64, 3), classes=100),
        64,
    ),
}


class EpochTimes(keras.callbacks.Callback):
    """Keeps when each epoch begins, and when the last one ends."""

    def __init__(self) -> None:
        super().__init__()
        self.starts: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.starts.append(time.perf_counter())

    def on_train_end(self, logs: Any = None) -> None:
        self.starts.append(time.perf_counter())

    def seconds(self) -> list[float]:
        """Returns how long each epoch took."""
        return [b - a for a, b in zip(self.starts, self.starts[1:], strict=False)]


def measure(name: str, pairs: int, steps: int, batch: int, jit_compile: bool) -> dict[str, Any]:
    """Returns one row: a frozen epoch's time as a ratio to the ordinary one before it."""
    keras.utils.set_random_seed(0)
    model, size = NETWORKS[name]()
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch * steps, size, size, 3)).astype("float32")
    y = rng.integers(0, 100, batch * steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=name != "resnet50")
    model.compile(keras.optimizers.SGD(1e-3), loss, jit_compile=jit_compile)
    freeze, times = ReceptiveFieldFreeze("paper", AlternatingEpochs()), EpochTimes()
    epochs = 2 * (pairs + 1)
    model.fit(x, y, batch_size=batch, epochs=epochs, verbose=0, callbacks=[times, freeze])
    seconds = times.seconds()
    ordinary, frozen = seconds[0::2], seconds[1::2]
    middle, low, high = ratio(frozen[1:], ordinary[1:])
    row = {
        "network": name,
        "frozen": freeze.layer_names,
        "batch": batch,
        "steps": steps,
        "xla": jit_compile,
        "ordinary_s": round(statistics.median(ordinary[1:]), 3),
        "frozen_to_ordinary": round(middle, 3),
        "quartiles": [round(low, 3), round(high, 3)],
        "pairs": pairs,
        "first_trace_s": round(ordinary[0] - statistics.median(ordinary[1:]), 2),
        "switching_s": round(frozen[0] - statistics.median(frozen[1:]), 2),
    }
    print(row, flush=True)
    return row


def main() -> None:
    """Measures, prints, and writes JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS), choices=list(NETWORKS))
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--xla", action="store_true")
    parser.add_argument("--output", type=Path, help="a JSON file for the rows")
    options = parser.parse_args()
    print(json.dumps(machine()))
    # JAX compiles in any case.
    xla = options.xla or keras.config.backend() == "jax"
    rows = [
        measure(name, options.pairs, options.steps, options.batch, xla) for name in options.networks
    ]
    if options.output:
        record = {"machine": machine(), "epochs": rows}
        options.output.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
