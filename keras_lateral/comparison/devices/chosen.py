"""From the argument `devices` to what workers and trainings use."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TextIO

import keras

from keras_lateral.comparison.devices.gpus import gpus_seen
from keras_lateral.comparison.devices.names import is_unique_name
from keras_lateral.comparison.devices.sharing import ALONE, Sharing, backend_names

Devices = Sequence[str] | Literal["auto"] | None

AUTO = "auto"


@dataclass(frozen=True)
class ChosenDevices:
    """What the trainings use.

    Args:
        workers: Values of `CUDA_VISIBLE_DEVICES` for the workers in turn; none for what Keras uses.
        sharing: The devices that share each training.
        note: What is used, in a sentence; empty where nothing was asked for.
    """

    workers: tuple[str, ...] = ()
    sharing: Sharing = ALONE
    note: str = ""

    def say(self, stream: TextIO | None) -> None:
        """Writes the note, if there is one and a stream for it."""
        if stream is not None and self.note:
            stream.write(f"{self.note}\n")


def chosen_devices(devices: Devices, workers: int, *, validation: Any = None) -> ChosenDevices:
    """Returns what the trainings use.

    Several workers get the GPUs in turn. One worker trains on all of them together, on TensorFlow
    and JAX.

    Args:
        devices: `"auto"` for all GPUs, names of GPUs, or `None`.
        workers: Number of processes that train at the same time.
        validation: Whether there are validation images, which JAX cannot divide unequally.

    Raises:
        ValueError: If there is no such GPU.
    """
    if devices is None or len(devices) == 0:
        return ChosenDevices()
    seen = gpus_seen()
    if isinstance(devices, str) and devices != AUTO:
        raise ValueError(_expected(seen, devices))
    names = seen if devices == AUTO else tuple(devices)
    if _unknown(names, seen, workers):
        raise ValueError(_expected(seen, list(names)))
    if not names:
        return ChosenDevices(note=f"No GPU that {keras.config.backend()} sees: on the processor.")
    listed = ", ".join(names)
    if workers > 1:
        return ChosenDevices(names, note=f"Each worker on one of the GPUs {listed}, in turn.")
    if len(names) == 1:
        alone = () if names == seen else names
        return ChosenDevices(alone, note=f"On GPU {listed}.")
    return _together(names, seen, validation)


def unknown_gpus(names: Sequence[str], workers: int) -> tuple[list[str], tuple[str, ...]]:
    """Returns those of these GPUs that are not there, and the names of those that are."""
    seen = gpus_seen()
    return _unknown(names, seen, workers), seen


def _unknown(names: Sequence[str], seen: tuple[str, ...], workers: int) -> list[str]:
    together = workers == 1 and len(names) > 1
    return [n for n in names if n not in seen and (together or not is_unique_name(n))]


def _together(names: tuple[str, ...], seen: tuple[str, ...], validation: Any) -> ChosenDevices:
    """Returns how one worker uses several GPUs."""
    backend, listed = keras.config.backend(), ", ".join(names)
    cannot = {"torch": "Keras trains on one GPU on torch"}.get(backend)
    if backend == "jax" and validation is not None:
        cannot = "Keras on JAX cannot divide validation images among GPUs"
    if cannot is not None:
        more = f"with {len(names)} workers each of {listed} trains."
        first = () if names[0] == seen[0] else names[:1]
        return ChosenDevices(first, note=f"On GPU {names[0]}: {cannot}; {more}")
    places = [seen.index(name) for name in names]
    return ChosenDevices(
        sharing=Sharing(backend_names(places)), note=f"Each training on the GPUs {listed} together."
    )


def _expected(seen: tuple[str, ...], received: object) -> str:
    backend = keras.config.backend()
    expected = (
        f'"auto" or names of GPUs among {", ".join(seen)}, by {backend}'
        if seen
        else f'None or "auto", as no GPU is seen by {backend}'
    )
    return (
        f"Invalid value for argument `devices`. Expected {expected}. Received: devices={received!r}"
    )


@contextmanager
def leaving_memory(devices: ChosenDevices) -> Iterator[None]:
    """Has this process, and the workers that start inside, take of a GPU only what they need.

    TensorFlow and JAX would take all of it: this process, which tries the first batch, from the
    workers, and these from each other. It holds where this process has not used a GPU yet.
    """
    settings = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    added = [name for name in settings if devices.workers and name not in os.environ]
    os.environ.update({name: settings[name] for name in added})
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)
