"""Differences between the arms of a table, for new images and new seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.common.claim import Seen
from experiments.common.records import Records, Runs
from experiments.full_size.outcome import unpacked
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
            arm, baseline = (
                rights(records[name], seeds).astype("float64")
                for name in (contrast.arm, contrast.baseline)
            )
            found[contrast] = crossed_difference(
                arm - baseline, resolution=1 / arm.shape[1], largest=1.0
            )
    adjusted = adjust_for_many([d.p for d in found.values()])
    return {c: Seen.of(d, p) for (c, d), p in zip(found.items(), adjusted, strict=True)}
