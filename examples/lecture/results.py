"""The recorded trainings of the lecture's networks: five seeds each, with every epoch's errors.

`experiments/lecture_mnist` trained them, on all of MNIST as the lecture does, and its report draws
these figures too. An error is one of the 10,000 test images that is classified wrongly.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from keras_lateral import PairedDifference, crossed_difference
from keras_lateral.figure import Drawing, category_style, new_figure, without_ticks

ROOT = Path(__file__).parents[2]
RUNS = ROOT / "experiments" / "lecture_mnist" / "results" / "paper" / "runs.json"

LECTURE = {"lenet": 147, "mlp": 264}
"""The lecture's errors, of one training each."""

NAMES = {
    "lenet": "convolutional network",
    "mlp": "perceptron",
    "l2": "L2, alpha = 0.001",
    "dropout": "dropout, r = 0.8",
    "mask": "gradient mask",
    "frame": "frame regularizer",
    "freeze": "last epoch frozen",
    "standardized": "standardized images",
}
STYLES = {"lenet": category_style(0), "mlp": category_style(1)}


@dataclass(frozen=True)
class Trainings:
    """All trainings of one network in one way.

    Args:
        name: Name of the way, such as `"lenet"` or `"mlp_l2"`.
        seeds: Their seeds.
        errors: Test errors after each epoch, `(seeds, epochs)`.
        wrong: Which test images are wrong in the end, `(seeds, images)`.
        taken_for: For each seed, the classes that the wrong images were taken for, in their order.
    """

    name: str
    seeds: tuple[int, ...]
    errors: np.ndarray
    wrong: np.ndarray
    taken_for: tuple[tuple[int, ...], ...]

    @property
    def network(self) -> str:
        """`"lenet"` or `"mlp"`."""
        return self.name.split("_")[0]

    @property
    def text(self) -> str:
        """What the table calls it."""
        return ", ".join(NAMES[part] for part in self.name.split("_"))

    @property
    def last(self) -> np.ndarray:
        """Errors after the last epoch, one for each seed."""
        return self.wrong.sum(axis=1)


def recorded(path: Path = RUNS) -> dict[str, Trainings]:
    """Returns all recorded trainings, by name."""
    arms = json.loads(path.read_text(encoding="utf-8"))
    return {name: _trainings(name, runs) for name, runs in arms.items()}


def _trainings(name: str, runs: Mapping[str, Any]) -> Trainings:
    seeds = sorted(runs, key=int)
    return Trainings(
        name,
        tuple(map(int, seeds)),
        np.array([runs[seed]["errors"] for seed in seeds]),
        np.array([~_bits(runs[seed]["right"], runs[seed]["images"]) for seed in seeds]),
        tuple(tuple(runs[seed]["taken_for"]) for seed in seeds),
    )


def _bits(text: str, number: int) -> np.ndarray:
    """Returns bits that were packed, compressed after a "z:", and written as text."""
    content = base64.b64decode(text.removeprefix("z:"))
    plain = zlib.decompress(content) if text.startswith("z:") else content
    return np.unpackbits(np.frombuffer(plain, "uint8"), count=number) == 1


def errors_of(trainings: Trainings) -> PairedDifference:
    """Returns the mean of the errors, as a share of the images, with its two intervals.

    `low` and `high` are for new images and new seeds; `these_images` for new seeds alone.
    """
    return crossed_difference(trainings.wrong.astype(float), resolution=1e-4, largest=1.0)


def fewer_errors(trainings: Trainings, baseline: Trainings) -> PairedDifference:
    """Returns how many errors fewer than the baseline's, in pairs with the same seed, as a share.

    Raises:
        ValueError: If they share no seed.
    """
    seeds = sorted(set(trainings.seeds) & set(baseline.seeds))
    if not seeds:
        raise ValueError(f"No pairs of {trainings.name!r} and {baseline.name!r}.")
    own, other = (
        arm.wrong[[arm.seeds.index(seed) for seed in seeds]].astype(float)
        for arm in (trainings, baseline)
    )
    return crossed_difference(other - own, resolution=1e-4, largest=1.0)


def paired(found: Mapping[str, Trainings], names: Iterable[str]) -> tuple[str, ...]:
    """Returns those of the names that share at least two seeds with their network."""
    several = []
    for name in names:
        if name in found:
            arm = found[name]
            several += [name] if len(set(arm.seeds) & set(found[arm.network].seeds)) > 1 else []
    return tuple(several)


def one_more_training(trainings: Trainings) -> tuple[float, float]:
    """Returns where the errors of one more seed lie, on these images, 95 times of 100."""
    from scipy import stats

    last, number = trainings.last, len(trainings.seeds)
    reach = stats.t.ppf(0.975, number - 1) * last.std(ddof=1) * np.sqrt(1 + 1 / number)
    return max(0.0, last.mean() - reach), last.mean() + reach


def plot_errors(
    found: Mapping[str, Trainings], names: tuple[str, ...] = ("lenet", "mlp")
) -> Drawing:
    """Draws the test errors after each epoch: each seed, their mean, and the lecture's numbers.

    Args:
        found: The trainings by name, as `recorded` returns them.
        names: Which of them to draw.
    """
    figure, axes = new_figure(1, 1, (7.0, 4.2))
    panel = axes[0, 0]
    for name in names:
        style, errors = STYLES[name.split("_")[0]], found[name].errors
        epochs = np.arange(1, errors.shape[1] + 1)
        panel.fill_between(epochs, errors.min(0), errors.max(0), color=style["color"], alpha=0.18)
        panel.plot(epochs, errors.T, color=style["color"], linewidth=0.6, alpha=0.6)
        seeds = f"mean of {len(errors)} seeds, and all" if len(errors) > 1 else "one seed"
        label = f"{found[name].text}: {seeds}"
        panel.plot(epochs, errors.mean(0), label=label, linewidth=2, markersize=4, **style)
        if name in LECTURE:
            here = len(epochs) + 0.6
            panel.plot(here, LECTURE[name], marker="*", markersize=13, color=style["color"])
            panel.text(here + 0.35, LECTURE[name], f"lecture: {LECTURE[name]}", va="center")
    last = max(found[name].errors.shape[1] for name in names)
    panel.set(yscale="log", xlabel="epochs of training", xlim=(0.5, last + 3.5))
    panel.set_ylabel("wrong of 10,000 test images")
    panel.set_xticks(range(1, last + 1, 2))
    ticks = [100, 150, 200, 300, 500, 1000, 2000, 5000, 9000]
    panel.set_yticks(ticks, [f"{tick:,}" for tick in ticks])
    panel.minorticks_off()
    panel.grid(axis="y", color="#dddddd")
    panel.legend(frameon=False)
    return Drawing(figure, panel)


def same_images(trainings: Trainings, labels: np.ndarray) -> bool:
    """Returns whether labels can be those of the recorded test images, in their order.

    In another order about a tenth of the errors would have been taken for what they are.
    """
    return len(labels) == trainings.wrong.shape[1] and not any(
        (labels[wrong] == classes).any()
        for wrong, classes in zip(trainings.wrong, trainings.taken_for, strict=True)
    )


def often_wrong(trainings: Trainings, labels: np.ndarray, most: int) -> list[tuple[int, str]]:
    """Returns the test images that most seeds get wrong, and a title for each.

    Args:
        trainings: Trainings of one network.
        labels: The classes of the test images.
        most: Number of images.
    """
    taken: dict[int, list[int]] = {}
    for wrong, classes in zip(trainings.wrong, trainings.taken_for, strict=True):
        for image, taken_for in zip(np.flatnonzero(wrong), classes, strict=True):
            taken.setdefault(int(image), []).append(taken_for)
    order = sorted(taken, key=lambda image: (-len(taken[image]), image))[:most]
    return [
        (image, f"{labels[image]}, taken for {max(set(taken[image]), key=taken[image].count)}")
        for image in order
    ]


def plot_mistakes(images: np.ndarray, chosen: list[tuple[int, str]], columns: int = 8) -> Drawing:
    """Draws images with what they are and what a network took them for.

    Args:
        images: All test images, `(images, height, width, 1)`.
        chosen: Indices and titles, as `often_wrong` returns them.
        columns: Images in a row.
    """
    rows = -(-len(chosen) // columns)
    figure, axes = new_figure(rows, columns, (1.15 * columns, 1.35 * rows))
    for panel in axes.flat:
        panel.set_axis_off()
    for panel, (image, title) in zip(axes.flat, chosen, strict=False):
        panel.set_axis_on()
        panel.imshow(images[image, ..., 0], cmap="gray_r")
        panel.set_title(title, fontsize=7.5, pad=3)
        without_ticks(panel)
    return Drawing(figure, axes)


def plot_differences(found: Mapping[str, Trainings], names: tuple[str, ...]) -> Drawing:
    """Draws how many errors fewer than its own network each change makes: pairs and interval.

    Args:
        found: The trainings by name.
        names: Which changes to draw, a row each.
    """
    figure, axes = new_figure(1, 1, (7.0, 1.1 + 0.45 * len(names)))
    panel = axes[0, 0]
    panel.axvline(0, color="black", linewidth=1)
    for row, name in enumerate(reversed(names)):
        arm = found[name]
        baseline, style = found[arm.network], STYLES[arm.network]
        shared = [seed for seed in arm.seeds if seed in baseline.seeds]
        pairs = [
            baseline.last[baseline.seeds.index(s)] - arm.last[arm.seeds.index(s)] for s in shared
        ]
        d = fewer_errors(arm, baseline)
        panel.plot(pairs, [row] * len(pairs), ".", color="#8a8a8a")
        panel.plot((1e4 * d.low, 1e4 * d.high), (row, row), color=style["color"], linewidth=2)
        panel.plot(1e4 * d.mean, row, color=style["color"], marker=style["marker"])
    if not names:
        panel.text(0.5, 0.5, "no pairs recorded yet", ha="center", transform=panel.transAxes)
    panel.set_yticks(range(len(names)), [found[name].text for name in reversed(names)])
    panel.set_ylim(-0.6, max(len(names), 1) - 0.4)
    panel.set_xlabel("errors fewer, of 10,000 (dots: pairs; lines: 95 %)")
    panel.grid(axis="x", color="#dddddd")
    panel.set_axisbelow(True)
    return Drawing(figure, panel)
