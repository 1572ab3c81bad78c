"""Value types of annotations: labels' attributes, annotations, plans, fitted workouts and the priority of origins."""
