"""From annotation inputs of all origins to sorted, disjoint annotations on an activity's time axis."""
