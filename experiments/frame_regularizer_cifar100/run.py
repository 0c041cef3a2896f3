"""Trains every arm with every seed; finished runs are not repeated.

KERAS_LATERAL_DATA=<folder> python -m experiments.frame_regularizer_cifar100.run
python -m experiments.frame_regularizer_cifar100.report
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from experiments.common.runner import SETTINGS, Done, Job, run_arms
from experiments.frame_regularizer_cifar100.config import ARMS, RESULTS, SIZES, SMOKE_ARMS


def run_one(job: Job, size: str) -> Done:
    """Trains one network."""
    import keras

    from experiments.frame_regularizer_cifar100.training import train

    arm, seed = job
    _, record = train(ARMS[arm], SIZES[size], seed)
    keras.backend.clear_session()
    return job, record


def main(arguments: Sequence[str] | None = None) -> None:
    run_arms(arguments, __doc__, run_one, ARMS, SMOKE_ARMS, SIZES, RESULTS)


if __name__ == "__main__":
    os.environ.update(SETTINGS)  # before Keras is imported, here or in a process of the pool
    main()
