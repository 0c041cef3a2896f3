"""keras-tuner on the methods' numbers: spaces, a hypermodel, searches that survive a kill."""

from keras_lateral.tuning.frame_regularizer_space import (
    frame_regularizer_space as frame_regularizer_space,
)
from keras_lateral.tuning.gradient_mask_space import gradient_mask_space as gradient_mask_space
from keras_lateral.tuning.method_hypermodel import method_hypermodel as method_hypermodel
from keras_lateral.tuning.receptive_field_freeze_space import (
    receptive_field_freeze_space as receptive_field_freeze_space,
)
from keras_lateral.tuning.resumable_tuner import resumable_tuner as resumable_tuner
from keras_lateral.tuning.sigma_record import SigmaTrial as SigmaTrial
from keras_lateral.tuning.sigma_record import SigmaTuning as SigmaTuning
from keras_lateral.tuning.tune_sigma import tune_sigma as tune_sigma
