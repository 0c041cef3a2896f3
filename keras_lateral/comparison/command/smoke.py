"""`--smoke`: few images, epochs and seeds, wherever nothing else was asked for."""

from __future__ import annotations

import argparse
from typing import Any

from keras_lateral.comparison.command.tuning import SMOKE_TRIALS

DEFAULTS = {"seeds": 5, "epochs": 30}
SMOKE = {"seeds": 2, "epochs": 2}
MOST_SEEDS = 30
"""With `--until-sure`."""

LIMIT = 5
"""Training images of each class."""


def fill_in(options: argparse.Namespace) -> dict[str, Any]:
    """Fills in what was not given, in place.

    Args:
        options: Options as read by `add_compare`.

    Returns:
        What `--smoke` has made small, in words; nothing without it, or if all was given. It is a
        smoke test in any case.
    """
    chosen = SMOKE if options.smoke else DEFAULTS
    if options.until_sure:
        chosen = {**chosen, "seeds": MOST_SEEDS}
    missing = [name for name in chosen if getattr(options, name) is None]
    vars(options).update({name: chosen[name] for name in missing})
    if not options.smoke:
        return {}
    small: dict[str, Any] = {} if options.limit else {"training images of each class": LIMIT}
    if options.dataset is not None and not options.test_limit:  # of a folder, all are tested
        small["test images of each class"] = LIMIT
    if options.tune == 0:
        small["configurations to tune"] = SMOKE_TRIALS
    return {**small, **{name: chosen[name] for name in missing}}
