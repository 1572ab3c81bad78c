"""Labelling: which segments were run backward, from annotations, signals and what is known of the runner."""
