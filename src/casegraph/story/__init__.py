"""Tells a case, its report and what follows of them in plain words, each line with where it stands."""
