"""What `fit` draws from Python's generator before a training begins, for a new and a kept model."""

from __future__ import annotations

import random
from typing import Any

import keras


class BeginsAsNew(keras.callbacks.Callback):
    """Gives Python's generator the state that it has when `fit` begins with a new model.

    `fit` shuffles the batches with it. On JAX and torch it looks at a first batch of a model that
    has made no step yet, which shuffles them once more. Of a new model this callback only counts
    how often; it must come before all others.

    Args:
        seed: The seed that was set before `fit`.
        batches: Number of batches in an epoch.
        shuffles: How often they are shuffled before a training begins; `None` to count.
    """

    def __init__(self, seed: int, batches: int, shuffles: int | None = None) -> None:
        super().__init__()
        self.seed, self.batches, self.shuffles = seed, batches, shuffles

    def on_train_begin(self, logs: Any = None) -> None:
        if self.shuffles is not None:
            random.setstate(self.state_after(self.shuffles))
            return
        now = random.getstate()
        self.shuffles = next((n for n in range(3) if self.state_after(n) == now), None)

    def state_after(self, shuffles: int) -> Any:
        """Returns the state of Python's generator after some shuffles."""
        generator = random.Random(self.seed)
        for _ in range(shuffles):
            generator.shuffle(list(range(self.batches)))
        return generator.getstate()
