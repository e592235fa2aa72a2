"""Operations: heartbeats of processes, health and readiness."""
