"""What is told to whom, when it is tried again, and when it is given up: pure rules."""
