"""The processes that answer, and how the server talks to them."""
