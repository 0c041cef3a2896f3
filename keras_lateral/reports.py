"""Records as HTML pages that need nothing else: no network, no scripts."""

import keras  # noqa: F401, before any module of ours: `registration.py` says why

from keras_lateral.comparison.report.page import comparison_html as comparison_html
from keras_lateral.comparison.report.page import write_report as write_report
