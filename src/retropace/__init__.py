"""How far and how long a session was run forward and backward."""
