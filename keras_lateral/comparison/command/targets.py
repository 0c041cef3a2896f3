"""Where results go: tried before the first training, not after the last."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from keras_lateral.comparison.command.words import reason
from keras_lateral.extras import import_optional
from keras_lateral.files import RESULTS, is_results, try_to_write

PAGES = (".html", ".htm")


def check_targets(options: argparse.Namespace) -> None:
    """Writes a draft wherever a result will be written, and removes it again.

    Raises:
        ValueError: If a result cannot be written, or would be taken for images.
        ImportError: If the package that draws the report is missing.
    """
    files = {"--report": options.report, "--json": options.json}
    files = {option: path.expanduser() for option, path in files.items() if path is not None}
    for option, path in files.items():
        if path.is_dir():
            raise ValueError(f"{option}: Expected a file to write. Received a folder: {path}")
        if option == "--report" and path.suffix.lower() not in PAGES:
            raise ValueError(
                f"--report: Expected a name that ends in .html, as the report is a web page, which "
                f"a browser can print to PDF. Received: {str(path)!r}"
            )
        _check_place(option, path)
        _try(option, path)
    if len({path.resolve() for path in files.values()}) < len(files):
        raise ValueError(f"--report and --json: Expected two files. Received {options.json} twice")
    if options.folder is not None:
        _check_folder(options)
    _try("--folder", (options.folder or Path(RESULTS)).expanduser() / "comparison.json")
    if options.report is not None:
        import_optional("matplotlib", "matplotlib", "draw the report", "plots")


def _check_place(option: str, path: Path) -> None:
    """Raises if the folder of a result is missing, unless it would be below the current one.

    Elsewhere a missing folder is more often misspelt, or a disk that is not there.
    """
    folder = path.parent
    if folder.exists() or Path.cwd().resolve() in folder.resolve().parents:
        return
    raise ValueError(
        f"{option}: {str(path)!r} cannot be written, as there is no folder {str(folder)!r}. "
        f"Create it with: mkdir -p {shlex.quote(str(folder))}"
    )


def written_text(path: Path) -> str:
    """Returns what is said of a result once it is written; asked for before that.

    Args:
        path: The file, as it was typed. Folders above it that are missing will be made.
    """
    missing = [folder for folder in path.expanduser().parents if not folder.exists()]
    made = f" (in a new folder: {missing[-1]})" if missing else ""
    return f"Written: {path}{made}"


def _try(option: str, path: Path) -> None:
    try:
        try_to_write(path)
    except OSError as error:
        raise ValueError(f"{option}: {str(path)!r} cannot be written: {reason(error)}") from error


def _check_folder(options: argparse.Namespace) -> None:
    """Raises if the trainings would lie between somebody's images, as if they were some."""
    folder = options.folder.expanduser()
    _check_place("--folder", folder)
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"--folder: Expected a folder for the results. Received a file: {folder}")
    if options.images is None or not folder.is_dir():
        return
    images, place = options.images.expanduser().resolve(), folder.resolve()
    is_free = is_results(folder) or not any(folder.iterdir())
    if place == images or (images in place.parents and not is_free):
        raise ValueError(
            "--folder: Expected a folder of its own for the results: a new or an empty one, or one "
            f"with results. Received a folder that holds images: {folder}"
        )
