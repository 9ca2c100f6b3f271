"""Teaching the embedded model the panel's trade: from the corpus to an adapter. `python -m training` does all of it."""
