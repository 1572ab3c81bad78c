"""Export of an analysis to CSV, JSON, GeoJSON, GPX, FIT and PNG, one module per format.

Every exporter is a pure function that returns text or bytes and leaves writing to its caller. No export contains a
position that a :class:`retropace.config.privacy.PrivacyFilter` hides.
"""
