"""Words for directions and gaits in twelve languages, and their interpretation; nothing here knows an activity."""
