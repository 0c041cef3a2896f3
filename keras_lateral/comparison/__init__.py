"""Which method helps on this data: pairs of trainings, intervals, and a verdict in words."""

from typing import TYPE_CHECKING

from keras_lateral.lazy import page

if TYPE_CHECKING:
    from keras_lateral.comparison.compare_methods import compare as compare
    from keras_lateral.comparison.compared_runs import ComparedMethod as ComparedMethod
    from keras_lateral.comparison.measures import Measure as Measure
    from keras_lateral.comparison.measures import measure_of as measure_of
    from keras_lateral.comparison.per_image.image_results import ImageResults as ImageResults
    from keras_lateral.comparison.per_image.tested_images import TestedImages as TestedImages
    from keras_lateral.comparison.recommendation.fit_with_methods import (
        fit_with_methods as fit_with_methods,
    )
    from keras_lateral.comparison.recommendation.recommend import recommend as recommend
    from keras_lateral.comparison.recommendation.record import AddedMethod as AddedMethod
    from keras_lateral.comparison.recommendation.record import Recommendation as Recommendation
    from keras_lateral.comparison.recommendation.record import (
        RecommendationStep as RecommendationStep,
    )
    from keras_lateral.comparison.record import Comparison as Comparison
    from keras_lateral.comparison.run import Run as Run
    from keras_lateral.comparison.statistics.crossed import crossed_difference as crossed_difference
    from keras_lateral.comparison.statistics.equivalence import equivalence_p as equivalence_p
    from keras_lateral.comparison.statistics.folded import folded_difference as folded_difference
    from keras_lateral.comparison.statistics.jackknife import (
        jackknife_difference as jackknife_difference,
    )
    from keras_lateral.comparison.statistics.looks import at_look as at_look
    from keras_lateral.comparison.statistics.many_methods import adjust_for_many as adjust_for_many
    from keras_lateral.comparison.statistics.next_training import (
        probability_of_better as probability_of_better,
    )
    from keras_lateral.comparison.statistics.paired_difference import (
        PairedDifference as PairedDifference,
    )
    from keras_lateral.comparison.statistics.paired_difference import (
        paired_difference as paired_difference,
    )
    from keras_lateral.comparison.statistics.seeds_needed import seeds_needed as seeds_needed
    from keras_lateral.comparison.statistics.what_next import Advice as Advice
    from keras_lateral.comparison.statistics.what_next import more_needed as more_needed
    from keras_lateral.comparison.until_sure import UntilSure as UntilSure
    from keras_lateral.datasets.flip_and_shift import flip_and_shift as flip_and_shift
    from keras_lateral.frame.method import regularizer_method as regularizer_method
    from keras_lateral.gradient_mask.method import gradient_mask_method as gradient_mask_method
    from keras_lateral.keras_tools.recompiled import recompile as recompile
    from keras_lateral.method import Method as Method
    from keras_lateral.methods import all_combinations as all_combinations
    from keras_lateral.receptive_field.method import (
        receptive_field_freeze_method as receptive_field_freeze_method,
    )

if not TYPE_CHECKING:  # a type checker would take any name for one that `__getattr__` has
    __getattr__, __dir__, __all__ = page(__name__)
