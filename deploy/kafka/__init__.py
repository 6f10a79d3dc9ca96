"""What the services need of a Kafka cluster: topics, and rights on them."""
