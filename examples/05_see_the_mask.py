"""See the gradient that arrives at a mask, its Laplacian of Gaussian, and the mask.

Run: python examples/05_see_the_mask.py
"""

from pathlib import Path

import keras
from keras import layers

from keras_lateral import GradientMaskConv2D, mask_gradients, plot_gradient_mask
from keras_lateral.datasets import load_images

images = load_images("digits").subset(5).scaled()
x, y = images.x_train, images.y_train

model = keras.Sequential(
    [
        keras.Input(x.shape[1:]),
        GradientMaskConv2D(16, 3, padding="same", activation="relu", sigma=1.0, threshold=0.5),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=3, verbose=0)

gradients = mask_gradients(model, x, y)
for name, at in gradients.items():
    print(f"{name}: gradients {at.gradient.shape}, masks {at.mask.shape}")
    print(f"the first image's mask lets {at.mask[0].mean():.0%} of the positions pass")

path = Path("outputs/see_the_mask.png")
path.parent.mkdir(parents=True, exist_ok=True)
figure, _ = plot_gradient_mask(gradients, x, sample=0)
figure.savefig(path)
print("figure:", path)
