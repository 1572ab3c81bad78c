"""An analysis in the formats of other programs, one file each. Pure functions: what they make is the caller's to write.

Whatever is hidden (:class:`retropace.config.privacy.Hiding`) has no coordinate in any of them.
"""
