"""Words for directions and gaits in twelve languages, and what they mean in labels and names."""
