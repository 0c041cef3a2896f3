"""How it is said which images belong together. The command reads this before it loads anything."""

import re
from collections.abc import Callable
from typing import Any

Groups = str | bool | Callable[[str], Any] | None
BY_FOLDER = "folders"


def check_groups(groups: Any) -> None:
    """Raises a ValueError unless this says what belongs together.

    Raises:
        ValueError: If it is none of what `load_image_folder` describes.
    """
    if groups is None or groups is False or groups == BY_FOLDER or callable(groups):
        return
    try:
        fine = isinstance(groups, str) and re.compile(groups).groups == 1
        found = "" if fine else ", which has not one part in parentheses"
    except re.error as error:
        fine, found = False, f", which is no regular expression: {error}"
    if not fine:
        raise ValueError(
            "Invalid value for argument `groups`. Expected 'folders', False, a function, or a "
            "regular expression with one part in parentheses, such as '(.*)_[0-9]+', that is the "
            f"name of the group. Received: groups={groups!r}{found if groups else ''}"
        )
