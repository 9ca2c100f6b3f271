"""Model files: where they are, what they are called, what their bytes hash to. Loads none of them."""

from panel.models.files import EMBEDDED, ModelFile, find_model

__all__ = ["EMBEDDED", "ModelFile", "find_model"]
