"""What `compare` costs beside a plain loop of `model.fit`, and beside an earlier version of itself.

    python benchmarks/compare.py [--task digits photos] [--against PATH] [--rounds 3] [--seeds 5]

PATH is the folder of another version, such as a git worktree. Each measurement is a process of its
own with one worker, and they take turns. Printed and kept are medians and the lowest and highest:
seconds of the wall clock and of the CPU, from before the first model is built to the end of the
comparison; the share of the training steps in the wall time, as the median epoch of each training
times its epochs; and the largest memory of the process.

- `digits` is the quickstart: 100 images of 8 x 8, three methods, 15 epochs.
- `photos` are 320 images of 32 x 32 x 3, three methods, with the defaults of `compare`.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from processes import last_line_of

HERE = Path(__file__).parent
ROOT = HERE.parent
EPOCHS = {"digits": 15, "photos": 30}
BATCH = {"digits": 20, "photos": 32}
METHODS = ("gradient_mask", "frame_regularizer", "receptive_field_freeze")


def images_of(task: str) -> Any:
    """Returns the images of a task."""
    import numpy as np

    from keras_lateral.datasets import ImageDataset, load_images

    if task == "digits":
        return load_images("digits").subset(10).scaled()
    draw, y = np.random.default_rng(0), np.tile(np.arange(4, dtype="int32"), 80)
    x = draw.integers(0, 256, (2, len(y), 32, 32, 3)).astype("uint8")
    return ImageDataset("photos", x[0], y, x[1], y, ("a", "b", "c", "d")).scaled()


def methods() -> list[Any]:
    """Returns the methods, the freeze in every other epoch."""
    from keras_lateral import AlternatingEpochs, receptive_field_freeze_method
    from keras_lateral.methods import methods_of

    freeze = receptive_field_freeze_method(epochs=AlternatingEpochs())
    return methods_of([*METHODS[:2], freeze])


def compared(task: str, seeds: int, epochs: int) -> float:
    """Runs `compare` and returns the seconds of all training steps."""
    from keras_lateral import CosineLearningRate, compare, network_builder

    images = images_of(task)
    comparison = compare(
        network_builder("small", images.image_shape, images.num_classes),
        images,
        methods(),
        seeds=seeds,
        epochs=epochs,
        batch_size=BATCH[task],
        callbacks=lambda: [CosineLearningRate()],
        progress=False,
    )
    return sum(epochs * run.measures["seconds_per_epoch"] for run in comparison.runs)


def looped(task: str, seeds: int, epochs: int) -> float:
    """Does the same by `fit` and `evaluate`, and returns the seconds of all training steps."""
    import keras

    from keras_lateral import CosineLearningRate, network_builder

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.began = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            seconds.append(time.perf_counter() - self.began)

    images, steps = images_of(task), 0.0
    build = network_builder("small", images.image_shape, images.num_classes)
    for seed in range(seeds):
        for method in (None, *methods()):
            keras.utils.set_random_seed(seed)
            model, seconds = build(), []
            callbacks = [CosineLearningRate()]
            if method is not None:
                model = method.change(model)
                callbacks += method.callbacks()
            how = {"batch_size": BATCH[task], "epochs": epochs, "verbose": 0}
            model.fit(images.x_train, images.y_train, callbacks=[*callbacks, Clock()], **how)
            model.evaluate(images.x_test, images.y_test, verbose=0)
            steps += epochs * statistics.median(seconds[1:])
    return steps


def measure(what: str, task: str, seeds: int, epochs: int) -> dict[str, float]:
    """Returns the costs of one kind of work in this process."""
    import keras  # noqa: F401

    began, cpu = time.perf_counter(), time.process_time()
    steps = (looped if what == "loop" else compared)(task, seeds, epochs)
    wall = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    share = steps / wall
    return {
        "wall_s": wall,
        "cpu_s": time.process_time() - cpu,
        "steps_share": share,
        "memory_mb": memory,
    }


def in_process(what: str, root: Path, options: argparse.Namespace, task: str) -> dict[str, float]:
    """Measures in a new process, with the library of a folder."""
    command = [sys.executable, __file__, "--child", what, "--task", task]
    command += ["--seeds", str(options.seeds)]
    command += ["--epochs", str(options.epochs)] if options.epochs else []
    found: dict[str, float] = last_line_of(command, root)
    return found


def summary(rows: list[dict[str, float]]) -> dict[str, list[float]]:
    """Returns median, lowest and highest of each cost."""
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return {
        name: [round(f(values), 3) for f in (statistics.median, min, max)]
        for name, values in columns.items()
    }


def compare_costs(task: str, options: argparse.Namespace) -> dict[str, Any]:
    """Measures all kinds of work in turns."""
    kinds = {"loop": ROOT, "compare": ROOT}
    if options.against:
        kinds["compare before"] = options.against.resolve()
    rows: dict[str, list[dict[str, float]]] = {what: [] for what in kinds}
    for number in range(options.rounds):
        order = list(kinds) if number % 2 == 0 else list(kinds)[::-1]
        for what in order:
            rows[what].append(in_process(what, kinds[what], options, task))
            print(task, number, what, rows[what][-1], file=sys.stderr, flush=True)
    epochs = options.epochs or EPOCHS[task]
    found = {what: summary(values) for what, values in rows.items()}
    return {"task": task, "seeds": options.seeds, "epochs": epochs, "costs": found}


def main() -> None:
    """Measures, prints and keeps the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", nargs="+", choices=EPOCHS, default=list(EPOCHS))
    parser.add_argument("--against", type=Path, help="folder of another version")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, help="instead of the task's own")
    parser.add_argument("--child", choices=["loop", "compare", "compare before"])
    options = parser.parse_args()
    if options.child:
        epochs = options.epochs or EPOCHS[options.task[0]]
        print(json.dumps(measure(options.child, options.task[0], options.seeds, epochs)))
        return
    results = [compare_costs(task, options) for task in options.task]
    from timing import machine

    record = {"machine": machine(), "rounds": options.rounds, "results": results}
    folder = HERE / "results" / "compare"
    folder.mkdir(parents=True, exist_ok=True)
    name = record["machine"]["backend"].split()[0]
    (folder / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    for result in results:
        print(f"\n{result['task']}, {result['seeds']} seeds, {result['epochs']} epochs\n")
        print("| | wall, s | CPU, s | training steps | memory, MB |\n|---|---|---|---|---|")
        for what, costs in result["costs"].items():
            wall, cpu, share, memory = (costs[key] for key in costs)
            print(
                f"| {what} | {_cell(wall)} | {_cell(cpu)} | {100 * share[0]:.0f} % "
                f"| {memory[0]:.0f} |"
            )


def _cell(values: list[float]) -> str:
    middle, low, high = values
    return f"{middle:.1f} ({low:.1f} to {high:.1f})"


if __name__ == "__main__":
    main()
