"""The result of a comparison, and how it is displayed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.per_image.tested_images import TestedImages
from keras_lateral.comparison.run import Run
from keras_lateral.comparison.text import comparison_blocks
from keras_lateral.text import Table


@dataclass(frozen=True, repr=False)
class Comparison(ComparedRuns):
    """Which methods help on some images, by how much, and whether that is luck.

    `print` shows tables and a verdict in words for each method.

    Args:
        name: Name of the data.
        methods: Names of the methods, without the baseline.
        seeds: Seeds of the pairs.
        runs: All trainings, the baseline's too.
        settings: Settings of the comparison: data, model, epochs, batch size, conditions, versions,
            machine.
        effect: The smallest difference in accuracy that is of interest, for the number of seeds
            that a verdict names: 0.005 is half a point.
        tested: What is known of the test images. Without it, as in what earlier versions saved,
            differences speak of these test images only.
        free_gains: For the baseline and each method, what the ensemble of its networks and a
            scaled temperature gain, see `free_gains.py`.

    Example:

    >>> from keras_lateral import Comparison, Run
    >>> runs = [Run("baseline", s, {"accuracy": 0.5 + s / 100}, 1.0) for s in range(3)]
    >>> runs += [Run("mine", s, {"accuracy": 0.52 + s / 100}, 1.0) for s in range(3)]
    >>> comparison = Comparison("digits", ("mine",), (0, 1, 2), tuple(runs), {"test_images": 1000})
    >>> comparison.compared()[0].verdict
    'helps by 2.0 points of test accuracy on these test images, interval 1.8 to 2.2'
    """

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Comparison:
        """Returns the comparison that `to_dict` was called on."""
        runs = tuple(map(Run.from_dict, values["runs"]))
        methods, seeds = tuple(values["methods"]), tuple(values["seeds"])
        tested = values.get("tested")
        return cls(
            values["name"],
            methods,
            seeds,
            runs,
            values["settings"],
            values["effect"],
            None if tested is None else TestedImages.from_dict(tested),
            values.get("free_gains", {}),
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the comparison as JSON."""
        self.to_json(path, indent=1)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Comparison:
        """Reads what `save` has written.

        Raises:
            ValueError: If the file is no saved comparison, or only the beginning of one.
        """
        try:
            return cls.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"The file {os.fspath(path)} is not a saved comparison: it was cut off, or written "
                f"by something else ({type(error).__name__}: {error}). `save` writes it anew; the "
                "trainings in the comparison's `folder` are not touched by that."
            ) from error

    def _blocks(self) -> list[Table | str]:
        return comparison_blocks(self)
