"""Running tracks: finding the lane that a session was run in, and correcting its distance by the laps."""
