"""What Roster costs, as ratios measured in one run, on PostgreSQL. `make bench` prints them all."""
