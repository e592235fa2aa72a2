"""Library: dated, versioned law and rule cards."""
