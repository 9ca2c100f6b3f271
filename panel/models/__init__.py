"""Model files: where they are, what their bytes hash to, and which of their forms is fastest on this machine.

Nothing here loads a model into this process or needs llama.cpp at import; `panel.models.measure` does, in another one.
"""

from panel.models.cores import physical_cores
from panel.models.files import EMBEDDED, EMBEDDED_BASE, ModelFile
from panel.models.finding import find_model
from panel.models.prepared import find_prepared

__all__ = ["EMBEDDED", "EMBEDDED_BASE", "ModelFile", "find_model", "find_prepared", "physical_cores"]
