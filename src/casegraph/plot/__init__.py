"""Pictures of cases and cohorts, as Vega-Lite specifications with the data they show."""
