"""Files that TensorBoard reads, written without TensorFlow."""

from __future__ import annotations

import itertools
import os
import socket
import struct
import time
from pathlib import Path
from typing import Any

from keras_lateral.extras import import_optional

_numbers = itertools.count()
"""One for each file of this process, for names that differ."""


def _tensorboard(module: str) -> Any:
    return import_optional(
        f"tensorboard.{module}", "tensorboard", "write what TensorBoard shows", "tensorboard"
    )


class EventFile:
    """A file of scalars, images and texts by tag and step; `tensorboard --logdir` shows it.

    TensorBoard's own `EventFileWriter` imports TensorFlow wherever it is installed; the records and
    their protocol buffers, which this uses, do not. The file is made when something is written.

    Args:
        folder: Where the file is put.
        step: The first step of this training. If the folder holds files of an earlier one that was
            interrupted after it, TensorBoard shows the new values from there on.

    Raises:
        ImportError: If tensorboard is not installed. The message names the extra.
    """

    def __init__(self, folder: Path, step: int = 0) -> None:
        self._folder, self._first = folder, step
        self._events = _tensorboard("compat.proto.event_pb2")
        self._summaries = _tensorboard("compat.proto.summary_pb2")
        self._record_writer = _tensorboard("summary.writer.record_writer").RecordWriter
        self._records: Any = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written."""
        return self._records is None

    def scalar(self, tag: str, value: float, step: int) -> None:
        """Writes a number."""
        self._value(step, tag=tag, simple_value=float(value))

    def image(self, tag: str, png: bytes, step: int) -> None:
        """Writes a picture, the bytes of a PNG file."""
        width, height = struct.unpack(">II", png[16:24])
        image = self._summaries.Summary.Image(
            width=width, height=height, colorspace=4, encoded_image_string=png
        )
        self._value(step, tag=tag, image=image)

    def text(self, tag: str, text: str, step: int) -> None:
        """Writes lines of text, which TensorBoard shows as they are, in one width."""
        metadata = _tensorboard("plugins.text.metadata").create_summary_metadata(tag, "")
        tensors = _tensorboard("compat.proto.tensor_pb2")
        types = _tensorboard("compat.proto.types_pb2")
        shown = "\n".join(f"    {line}" for line in text.splitlines())
        tensor = tensors.TensorProto(dtype=types.DT_STRING, string_val=[shown.encode("utf-8")])
        self._value(step, tag=tag, tensor=tensor, metadata=metadata)

    def flush(self) -> None:
        """Makes what was written so far visible to readers."""
        if self._records is not None:
            self._records.flush()

    def close(self) -> None:
        """Closes the file. What is written later goes to a new one."""
        if self._records is not None:
            self._records.close()
            self._records = None

    def _value(self, step: int, **value: Any) -> None:
        if self._records is None:
            self._open()
        summary = self._summaries.Summary(value=[self._summaries.Summary.Value(**value)])
        self._event(step=step, summary=summary)

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        # TensorBoard reads the files of a folder in the order of their names.
        name = (
            f"events.out.tfevents.{time.time():017.6f}.{socket.gethostname()}.{os.getpid()}"
            f".{next(_numbers)}.keras_lateral"
        )
        self._records = self._record_writer((self._folder / name).open("xb"))
        self._event(file_version="brain.Event:2")
        start = self._events.SessionLog(status=self._events.SessionLog.START)
        self._event(step=self._first, session_log=start)

    def _event(self, **content: Any) -> None:
        event = self._events.Event(wall_time=time.time(), **content)
        self._records.write(event.SerializeToString())
