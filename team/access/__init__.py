"""Access explained: what somebody may do and why, and who may do something."""
