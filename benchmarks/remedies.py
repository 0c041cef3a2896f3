"""What the usual remedies cost: a batch on the host, and a training step beside the plain one.

    python benchmarks/remedies.py [--rounds 5]

CPU time in one process with one thread: set OMP_NUM_THREADS=1, TF_NUM_INTRAOP_THREADS=1 and
TF_NUM_INTEROP_THREADS=1. Batches of 32 random images of 32 x 32 x 3, of 10 classes, on
`small_network`; stochastic depth, which needs residual blocks, on `cifar_resnet` with 8 layers.
Each round measures every remedy once, in turn, and the plain training beside it; medians are
written into the page of the remedies, with the lowest and highest, and all values kept in
`results/remedies/<backend>.json`.

- *batch*: what the method does to a batch before the step;
- *Keras' layer*: the layer of Keras with the same task, called on such a batch, where there is one;
- *step*: a training step, without the batch, divided by one of the plain network.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from cards import write_table
from timing import machine

from keras_lateral import known_methods, network_builder

HERE = Path(__file__).parent
IMAGES, SHAPE, CLASSES, STEPS = 32, (32, 32, 3), 10, 10
NETWORKS = {"stochastic_depth": "cifar_resnet8"}
NO_STEP = ("longer_training",)

LAYERS: dict[str, Callable[[], Any]] = {
    "mixup": keras.layers.MixUp,
    "cutmix": keras.layers.CutMix,
    "rand_augment": lambda: keras.layers.RandAugment(value_range=(0, 1)),
    "aug_mix": lambda: keras.layers.AugMix(value_range=(0, 1)),
    "random_erasing": lambda: keras.layers.RandomErasing(value_range=(0, 1)),
}
"""The layers of Keras that do what a remedy does."""


def images() -> tuple[np.ndarray, np.ndarray]:
    """Returns random images and integer labels."""
    draw = np.random.default_rng(0)
    return draw.random((IMAGES, *SHAPE), "float32"), draw.integers(0, CLASSES, IMAGES)


def milliseconds(work: Callable[[], Any], times: int = STEPS) -> float:
    """Returns the CPU time of one call."""
    began = time.process_time()
    for _ in range(times):
        work()
    return 1000 * (time.process_time() - began) / times


def batch_of(name: str) -> Callable[[], Any] | None:
    """Returns what a remedy does to a batch; `None` for one that leaves it alone."""
    method = {line.name: line for line in known_methods()}[name].method()
    x, y = images()
    change, generator = method.batches_for(CLASSES), np.random.default_rng(1)
    return None if change is None else lambda: change(x, y, generator)


def layer_of(name: str) -> Callable[[], Any] | None:
    """Returns the call of Keras' layer; `None` where there is none."""
    if name not in LAYERS:
        return None
    x, y = images()
    layer = LAYERS[name]()
    mixes = name in ("mixup", "cutmix")
    given = {"images": x, "labels": np.eye(CLASSES, dtype="float32")[y]} if mixes else x
    return lambda: layer(given, training=True)


def step_of(name: str | None, network: str) -> Callable[[], Any]:
    """Returns a training step of the network with a remedy, or of the plain one."""
    keras.utils.set_random_seed(0)
    model = network_builder(network, SHAPE, CLASSES)()
    if name is not None:
        model = {line.name: line for line in known_methods()}[name].method().change(model)
    x, y = images()
    step = lambda: model.train_on_batch(x, y)  # noqa: E731
    step(), step()  # traced
    return step


def measured(rounds: int) -> dict[str, dict[str, list[float]]]:
    """Returns for each remedy the values of all rounds."""
    names = [line.name for line in known_methods("remedies") if line.name not in NO_STEP]
    plain = {n: step_of(None, n) for n in {"small", *NETWORKS.values()}}
    steps = {name: step_of(name, NETWORKS.get(name, "small")) for name in names}
    batches = {name: batch_of(name) for name in names}
    layers = {name: layer_of(name) for name in names}
    found: dict[str, dict[str, list[float]]] = {name: {} for name in names}
    for work in (*batches.values(), *layers.values(), *plain.values(), *steps.values()):
        if work is not None:
            milliseconds(work)  # a network that was traced lately is slower in its first steps
    for _ in range(rounds):
        for name in names:
            floor = milliseconds(plain[NETWORKS.get(name, "small")])
            values = {"step / plain": milliseconds(steps[name]) / floor, "plain step, ms": floor}
            for title, work in (("batch, ms", batches[name]), ("Keras' layer, ms", layers[name])):
                if work is not None:
                    values[title] = milliseconds(work)
            for title, value in values.items():
                found[name].setdefault(title, []).append(value)
    return found


def table(kept: dict[str, Any]) -> str:
    """Returns the measurements as a table in Markdown."""
    titles = ("batch, ms", "Keras' layer, ms", "step / plain")
    lines = [f"| remedy | {' | '.join(titles)} |", "|---" * (len(titles) + 1) + "|"]
    for name, values in kept["measured"].items():
        cells = [in_words(values[title]) if title in values else "" for title in titles]
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    plain = in_words(kept["measured"]["mixup"]["plain step, ms"])
    about = kept["machine"]
    return "\n".join(lines) + (
        f"\n\nMedians of {kept['rounds']} rounds with the lowest and highest, CPU time of one "
        f"thread; a plain step of the small network takes {plain} ms. {about['processor']}, "
        f"{about['backend']}, Keras {about['keras']}. `python benchmarks/remedies.py`"
    )


def in_words(values: list[float]) -> str:
    """Returns a median with the lowest and highest value."""
    numbers = (statistics.median(values), min(values), max(values))
    middle, low, high = (f"{n:.0f}" if n >= 10 else f"{n:.2f}" for n in numbers)
    return f"{middle} ({low} to {high})"


def main() -> None:
    known = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known.add_argument("--rounds", type=int, default=5)
    rounds = known.parse_args().rounds
    found = measured(rounds)
    file = HERE / "results" / "remedies" / f"{keras.config.backend()}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    kept = {"machine": machine(), "rounds": rounds, "measured": found}
    file.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(table(kept))
    if keras.config.backend() == "tensorflow":
        write_table("remedies", "remedies", table(kept))


if __name__ == "__main__":
    main()
