"""A progress bar with the time left: one line in a terminal, plain lines in a file or pipe."""

import sys
import time
from typing import TextIO

import keras

WIDTH = 30


class ProgressBar(keras.callbacks.Callback):
    """Counts the epochs of several trainings together.

    Args:
        epochs: Epochs of all trainings.
        stream: Where to write.
    """

    def __init__(self, epochs: int, stream: TextIO | None = None) -> None:
        super().__init__()
        self.epochs = epochs
        self.stream = stream or sys.stdout
        self.done = 0
        self.label = ""
        self.began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.done += 1
        if self.stream.isatty():
            bar = "#" * round(WIDTH * self.done / self.epochs)
            self.stream.write(f"\r[{bar:.<{WIDTH}}] {self.label}, {self.time_left()} left \x1b[K")
            self.stream.flush()

    def report(self, text: str) -> None:
        """Says what one training came to."""
        end = "\r\x1b[K" if self.stream.isatty() else ""
        share = f"{100 * self.done // self.epochs:3d} %"
        self.stream.write(f"{end}{share}  {text}, {self.time_left()} left\n")
        self.stream.flush()

    def time_left(self) -> str:
        """Returns the time that the other epochs take if they go on at this pace."""
        seconds = (time.monotonic() - self.began) / self.done * (self.epochs - self.done)
        minutes, seconds = divmod(round(seconds), 60)
        return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"
