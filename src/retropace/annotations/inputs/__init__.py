"""One file for each explicit annotation input, such as a mark, a sidecar or zones."""
