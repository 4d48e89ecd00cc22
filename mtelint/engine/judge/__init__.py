"""Sources in, findings out: analyse, check, resolve, locate."""
