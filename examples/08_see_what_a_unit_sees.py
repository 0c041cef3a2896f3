"""What a unit could see, what it looks at before and after training, and what the class needs.

Run: python examples/08_see_what_a_unit_sees.py
"""

from pathlib import Path

import keras
from keras import layers

from keras_lateral import (
    effective_receptive_field,
    occlusion_sensitivity,
    plot_effective_receptive_field,
    plot_occlusion,
    plot_receptive_field,
    receptive_fields,
)
from keras_lateral.datasets import load_images

keras.utils.set_random_seed(0)
images = load_images("digits").subset(40, test_per_class=4).scaled()
model = keras.Sequential([keras.Input((8, 8, 1))])
for number in range(1, 4):
    model.add(layers.Conv2D(16, 3, padding="same", activation="relu", name=f"conv{number}"))
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="softmax"))
model.compile("adam", "sparse_categorical_crossentropy")

fields = receptive_fields(model)
print(fields)

before = effective_receptive_field(model, "conv3", images.x_train[:100])
model.fit(images.x_train, images.y_train, epochs=15, verbose=0)
after = effective_receptive_field(model, "conv3", images.x_train[:100])
print(before, after, before.compare(after), sep="\n")

x, y = images.x_test[:6], images.y_test[:6]
occlusion = occlusion_sensitivity(model, x, y, patch=3, stride=1, value=0.0)
print(occlusion)

folder = Path("outputs/see_what_a_unit_sees")
folder.mkdir(parents=True, exist_ok=True)
figures = {
    "calculated": plot_receptive_field(x[0], fields["conv3"], position=(4, 4)),
    "effective": plot_effective_receptive_field(before.compare(after)),
    "occlusion": plot_occlusion(x, occlusion),
}
for name, (figure, _) in figures.items():
    figure.savefig(folder / f"{name}.png")
print("figures:", *sorted(str(path) for path in folder.glob("*.png")))
