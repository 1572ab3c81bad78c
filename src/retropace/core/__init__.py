"""Value types and basic functions that every other package may import; it imports no other package of retropace."""
