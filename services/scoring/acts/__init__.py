"""What the workers do because it is due and HTTP because it was asked: clusters brought together, and what award rules make of them."""
