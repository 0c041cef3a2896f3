"""One of several processes that train one model with everything on TensorFlow.

    python workers.py FOLDER NAME [EPOCH]

It leaves `FOLDER/NAME-<number>.npz`, and backs up in `FOLDER/backup`. The name `alone` is for a
training by one worker, without a strategy. With an epoch, worker 1 dies
at its end, and the others are left with an error. Started without TF_CONFIG, this file starts two
workers.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

from tests.many_devices.trained_alike import model_with_everything, train

EXAMPLES = Path(__file__).parents[2] / "examples" / "many_devices"


class Dies(keras.callbacks.Callback):
    """Ends its process, as a machine without power does."""

    def __init__(self, epoch: int) -> None:
        super().__init__()
        self.epoch = epoch

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if epoch == self.epoch:
            os._exit(9)


def main(folder: str, name: str, *epoch: str) -> None:
    if name == "alone":
        np.savez(f"{folder}/{name}", **train(model_with_everything(counting=False)))
        return
    from multi_worker import Workers, backup

    number = json.loads(os.environ["TF_CONFIG"])["task"]["index"]
    strategy = Workers()
    with strategy.scope():
        model = model_with_everything(counting=False)
    callbacks = [backup(f"{folder}/backup", first=number == 0)]
    if number == 1:
        callbacks += [Dies(int(text)) for text in epoch]
    found = train(model, *callbacks)
    found["workers"] = np.array(strategy.num_replicas_in_sync)
    np.savez(f"{folder}/{name}-{number}", **found)


if __name__ == "__main__":
    sys.path.insert(0, str(EXAMPLES))
    if "TF_CONFIG" in os.environ or sys.argv[2] == "alone":
        main(*sys.argv[1:])
    else:
        from multi_worker import start

        sys.exit(max(process.wait() for process in start(sys.argv[1], workers=2)))
