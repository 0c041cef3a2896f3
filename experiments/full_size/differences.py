"""Differences between the arms of a table, for new images and new seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

from experiments.common.claim import Seen
from experiments.common.records import Records, Runs
from experiments.full_size.as_text import unpacked
from experiments.full_size.table import Contrast
from keras_lateral import adjust_for_many, crossed_difference


def rights(runs: Runs, seeds: Sequence[int]) -> np.ndarray:
    """Returns which test images the networks of some seeds get right, `(seeds, images)`."""
    return np.array([unpacked(runs[seed]["right"], runs[seed]["images"]) for seed in seeds])


def common_seeds(records: Records, contrast: Contrast) -> list[int]:
    """Returns the seeds that both arms of a contrast have been trained with."""
    arms = (records.get(arm, {}) for arm in (contrast.arm, contrast.baseline))
    return sorted(set.intersection(*map(set, arms)))


def differences(records: Records, contrasts: Sequence[Contrast]) -> dict[Contrast, Seen]:
    """Returns the differences of all contrasts that have two pairs, adjusted together after Holm.

    The intervals are those of `compare`: seeds and test images are both random factors.
    """
    found = {}
    for contrast in contrasts:
        seeds = common_seeds(records, contrast)
        if len(seeds) > 1:
            found[contrast] = (
                rights(records[contrast.arm], seeds),
                rights(records[contrast.baseline], seeds),
            )
    return crossed(found)


Key = TypeVar("Key")


def crossed(pairs: Mapping[Key, tuple[np.ndarray, np.ndarray]]) -> dict[Key, Seen]:
    """Returns differences for new images and new seeds, adjusted together after Holm.

    Args:
        pairs: By any key, the values of an arm and of its baseline, each `(seeds, images)`, between
            0 and 1.
    """
    found = {
        key: crossed_difference(
            arm.astype("float64") - baseline, resolution=1 / arm.shape[1], largest=1.0
        )
        for key, (arm, baseline) in pairs.items()
    }
    adjusted = adjust_for_many([d.p for d in found.values()])
    return {key: Seen.of(d, p) for (key, d), p in zip(found.items(), adjusted, strict=True)}
