"""Tuning with keras-tuner: search spaces, a hypermodel, searches that survive a kill."""

from typing import TYPE_CHECKING

from keras_lateral.lazy import page

if TYPE_CHECKING:
    from keras_lateral.comparison.tuned.tune import Tune as Tune
    from keras_lateral.comparison.tuned.tune_training import tune_training as tune_training
    from keras_lateral.frame.method import frame_regularizer_space as frame_regularizer_space
    from keras_lateral.gradient_mask.method import gradient_mask_space as gradient_mask_space
    from keras_lateral.receptive_field.method import (
        receptive_field_freeze_space as receptive_field_freeze_space,
    )
    from keras_lateral.tuning.hypermodel import method_hypermodel as method_hypermodel
    from keras_lateral.tuning.rate_range import find_learning_rate as find_learning_rate
    from keras_lateral.tuning.rate_range_record import LearningRateTest as LearningRateTest
    from keras_lateral.tuning.resumable import resumable_tuner as resumable_tuner
    from keras_lateral.tuning.sigma_record import SigmaTrial as SigmaTrial
    from keras_lateral.tuning.sigma_record import SigmaTuning as SigmaTuning
    from keras_lateral.tuning.sigma_search import tune_sigma as tune_sigma
    from keras_lateral.tuning.training_record import TrainingTrial as TrainingTrial
    from keras_lateral.tuning.training_record import TrainingTuning as TrainingTuning
    from keras_lateral.tuning.training_settings import TrainingSettings as TrainingSettings
    from keras_lateral.tuning.training_settings import tuned_training as tuned_training

if not TYPE_CHECKING:  # a type checker would take any name for one that `__getattr__` has
    __getattr__, __dir__, __all__ = page(__name__)
