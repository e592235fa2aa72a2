"""Rules of certificates: verification codes, serials, the state a stranger may read. Pure."""
