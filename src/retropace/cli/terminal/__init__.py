"""What is printed to stdout and stderr: tables, graphs, progress and errors. Nothing here computes a result."""
