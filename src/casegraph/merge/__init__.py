"""Brings in other people's case graphs: what is the same, what contradicts, who decided, how it is undone."""
