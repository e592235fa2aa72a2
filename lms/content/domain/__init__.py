"""Content as values: what authors wrote, what is wrong with it, and the plan that follows."""
