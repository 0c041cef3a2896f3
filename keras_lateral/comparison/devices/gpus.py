"""The GPUs that this machine's backend sees, found without starting the backend here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import keras

_COUNT = {
    "tensorflow": "import tensorflow as tf; n = len(tf.config.list_physical_devices('GPU'))",
    "jax": "import jax; n = sum(d.platform == 'gpu' for d in jax.devices())",
    "torch": "import torch; n = torch.cuda.device_count()",
}
_SECONDS = 120


def gpus_seen() -> tuple[str, ...]:
    """Returns the NVIDIA GPUs that the backend sees, as `CUDA_VISIBLE_DEVICES` names them.

    The backend is asked in a process of its own: one that has looked at GPUs here keeps their
    memory from the workers. Without NVIDIA's driver nothing is started.

    Example:

    >>> from keras_lateral.comparison.devices.gpus import gpus_seen
    >>> all(isinstance(name, str) for name in gpus_seen())
    True
    """
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    named = None if visible is None else [name.strip() for name in visible.split(",")]
    if shutil.which("nvidia-smi") is None or (named is not None and named[0] in ("", "-1")):
        return ()
    count = _count(keras.config.backend())
    return tuple(map(str, range(count))) if named is None else tuple(named[:count])


def _count(backend: str) -> int:
    """Returns the number of GPUs that a backend sees; 0 where it cannot say."""
    if backend not in _COUNT:
        return 0
    try:
        asked = subprocess.run(
            [sys.executable, "-c", f"{_COUNT[backend]}; print('GPUs', n)"],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    *_, answer = asked.stdout.split()  # what a backend prints by itself comes before
    return int(answer)
