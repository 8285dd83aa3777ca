"""The routes: what is answered at which address."""
