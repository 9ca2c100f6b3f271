"""Dossiers: what the panel may know about a tool, read strictly from YAML.

This package's front is the loading side. `panel.dossiers.starting` makes a first dossier from a page
(`panel.dossiers.fetch`, `panel.dossiers.extract`); it is imported by its own name, because reading web pages takes
libraries that are slow to import.
"""

from panel.dossiers.cleaning import Cleaned, CleanedDossier, Removed, clean_dossier, clean_evidence, describe_removed
from panel.dossiers.hidden import Hidden, find_hidden, strip_hidden
from panel.dossiers.loading import LoadedDossier, check_folder, load_dossier, load_dossiers
from panel.dossiers.schema import dossier_json_schema

__all__ = [
    "Cleaned",
    "CleanedDossier",
    "Hidden",
    "LoadedDossier",
    "Removed",
    "check_folder",
    "clean_dossier",
    "clean_evidence",
    "describe_removed",
    "dossier_json_schema",
    "find_hidden",
    "load_dossier",
    "load_dossiers",
    "strip_hidden",
]
