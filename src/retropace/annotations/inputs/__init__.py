"""Annotations that the user gives, such as marks, sidecars and zones: one module for each kind."""
