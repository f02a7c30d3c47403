"""Log, State and Store over SQLite (embedded), and over Kafka, a Faust table and Elasticsearch (cluster). One technology a file."""
