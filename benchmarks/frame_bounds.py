"""What `frame_bounds` of a ResNet-50 at 224 x 224 costs, beside a version before and the usual way.

    python benchmarks/frame_bounds.py [--against FOLDER] [--borders circular zeros] [--rounds 3]

FOLDER is another version, such as a git worktree. Each measurement is a process of its own, they
take turns, and the values of both versions are compared. Seconds are those of the wall clock and of
the CPU.

`power iteration` is the usual way to a layer's norm, as in deel-lip (`_power_iteration` with
`tf.nn.conv2d` and `tf.nn.conv2d_transpose`, float32) and in orthogonium: it gives B alone, with
zeros. It is stopped as soon as B is as near to ours as `accuracy`, which it could not know by
itself, or after 1000 steps. TensorFlow only.

The floor are the multiplications and additions that the convolutions need as we do it, at the speed
of a large matrix product in float64 on one core: the eigenvalues of V at half of the frequencies of
a ring (4/3 n^3 complex ones each), the products of Lanczos' steps with zeros.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from processes import last_line_of

HERE = Path(__file__).parent
ROOT = HERE.parent
ACCURACY = 1e-4


def network() -> Any:
    """Returns the network, with random weights."""
    import keras

    keras.utils.set_random_seed(0)
    return keras.applications.ResNet50(weights=None, input_shape=(224, 224, 3))


def bounds(borders: str) -> dict[str, Any]:
    """Measures `frame_bounds` in this process."""
    from keras_lateral import frame_bounds

    model = network()
    wall, cpu = time.perf_counter(), time.process_time()
    report = frame_bounds(model, borders=borders, accuracy=ACCURACY)
    return {
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
        "values": {
            layer.name: [layer.lower, layer.upper, layer.error, *certificates(layer)]
            for layer in report.layers
        },
    }


def certificates(layer: Any) -> list[float]:
    """Returns Gershgorin's four bounds."""
    names = ("gershgorin_lower", "gershgorin_upper", "scaled_lower", "scaled_upper")
    return [getattr(layer, name) for name in names]


def power_iteration(truth: dict[str, float]) -> dict[str, Any]:
    """Measures the usual way to B of the same layers in this process."""
    import keras
    import tensorflow as tf

    convolutions = [layer for layer in network().layers if isinstance(layer, keras.layers.Conv2D)]
    wall, cpu = time.perf_counter(), time.process_time()
    steps = 0
    for layer in convolutions:
        kernel, stride = layer.kernel.value, layer.strides[0]
        padding, shape = layer.padding.upper(), (1, *layer.input.shape[1:])

        @tf.function
        def step(u: Any, w: Any = kernel, s: int = stride, p: str = padding, n: Any = shape) -> Any:
            v = tf.nn.conv2d(u, w, s, p)
            back = tf.nn.conv2d_transpose(v, w, n, s, p)
            return back / tf.norm(back), tf.reduce_sum(v * v)

        u = tf.random.stateless_normal(shape, (0, 0))
        u /= tf.norm(u)
        for _ in range(1000):
            u, found = step(u)
            steps += 1
            if found >= (1 - ACCURACY) * truth[layer.name]:
                break
    return {
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
        "steps": steps,
    }


def floor_s(borders: str) -> float:
    """Returns the seconds of the arithmetic of all convolutions at a matrix product's speed."""
    import keras

    a = np.ones((1500, 1500))
    speeds = []
    for _ in range(5):
        start = time.process_time()
        a @ a
        speeds.append(2 * 1500**3 / (time.process_time() - start))
    flops = 0.0
    for layer in network().layers:
        if not isinstance(layer, keras.layers.Conv2D):
            continue
        k, c, o = layer.kernel_size[0], *layer.kernel.shape[2:]
        n = min(c * min(k, layer.strides[0]) ** 2, o)
        positions = int(np.prod(layer.output.shape[1:3]))
        if k == 1:
            flops += 2 * c * o * n + 4 / 3 * n**3
        elif borders == "circular":
            flops += positions / 2 * 16 / 3 * n**3
        else:
            flops += STEPS * 2 * 2 * positions * k * k * c * o
    return flops / max(speeds)


STEPS = 100
"""About as many products as Lanczos takes for these layers."""


def in_process(what: str, root: Path, arguments: list[str], text: str | None = None) -> Any:
    """Measures in a new process, with the library of a folder."""
    return last_line_of([sys.executable, __file__, "--child", what, *arguments], root, given=text)


def compared(borders: str, options: argparse.Namespace) -> dict[str, Any]:
    """Measures all ways in turns."""
    ways = {"now": ROOT}
    if options.against:
        ways["before"] = options.against.resolve()
    rows: dict[str, list[Any]] = {}
    truth = {}
    for number in range(options.rounds):
        for way in list(ways)[:: 1 if number % 2 == 0 else -1]:
            rows.setdefault(way, []).append(in_process("bounds", ways[way], [borders]))
            print(borders, number, way, {k: round(rows[way][-1][k], 2) for k in COSTS}, flush=True)
        if borders == "zeros" and options.power:
            truth = {name: one[1] for name, one in rows["now"][0]["values"].items()}
            found = in_process("power", ROOT, [], json.dumps(truth))
            rows.setdefault("power iteration, B alone", []).append(found)
            print(borders, number, "power iteration", found, flush=True)
    record: dict[str, Any] = {"borders": borders, "rounds": options.rounds, "costs": {}}
    for way, found in rows.items():
        record["costs"][way] = {
            cost: [round(f([row[cost] for row in found]), 2) for f in (statistics.median, min, max)]
            for cost in COSTS
        }
    if options.against:
        for cost in COSTS:
            ratios = [a[cost] / b[cost] for a, b in zip(rows["now"], rows["before"], strict=True)]
            record[f"ratio_{cost}"] = round(statistics.median(ratios), 3)
        record["largest_difference_of_b"] = difference(rows["now"][0], rows["before"][0])
    floor = floor_s(borders)
    record["floor_s"] = round(floor, 2)
    record["cpu_to_floor"] = round(record["costs"]["now"]["cpu_s"][0] / floor, 1)
    return record


COSTS = ("wall_s", "cpu_s")


def difference(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Returns the largest difference of any value in any layer, as a share of its B."""
    values = zip(one["values"].values(), other["values"].values(), strict=True)
    return max(
        float(np.nanmax(np.abs(np.subtract(mine, theirs)))) / mine[1] for mine, theirs in values
    )


def main() -> None:
    """Measures, prints and keeps the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--borders", nargs="+", default=["circular", "zeros"])
    parser.add_argument("--against", type=Path, help="folder of another version")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-power", dest="power", action="store_false")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        if options.child[0] == "bounds":
            found = bounds(options.child[1])
        else:
            found = power_iteration(json.load(sys.stdin))
        print(json.dumps(found))
        return
    results = [compared(borders, options) for borders in options.borders]
    from timing import machine

    folder = HERE / "results" / "frame_bounds"
    folder.mkdir(parents=True, exist_ok=True)
    record = {"machine": machine(), "results": results}
    (folder / "resnet50.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
