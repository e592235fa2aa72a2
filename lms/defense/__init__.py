"""Defense (转正答辩): panel, rubric, sealed ratings, verdict."""
