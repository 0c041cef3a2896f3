"""The usual remedies for little data, as methods to compare with."""

from typing import TYPE_CHECKING

import keras  # noqa: F401, before any module here: `registration.py` says why

from keras_lateral.lazy import page

if TYPE_CHECKING:
    from keras_lateral.remedies.aug_mix import aug_mix_method as aug_mix_method
    from keras_lateral.remedies.aug_mix import aug_mixed as aug_mixed
    from keras_lateral.remedies.cosine_loss import CosineLoss as CosineLoss
    from keras_lateral.remedies.cosine_loss import cosine_loss_method as cosine_loss_method
    from keras_lateral.remedies.cosine_loss import one_minus_cosine as one_minus_cosine
    from keras_lateral.remedies.dropout import add_dropout as add_dropout
    from keras_lateral.remedies.dropout import dropout_method as dropout_method
    from keras_lateral.remedies.harmonic import HarmonicConv2D as HarmonicConv2D
    from keras_lateral.remedies.harmonic_method import (
        harmonic_convolution_method as harmonic_convolution_method,
    )
    from keras_lateral.remedies.harmonic_method import (
        use_harmonic_convolutions as use_harmonic_convolutions,
    )
    from keras_lateral.remedies.label_smoothing import (
        label_smoothing_method as label_smoothing_method,
    )
    from keras_lateral.remedies.label_smoothing import smooth_labels as smooth_labels
    from keras_lateral.remedies.longer_training import (
        longer_training_method as longer_training_method,
    )
    from keras_lateral.remedies.mirrored_and_shifted import (
        flip_and_shift_method as flip_and_shift_method,
    )
    from keras_lateral.remedies.mixing import cutmix as cutmix
    from keras_lateral.remedies.mixing import cutmix_method as cutmix_method
    from keras_lateral.remedies.mixing import mixup as mixup
    from keras_lateral.remedies.mixing import mixup_method as mixup_method
    from keras_lateral.remedies.rand_augment import rand_augment_method as rand_augment_method
    from keras_lateral.remedies.rand_augment import rand_augmented as rand_augmented
    from keras_lateral.remedies.random_erasing import random_erasing_method as random_erasing_method
    from keras_lateral.remedies.random_erasing import randomly_erased as randomly_erased
    from keras_lateral.remedies.sharpness_aware import minimize_sharpness as minimize_sharpness
    from keras_lateral.remedies.sharpness_aware import (
        sharpness_aware_minimization_method as sharpness_aware_minimization_method,
    )
    from keras_lateral.remedies.spatial_dropout import add_spatial_dropout as add_spatial_dropout
    from keras_lateral.remedies.spatial_dropout import (
        spatial_dropout_method as spatial_dropout_method,
    )
    from keras_lateral.remedies.stochastic_depth import StochasticDepth as StochasticDepth
    from keras_lateral.remedies.stochastic_depth import add_stochastic_depth as add_stochastic_depth
    from keras_lateral.remedies.stochastic_depth import (
        stochastic_depth_method as stochastic_depth_method,
    )
    from keras_lateral.remedies.weight_averaging import average_weights as average_weights
    from keras_lateral.remedies.weight_averaging import (
        weight_averaging_method as weight_averaging_method,
    )
    from keras_lateral.remedies.weight_decay import decay_kernels as decay_kernels
    from keras_lateral.remedies.weight_decay import weight_decay_method as weight_decay_method

if not TYPE_CHECKING:  # a type checker would take any name for one that `__getattr__` has
    __getattr__, __dir__, __all__ = page(__name__)
