"""Rules about people: roles, names, invitations, roster rows. Pure."""
