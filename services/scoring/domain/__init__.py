"""The rules of scoring, ranking and award. Pure: no clock, no input or output, exact decimals only."""
