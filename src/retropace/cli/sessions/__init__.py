"""Work that commands share or that fills a file of its own: analysing, learning, editing sidecars, writing files."""
