"""Whether a saliency map tells the truth: the score as its pixels are deleted or inserted.

A good map's deletion falls early and its insertion rises early; a random map is there to compare.
"""

from digits_network import network, rng, x

from keras_lateral import (
    deletion_curve,
    gradient_saliency,
    insertion_curve,
    plot_deletion_insertion,
    smooth_grad,
)

model = network()
maps = {"gradient": gradient_saliency(model, x), "SmoothGrad": smooth_grad(model, x)}
maps["random"] = rng.random(x.shape[:3])
pairs = {
    n: [curve(model, x, m) for curve in (deletion_curve, insertion_curve)] for n, m in maps.items()
}
figure, axes = plot_deletion_insertion(pairs)
