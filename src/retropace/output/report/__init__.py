"""The report: one or many analyses as a single self-contained HTML page."""
