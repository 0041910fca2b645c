"""What is counted of a text for its quality, in Python."""
