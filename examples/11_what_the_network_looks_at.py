"""Where a network looks, whether that is the object, and whether the map can be trusted.

Run: python examples/11_what_the_network_looks_at.py
"""

from pathlib import Path

import keras
import numpy as np
from small_network import small_network

from keras_lateral import (
    GradientMaskConv2D,
    box_iou,
    deletion_curve,
    gradient_flow_sensitivity,
    gradient_saliency,
    insertion_curve,
    lateral_inhibition_saliency,
    plot_deletion_insertion,
    plot_gradient_flow_sensitivity,
    plot_saliency,
    pointing_game,
    saliency_randomization,
    smooth_grad,
)
from keras_lateral.datasets import load_images

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)


def placed(digits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns each digit at a random position on 16 x 16 pixels of weak noise, and its box."""
    canvas = rng.uniform(0, 0.3, (len(digits), 16, 16, 1)).astype("float32")
    corners = rng.integers(0, 9, (len(digits), 2))
    for image, digit, (top, left) in zip(canvas, digits, corners, strict=True):
        image[top : top + 8, left : left + 8] += 0.7 * digit
    return canvas, np.hstack([corners, corners + 8])


images = load_images("digits").subset(100, test_per_class=4).scaled()
x_train, _ = placed(images.x_train)
x, boxes = placed(images.x_test)
network = small_network(GradientMaskConv2D, (16, 16, 1), 10)
network.fit(x_train, images.y_train, epochs=20, verbose=0)
print(f"accuracy {network.evaluate(x, images.y_test, verbose=0)[1]:.2f}")

records = [method(network, x) for method in (gradient_saliency, smooth_grad)]
records.append(lateral_inhibition_saliency(network, x, equal_layers=True))
maps = {record.method: record for record in records} | {"random": rng.random(x.shape[:3])}
curves = {
    name: [deletion_curve(network, x, map_), insertion_curve(network, x, map_)]
    for name, map_ in maps.items()
}
for name, map_ in maps.items():
    print(name, pointing_game(map_, boxes), box_iou(map_, boxes), *curves[name], sep="\n  ")
print(saliency_randomization(network, x))
print(saliency_randomization(network, x, lateral_inhibition_saliency, of="activation"))

flow = gradient_flow_sensitivity(network, x_train[:64], images.y_train[:64])
print(flow)

folder = Path("outputs/what_the_network_looks_at")
folder.mkdir(parents=True, exist_ok=True)
figures = {
    "saliency": plot_saliency(x, records, boxes=boxes),
    "curves": plot_deletion_insertion(curves),
    "gradient_flow": plot_gradient_flow_sensitivity(flow, x_train),
}
for name, (figure, _) in figures.items():
    figure.savefig(folder / f"{name}.png")
print("figures:", *sorted(str(path) for path in folder.glob("*.png")))
