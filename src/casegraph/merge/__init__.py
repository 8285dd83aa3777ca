"""Brings other people's case graphs in: what is the same, what contradicts, who decided, and how it is undone."""
