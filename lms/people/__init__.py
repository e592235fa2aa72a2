"""People: persons and their roles, cohorts, sign-in, invitations, consents, roster import."""
