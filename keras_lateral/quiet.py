"""Standard error without what a backend's native code writes there while it starts."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLE = "KERAS_LATERAL_QUIET_START"
"""Set to 1, it hides the messages in this process and in those that it starts."""


@contextmanager
def quiet_start() -> Iterator[None]:
    """Hides what is written to standard error inside, if the environment variable says so.

    Logging levels reach only part of it: native code writes its first lines before it reads any
    setting. If an error ends the scope, what was hidden is shown after all.
    """
    try:
        standard_error = os.dup(2) if os.environ.get(VARIABLE) == "1" else None
    except OSError:  # a process without standard error
        standard_error = None
    if standard_error is None:
        yield
        return
    with tempfile.TemporaryFile() as hidden:
        _flush()
        os.dup2(hidden.fileno(), 2)
        try:
            yield
        except Exception:
            _flush()
            hidden.seek(0)
            os.write(standard_error, hidden.read())
            raise
        finally:
            _flush()
            os.dup2(standard_error, 2)
            os.close(standard_error)


def _flush() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()
