"""Panel: a review desk in a box.

Knows nothing by itself: importing it reads no file, loads no model and configures no logging.
"""

__version__ = "0.1.0"
