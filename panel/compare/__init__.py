"""The comparison: tallies side by side, and what they say in plain English.

calls → outcome (who leads, as fractions) → verdict and reads (sentences) → one `Comparison`. Every sentence is
computed from calls and facts; no model writes any of it.
"""

from panel.compare.build import compare

__all__ = ["compare"]
