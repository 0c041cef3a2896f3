"""The GPUs that are typed, looked for before images are read."""

from __future__ import annotations

import argparse

import keras

from keras_lateral.comparison.devices.chosen import unknown_gpus


def check_devices(options: argparse.Namespace) -> None:
    """Raises if a GPU that is typed is not there.

    Args:
        options: Options with `devices` and `workers`.

    Raises:
        ValueError: If a GPU is not seen by the backend.
    """
    if options.devices in (None, "auto", "none"):
        return
    unknown, seen = unknown_gpus(options.devices, options.workers)
    if not unknown:
        return
    backend, typed = keras.config.backend(), ",".join(options.devices)
    if not seen:
        raise ValueError(
            f"--devices {typed}: {backend} sees no GPU here. Use `--devices none`, or leave "
            "`--devices` out."
        )
    raise ValueError(
        f"--devices {typed}: {backend} sees no GPU {', '.join(unknown)}. Use some of "
        f"{','.join(seen)}, `auto` for all, or `none`."
    )
