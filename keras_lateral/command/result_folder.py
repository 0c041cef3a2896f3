"""Where trainings are kept if no folder is named."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import keras

RESULTS = Path("keras-lateral-results")

# What may be changed without making what is there worthless, or tells only where to write.
_MAY_CHANGE = ("methods", "seeds", "workers", "folder", "report", "json", "quiet", "traceback")


def result_folder(options: argparse.Namespace) -> Path:
    """Returns a folder that the same command finds again, and a different one does not.

    More seeds, other methods and more workers may go into the same folder.

    Args:
        options: As `add_compare` reads them.
    """
    asked = {name: str(value) for name, value in vars(options).items() if name not in _MAY_CHANGE}
    if options.images is not None:
        asked["images"] = str(options.images.expanduser().resolve())
    asked["keras"] = f"{keras.__version__} {keras.config.backend()}"
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:8]
    name = options.dataset or options.images.expanduser().resolve().name
    safe = "".join(one if one.isalnum() or one in "-_" else "_" for one in name)[:60]
    return RESULTS / f"{safe}-{digest}"
