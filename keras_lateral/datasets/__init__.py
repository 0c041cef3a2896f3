"""Image sets to measure on, and small balanced subsets of them."""

from typing import TYPE_CHECKING

from keras_lateral.lazy import page

if TYPE_CHECKING:
    from keras_lateral.datasets.benchmark.small_benchmark import (
        load_small_benchmark as load_small_benchmark,
    )
    from keras_lateral.datasets.dataset import ImageDataset as ImageDataset
    from keras_lateral.datasets.dataset import choose_classes as choose_classes
    from keras_lateral.datasets.few_training_images import few_to_train as few_to_train
    from keras_lateral.datasets.folder.image_folder import load_image_folder as load_image_folder
    from keras_lateral.datasets.folder.image_folds import load_image_folds as load_image_folds
    from keras_lateral.datasets.folds import ImageFolds as ImageFolds
    from keras_lateral.datasets.labels.labelled_images import (
        load_labelled_images as load_labelled_images,
    )
    from keras_lateral.datasets.per_class import few_per_class as few_per_class
    from keras_lateral.datasets.per_class import split_per_class as split_per_class
    from keras_lateral.datasets.published.cifar10_corrupted import (
        cifar10_corrupted as cifar10_corrupted,
    )
    from keras_lateral.datasets.published.load_images import load_images as load_images
    from keras_lateral.datasets.synthetic.shapes import synthetic_shapes as synthetic_shapes
    from keras_lateral.datasets.synthetic.texture_patches import TexturePatches as TexturePatches
    from keras_lateral.datasets.synthetic.texture_shortcut import TextureShortcut as TextureShortcut
    from keras_lateral.datasets.synthetic.texture_shortcut import (
        texture_shortcut as texture_shortcut,
    )

if not TYPE_CHECKING:  # a type checker would take any name for one that `__getattr__` has
    __getattr__, __dir__, __all__ = page(__name__)
