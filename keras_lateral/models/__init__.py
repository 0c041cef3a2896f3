"""The networks of the methods' sources, and others to compare on."""

from typing import TYPE_CHECKING

import keras  # noqa: F401, before any module here: `registration.py` says why

from keras_lateral.lazy import page

if TYPE_CHECKING:
    from keras_lateral.models.by_name import network_builder as network_builder
    from keras_lateral.models.freeze_base import freeze_base_network as freeze_base_network
    from keras_lateral.models.lecture import lecture_lenet as lecture_lenet
    from keras_lateral.models.lecture import lecture_mlp as lecture_mlp
    from keras_lateral.models.resnet import cifar_resnet as cifar_resnet
    from keras_lateral.models.resnet import resnet18 as resnet18
    from keras_lateral.models.resnet import resnet34 as resnet34
    from keras_lateral.models.resnet import resnet50 as resnet50
    from keras_lateral.models.small import small_network as small_network

if not TYPE_CHECKING:  # a type checker would take any name for one that `__getattr__` has
    __getattr__, __dir__, __all__ = page(__name__)
