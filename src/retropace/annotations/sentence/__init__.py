"""Parser of workout sentences such as ``6x(400m backward, 2min rest)``, independent of any activity."""
