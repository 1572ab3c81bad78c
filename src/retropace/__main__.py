"""Runs the command line as ``python -m retropace``, for when its script is not on the path."""

from retropace.cli import main

if __name__ == "__main__":
    main(prog_name="retropace")
