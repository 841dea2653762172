// Pins the modules whose files are read: CustomResourceDefinitions that the test clusters install, and the sources that
// say which metrics an exporter has; no code of theirs is built.
module agent-platform.example/test/crds

go 1.26.1

require (
	github.com/cert-manager/cert-manager v1.21.2
	github.com/cloudnative-pg/cloudnative-pg v1.30.0
	github.com/cloudnative-pg/plugin-barman-cloud v0.14.0
	istio.io/api v1.31.1
)
