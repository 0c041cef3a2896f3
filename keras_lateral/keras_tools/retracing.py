"""TensorFlow's advice on functions that are traced often, where it does not apply."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_word_of_retracing() -> Iterator[None]:
    """A scope in which TensorFlow does not warn that a function was traced often.

    It takes the prediction functions of different models for one function. Whoever asks many
    models once each is told, wrongly, to look for a mistake.
    """
    logger = logging.getLogger("tensorflow")
    logger.addFilter(_keep)
    try:
        yield
    finally:
        logger.removeFilter(_keep)


def _keep(record: logging.LogRecord) -> bool:
    return "triggered tf.function retracing" not in record.getMessage()
