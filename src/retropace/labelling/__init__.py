"""Labelling: which segments were run forward or backward, from annotations, sensors and what is known of the runner."""
