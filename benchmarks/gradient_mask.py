"""What a gradient mask costs: a training step's time as a ratio to the plain network's.

    python benchmarks/gradient_mask.py [--networks small_cnn resnet18] [--modes graph xla eager]

The plain network and the masked ones (all convolutions masked) take turns in one process; the
ratio is taken round by round, and its median and quartiles are printed. `inference` is `predict`'s
step, which holds no mask at all.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import keras
import networks
import numpy as np
from timing import machine, ratio, seconds_in_turns

from keras_lateral import apply_gradient_mask

MASKS = {
    "K=1": {"feature_sets": 1},
    "K=4": {"feature_sets": 4},
    "K=channels": {"feature_sets": "channels"},
    "K=1, weights": {"feature_sets": 1, "scope": "weights"},
}
MODES = {
    "eager": {"run_eagerly": True, "jit_compile": False},
    "graph": {"run_eagerly": False, "jit_compile": False},
    "xla": {"run_eagerly": False, "jit_compile": True},
}
AVAILABLE = {"tensorflow": ("graph", "xla", "eager"), "jax": ("xla",), "torch": ("eager",)}


def training_step(model: keras.Model, mode: str, x: np.ndarray, y: np.ndarray) -> Callable:
    """Returns a function that makes one step of `fit`."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1e-3, momentum=0.9), loss, **MODES[mode])
    return lambda: model.train_on_batch(x, y)


def inference_step(model: keras.Model, mode: str, x: np.ndarray) -> Callable:
    """Returns a function that predicts one batch."""
    model.compile(**MODES[mode])
    return lambda: model.predict_on_batch(x)


def measure(network: str, mode: str, batch: int, rounds: int) -> list[dict]:
    """Returns one row for each mask, and one for inference."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch, 32, 32, 3)).astype("float32")
    y = rng.integers(0, 100, batch)

    def network_of_ours() -> keras.Model:
        keras.utils.set_random_seed(0)
        return getattr(networks, network)()

    models = {"plain": network_of_ours()} | {
        name: apply_gradient_mask(network_of_ours(), sigma=1.0, **mask)
        for name, mask in MASKS.items()
    }
    steps = {name: training_step(model, mode, x, y) for name, model in models.items()}
    rows = as_rows(seconds_in_turns(steps, rounds), network, mode, batch)
    steps = {name: inference_step(models[name], mode, x) for name in ("plain", "K=1")}
    inference = as_rows(seconds_in_turns(steps, rounds), network, mode, batch)
    return rows + [row | {"mask": "K=1, inference"} for row in inference]


def as_rows(seconds: dict[str, list[float]], network: str, mode: str, batch: int) -> list[dict]:
    """Returns the ratios to "plain" as records."""
    plain = seconds.pop("plain")
    rows = []
    for name, masked in seconds.items():
        middle, low, high = ratio(masked, plain)
        rows.append(
            {
                "network": network,
                "mode": mode,
                "batch": batch,
                "mask": name,
                "plain_ms": round(1e3 * float(np.median(plain)), 1),
                "ratio": round(middle, 3),
                "quartiles": [round(low, 3), round(high, 3)],
                "rounds": len(masked),
            }
        )
    return rows


def main() -> None:
    """Measures, prints a table and writes it as JSON beside this file."""
    available = AVAILABLE[keras.config.backend()]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", nargs="+", default=["small_cnn", "resnet18"])
    parser.add_argument("--modes", nargs="+", default=available, choices=available)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--output", type=Path, help="a JSON file for the rows")
    options = parser.parse_args()
    print(json.dumps(machine()))
    print("| network | mode | mask | plain step, ms | ratio | quartiles |")
    print("|---|---|---|---|---|---|")
    rows = []
    for network in options.networks:
        for mode in options.modes:
            rows += measure(network, mode, options.batch, options.rounds)
            for row in rows[-len(MASKS) - 1 :]:
                low, high = row["quartiles"]
                print(
                    f"| {network} | {mode} | {row['mask']} | {row['plain_ms']} | {row['ratio']} "
                    f"| {low} to {high} |",
                    flush=True,
                )
    if options.output:
        record = {"machine": machine(), "rows": rows}
        options.output.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
