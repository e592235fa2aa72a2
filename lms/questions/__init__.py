"""Questions: item banks, item versions, scoring, recall items at the end of a lesson."""
