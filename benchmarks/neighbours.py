"""SimBA, PGD, saliency and pruning beside the packages that people use for them, on the same model.

    KERAS_BACKEND=tensorflow python benchmarks/neighbours.py [--torch PYTHON] [--rounds 3]

`SimBA` and `PGD` stand beside those of the Adversarial Robustness Toolbox on its own
`TensorFlowV2Classifier`, `gradient` and `SmoothGrad` beside PAIR `saliency` with a gradient tape as
in its documentation, `prune` beside `torch.nn.utils.prune.global_unstructured` on the same weights;
PYTHON is an interpreter with torch. All of them take turns, after a first call that is not counted:
milliseconds of CPU, an image, or for pruning a model. The model is the small network with the
weights of its start, and the labels are its own predictions, so that every image is attacked.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
EPSILON, ITERATIONS, STEPS, SAMPLES, SPARSITY = 8 / 255, 100, 10, 25, 0.8
IMAGES = {"SimBA": 16, "PGD": 128, "gradient": 64, "SmoothGrad": 8, "prune": 1}

Calls = dict[str, Callable[[], object]]


def model_and_images() -> tuple[Any, np.ndarray, np.ndarray]:
    """Returns the model, smooth random images, and what the model takes them for."""
    import keras

    from keras_lateral import network_builder

    keras.utils.set_random_seed(0)
    model = network_builder("small", (32, 32, 3), 10)()
    coarse = np.random.default_rng(0).uniform(size=(128, 8, 8, 3)).astype("float32")
    x = coarse.repeat(4, axis=1).repeat(4, axis=2)
    return model, x, model.predict(x, verbose=0).argmax(-1)


def toolbox_classifier(model: Any) -> Any:
    """Returns the toolbox's own estimator, which takes logits or probabilities as they are."""
    import keras
    from art.estimators.classification import TensorFlowV2Classifier

    probabilities = keras.Sequential([model, keras.layers.Softmax()])
    return TensorFlowV2Classifier(
        probabilities,
        nb_classes=10,
        input_shape=(32, 32, 3),
        loss_object=keras.losses.CategoricalCrossentropy(),
        clip_values=(0.0, 1.0),
    )


def attacks(model: Any, x: np.ndarray, y: np.ndarray) -> dict[str, Calls]:
    """Returns both attacks, of this library and of the toolbox."""
    from art.attacks import evasion

    from keras_lateral import PGD, SimBA

    theirs, labels = toolbox_classifier(model), np.eye(10)[y]
    some, few = IMAGES["PGD"], IMAGES["SimBA"]
    simba = evasion.SimBA(
        theirs, attack="px", max_iter=ITERATIONS, epsilon=EPSILON, batch_size=1, verbose=False
    )
    pgd = evasion.ProjectedGradientDescentTensorFlowV2(
        theirs,
        eps=EPSILON,
        eps_step=2.5 * EPSILON / STEPS,
        max_iter=STEPS,
        num_random_init=1,
        batch_size=some,
        verbose=False,
    )
    ours = SimBA(EPSILON, iterations=ITERATIONS, step="better")
    return {
        "SimBA": {
            "ours": lambda: ours.run(model, x[:few], y[:few]),
            "toolbox": lambda: simba.generate(x[:few], labels[:few]),
        },
        "PGD": {
            "ours": lambda: PGD(EPSILON, steps=STEPS).measure(model, x[:some], y[:some], (0, 1)),
            "toolbox": lambda: pgd.generate(x[:some], labels[:some]),
        },
    }


def saliency_maps(model: Any, x: np.ndarray, y: np.ndarray) -> dict[str, Calls]:
    """Returns both maps, of this library and of PAIR."""
    import saliency.core as pair
    import tensorflow as tf

    from keras_lateral import gradient_saliency, smooth_grad

    def call(images: Any, call_model_args: Any, expected_keys: Any = None) -> dict[str, Any]:
        images = tf.convert_to_tensor(images, tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(images)
            scores = model(images)[:, call_model_args["class"]]
        return {pair.INPUT_OUTPUT_GRADIENTS: tape.gradient(scores, images).numpy()}

    gradient = pair.GradientSaliency()
    many, few = IMAGES["gradient"], IMAGES["SmoothGrad"]
    return {
        "gradient": {
            "ours": lambda: gradient_saliency(model, x[:many], y[:many]),
            "PAIR": lambda: [
                pair.VisualizeImageGrayscale(gradient.GetMask(image, call, {"class": int(label)}))
                for image, label in zip(x[:many], y[:many], strict=True)
            ],
        },
        "SmoothGrad": {
            "ours": lambda: smooth_grad(model, x[:few], y[:few], samples=SAMPLES),
            "PAIR": lambda: [
                gradient.GetSmoothedMask(image, call, {"class": int(label)}, nsamples=SAMPLES)
                for image, label in zip(x[:few], y[:few], strict=True)
            ],
        },
    }


def milliseconds(calls: Calls, rounds: int, images: int) -> dict[str, list[float]]:
    """Calls all in turns and returns each one's milliseconds of CPU an image, round by round."""
    for call in calls.values():
        call()
    found: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds):
        for name in list(calls)[:: 1 if number % 2 == 0 else -1]:
            start = time.process_time()
            calls[name]()
            found[name].append(1e3 * (time.process_time() - start) / images)
    return found


def our_pruning(rounds: int, weights: Path) -> list[float]:
    """Returns milliseconds of pruning a ResNet-18, and keeps its weights for torch."""
    import keras

    from keras_lateral import network_builder, prune
    from keras_lateral.keras_tools.layer_kernels import layer_kernels

    found = []
    for _ in range(rounds + 1):
        keras.utils.set_random_seed(0)
        model = network_builder("resnet18", (32, 32, 3), 10)()
        kernels = [k.variable for layer in model.layers for k in layer_kernels(layer)]
        np.savez(weights, *[keras.ops.convert_to_numpy(kernel.value) for kernel in kernels])
        start = time.process_time()
        sparsity = prune(model, SPARSITY)
        found.append(1e3 * (time.process_time() - start))
    print("zeros of ours", sparsity.zeros)
    return found[1:]


def torch_pruning(rounds: int, weights: str) -> list[float]:
    """Returns milliseconds of pruning the same weights, in this process."""
    import torch
    from torch.nn.utils import prune

    torch.set_num_threads(1)
    found = []
    for _ in range(rounds + 1):
        layers = []
        for kernel in np.load(weights).values():
            layer = torch.nn.Module()
            layer.weight = torch.nn.Parameter(torch.from_numpy(kernel))
            layers.append((layer, "weight"))
        start = time.process_time()
        prune.global_unstructured(layers, prune.L1Unstructured, amount=SPARSITY)
        found.append(1e3 * (time.process_time() - start))
    return found[1:]


def pruning(rounds: int, python: str | None) -> dict[str, list[float]]:
    """Measures both ways to prune."""
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "weights.npz"
        found = {"ours": our_pruning(rounds, weights)}
        if python:
            child = [python, __file__, "--child", str(weights), "--rounds", str(rounds)]
            result = subprocess.run(child, capture_output=True, text=True, check=True)
            found["torch"] = json.loads(result.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measures, prints and keeps the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch", help="an interpreter with torch")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(torch_pruning(options.rounds, options.child)))
        return
    from timing import machine

    model, x, y = model_and_images()
    results: dict[str, Any] = {}
    for name, calls in (attacks(model, x, y) | saliency_maps(model, x, y)).items():
        results[name] = milliseconds(calls, options.rounds, IMAGES[name])
        show(name, results[name])
    results["prune"] = pruning(options.rounds, options.torch)
    show("prune", results["prune"])
    folder = HERE / "results" / "neighbours"
    folder.mkdir(parents=True, exist_ok=True)
    record = {"machine": machine(), "images": IMAGES, "milliseconds": results}
    (folder / "tensorflow.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def show(name: str, found: dict[str, list[float]]) -> None:
    """Prints the medians, and how many times faster this library is."""
    medians = {way: statistics.median(values) for way, values in found.items()}
    texts = [f"{way} {value:.2f} ms" for way, value in medians.items()]
    texts += [f"{medians[way] / medians['ours']:.2f} times faster" for way in list(medians)[1:]]
    print(f"{name}: {', '.join(texts)}", flush=True)


if __name__ == "__main__":
    main()
