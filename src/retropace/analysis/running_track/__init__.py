"""Running tracks: fitting the lane that a session was run in, and taking its distance from the laps."""
