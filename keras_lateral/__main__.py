"""`python -m keras_lateral`, for where the command `keras-lateral` is not on the path."""

import sys

from keras_lateral.comparison.command.main import main

# A worker process imports this file again, under another name.
if __name__ == "__main__":
    sys.exit(main())
