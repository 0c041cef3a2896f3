"""Seconds of CPU that a graph of 250, 500 and 1,000 layers takes to read, to mask and to unmask.

    python benchmarks/large_graphs.py [--layers 250 500 1000]

`chain` is one path of convolutions and activations, `residual` has a shortcut around every four
layers. Keras itself goes through a graph by recursion, deeper than Python allows by default.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import keras
from keras import layers
from timing import machine

from keras_lateral import (
    apply_gradient_mask,
    expanding_layers,
    receptive_fields,
    remove_gradient_mask,
)

FUNCTIONS = (receptive_fields, expanding_layers, apply_gradient_mask, remove_gradient_mask)


def chain(number: int) -> keras.Model:
    """Returns a model of convolutions and activations in turns."""
    x = image = keras.Input((64, 64, 4))
    for block in range(number // 2):
        x = layers.Conv2D(4, 3, strides=2 if block == 5 else 1, padding="same")(x)
        x = layers.ReLU()(x)
    return keras.Model(image, x)


def residual(number: int) -> keras.Model:
    """Returns a model of residual blocks of five layers."""
    x = image = keras.Input((64, 64, 4))
    for _ in range(number // 5):
        y = layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(x))
        y = layers.Conv2D(4, 1, padding="same")(layers.ReLU()(y))
        x = layers.Add()([x, y])
    return keras.Model(image, layers.Conv2D(4, 3, strides=2)(x))


def main() -> None:
    """Measures, prints and keeps the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", nargs="+", type=int, default=[250, 500, 1000])
    options = parser.parse_args()
    sys.setrecursionlimit(100 * max(options.layers))
    apply_gradient_mask(chain(10))  # what is done once is done now
    rows = []
    for build in (chain, residual):
        for number in options.layers:
            model = build(number)
            row: dict[str, Any] = {"graph": build.__name__, "layers": number}
            for function in FUNCTIONS:
                start = time.process_time()
                function(model)
                row[function.__name__] = round(time.process_time() - start, 3)
            rows.append(row)
            print(row, flush=True)
    folder = Path(__file__).parent / "results" / "large_graphs"
    folder.mkdir(parents=True, exist_ok=True)
    record = {"machine": machine(), "cpu_seconds": rows}
    name = record["machine"]["backend"].split()[0]
    (folder / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
