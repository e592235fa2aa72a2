"""Pure rules of the defense: rubric, sheet, verdict, times."""
