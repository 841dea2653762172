// Grafana's published types of dashboards, for a program that holds dashboards against them.
module agent-platform.example/test/grafana-schema

go 1.26.1

require github.com/grafana/grafana-foundation-sdk/go v0.0.22
