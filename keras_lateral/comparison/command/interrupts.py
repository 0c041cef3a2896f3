"""Ctrl-C, heard once, wherever it comes."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

STOPPED = 130
"""Exit status of a command that Ctrl-C has stopped."""

_SOON = 0.05


class Interrupts:
    """How often Ctrl-C was pressed. The first raises `KeyboardInterrupt`.

    The second is not heard, since the command is ending already, and the third ends the process at
    once.
    """

    def __init__(self) -> None:
        self.pressed = 0

    def hear(self, number: int = 0, frame: Any = None) -> None:
        """Answers the signal."""
        self.pressed += 1
        if self.pressed == 1:
            raise KeyboardInterrupt
        if self.pressed > 2:
            os._exit(STOPPED)

    def hear_again(self, unraisable: Any) -> None:
        """Raises again what was raised where Python could only ignore it, as in `__del__`."""
        if not isinstance(unraisable.exc_value, KeyboardInterrupt):
            sys.__unraisablehook__(unraisable)
            return
        self.pressed = 0
        threading.Timer(_SOON, _interrupt_main_thread).start()


def _interrupt_main_thread() -> None:
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, signal.SIGINT)  # which also ends its waiting
    else:
        _thread.interrupt_main()


@contextmanager
def interrupts(whole_process: bool) -> Iterator[Interrupts]:
    """Hears Ctrl-C inside.

    Args:
        whole_process: Whether the process ends after this context. Then Ctrl-C stays unheard
            until it has ended, instead of showing a traceback of the interpreter's last steps.
    """
    heard = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield heard
        return
    before, hook = signal.signal(signal.SIGINT, heard.hear), sys.unraisablehook
    sys.unraisablehook = heard.hear_again
    try:
        yield heard
    finally:
        if whole_process:
            heard.pressed = max(heard.pressed, 1)
        else:
            signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
            sys.unraisablehook = hook
