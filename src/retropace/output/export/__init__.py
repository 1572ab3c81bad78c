"""Export of an analysis to CSV, JSON, GeoJSON, GPX, FIT and PNG, one module per format.

Every exporter returns text or bytes, without a position that a :class:`retropace.config.privacy.PrivacyFilter` hides.
"""
