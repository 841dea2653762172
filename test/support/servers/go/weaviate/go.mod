// Builds Weaviate's server.
module agent-platform.example/test/weaviate

go 1.26.0
