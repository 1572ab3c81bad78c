"""Value types and primitives that every other package may import; imports no other package of retropace."""
