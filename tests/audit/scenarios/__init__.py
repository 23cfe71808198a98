"""A scenario or more for every action that there is, a module per subject."""
