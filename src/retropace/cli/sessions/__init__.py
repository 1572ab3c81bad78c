"""Work of the commands, without printing: analysing, learning, editing sidecars, writing files."""
