"""The timeline of one case: treatments, outcomes, turns and tests on one axis."""
