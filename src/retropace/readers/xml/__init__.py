"""Readers of XML formats (GPX, TCX, KML), which share repair, encoding and bulk extraction of points."""
