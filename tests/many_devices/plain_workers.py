"""Two workers that train plain Keras with TensorFlow's own strategy, and print what it says."""

import json
import os
import sys
from pathlib import Path

import keras
import numpy as np

EXAMPLES = Path(__file__).parents[2] / "examples" / "many_devices"


def work() -> None:
    import tensorflow as tf

    with tf.distribute.MultiWorkerMirroredStrategy().scope():
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse", jit_compile=False)
    number = json.loads(os.environ["TF_CONFIG"])["task"]["index"]
    try:
        model.fit(np.ones((4, 2)), np.ones((4, 1)), batch_size=4, verbose=0)
    except ValueError as error:
        print(f"worker {number}: {str(error)[-80:]}", flush=True)  # noqa: T201


if __name__ == "__main__":
    if "TF_CONFIG" in os.environ:
        work()
    else:
        sys.path.insert(0, str(EXAMPLES))
        from multi_worker import start

        sys.exit(max(process.wait() for process in start("", workers=2)))
