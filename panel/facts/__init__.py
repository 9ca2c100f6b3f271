"""Facts: which numbers a dossier holds, in which spellings, and which a text takes from nowhere."""

from panel.facts.forms import FactForms, fact_forms
from panel.facts.support import has_digit, unsupported_numbers
from panel.facts.words import NUMBER_WORDS

__all__ = ["NUMBER_WORDS", "FactForms", "fact_forms", "has_digit", "unsupported_numbers"]
