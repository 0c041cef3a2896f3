"""What the tables need of a comparison: a few kilobytes instead of a value for each image."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from experiments.common.compared import BASELINE
from keras_lateral import Comparison


@dataclass(frozen=True)
class Row:
    """One method beside the baseline. Accuracies are shares, losses in nats.

    Args:
        method: Its name.
        accuracies: Test accuracy with each seed.
        difference: Mean difference in accuracy; 0 for the baseline itself.
        low: Lower end of its 95 % interval, for new images and new seeds.
        high: Upper end.
        p: Its p value, adjusted for all rows.
        verdict: The verdict of `compare`.
        loss: Mean test loss.
        calibration_error: Mean calibration error.
        seconds: Median time of a training and its test.
    """

    method: str
    accuracies: tuple[float, ...]
    difference: float
    low: float
    high: float
    p: float
    verdict: str
    loss: float
    calibration_error: float
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """What came out for one set.

    Args:
        training_images: Number of training images.
        test_images: Number of test images.
        epochs: Epochs of the baseline.
        seeds: The seeds.
        minutes: What all trainings took together.
        rows: The baseline first.
    """

    training_images: int
    test_images: int
    epochs: int
    seeds: tuple[int, ...]
    minutes: float
    rows: tuple[Row, ...]

    @property
    def by_method(self) -> dict[str, Row]:
        """The rows by their methods' names."""
        return {row.method: row for row in self.rows}

    def save(self, file: Path) -> None:
        """Writes it as JSON."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, file: Path) -> Outcome:
        """Reads what `save` has written."""
        values = json.loads(file.read_text(encoding="utf-8"))
        rows = (Row(**{**row, "accuracies": tuple(row["accuracies"])}) for row in values["rows"])
        return cls(**{**values, "seeds": tuple(values["seeds"]), "rows": tuple(rows)})


def outcome_of(comparison: Comparison) -> Outcome:
    """Returns what the tables need of a comparison."""
    accuracy = {row.method: row for row in comparison.compared("accuracy")}
    rows = []
    for name in (BASELINE, *comparison.methods):
        found = accuracy.get(name)
        d = None if found is None else found.difference
        rows.append(
            Row(
                name,
                tuple(comparison.values(name, "accuracy").values()),
                0.0 if d is None else d.mean,
                0.0 if d is None else d.low,
                0.0 if d is None else d.high,
                1.0 if found is None else found.adjusted_p,
                "" if found is None else found.kind,
                _mean(comparison, name, "loss"),
                _mean(comparison, name, "calibration_error"),
                float(np.median([run.seconds for run in comparison.runs if run.method == name])),
            )
        )
    return Outcome(
        int(comparison.settings["training_images"]),
        int(comparison.settings["test_images"]),
        int(comparison.settings["epochs"]),
        tuple(comparison.seeds),
        sum(run.seconds for run in comparison.runs) / 60,
        tuple(rows),
    )


def _mean(comparison: Comparison, method: str, measure: str) -> float:
    return float(np.mean(list(comparison.values(method, measure).values())))
