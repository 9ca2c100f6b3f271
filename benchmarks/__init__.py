"""Figures about the panel, each by one command."""
