"""Hides TensorFlow's warnings of retracing where they do not apply."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_retracing_warnings() -> Iterator[None]:
    """A scope in which TensorFlow does not warn that a function was traced often.

    It takes the prediction functions of different models for one function, so many models that
    predict once each make it warn without reason.
    """
    logger = logging.getLogger("tensorflow")
    logger.addFilter(_is_not_about_retracing)
    try:
        yield
    finally:
        logger.removeFilter(_is_not_about_retracing)


def _is_not_about_retracing(record: logging.LogRecord) -> bool:
    return "triggered tf.function retracing" not in record.getMessage()
