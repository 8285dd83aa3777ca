-- All claims.
SELECT DISTINCT s AS claim FROM basis
