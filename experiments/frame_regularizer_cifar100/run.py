"""Trains every arm with every seed; what is there already is not trained again.

KERAS_LATERAL_DATA=<folder> python -m experiments.frame_regularizer_cifar100.run
python -m experiments.frame_regularizer_cifar100.report
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial

from experiments.common.runner import SETTINGS, Done, Job, do_and_write, jobs_left, parser
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
    options = parser(__doc__.splitlines()[0], ARMS).parse_args(arguments)
    size = "smoke" if options.smoke else "full"
    folder = options.results or RESULTS / size
    seeds = range(SIZES[size].seeds) if options.seeds is None else options.seeds
    arms = options.arms or (SMOKE_ARMS if options.smoke else list(ARMS))
    jobs = jobs_left(arms, seeds, folder)
    do_and_write(jobs, partial(run_one, size=size), options.workers, folder)


if __name__ == "__main__":
    os.environ.update(SETTINGS)  # before Keras is imported, here or in a process of the pool
    main()
