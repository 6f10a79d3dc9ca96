"""What is done to reports and registry, whichever way it was asked for: HTTP, Kafka, command line or the clock."""
