"""Organisation: who runs this deployment, and who signs its certificates."""
