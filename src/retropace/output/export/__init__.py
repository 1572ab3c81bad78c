"""Export of an analysis, one module per format; no export holds a position that a ``PrivacyFilter`` hides."""
