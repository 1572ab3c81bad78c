"""Conversion of annotations from all sources to sorted spans without overlap, in elapsed seconds."""
