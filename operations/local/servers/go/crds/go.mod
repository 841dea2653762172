// Pins the modules whose CustomResourceDefinitions the test clusters install; no code of theirs is built.
module agent-platform.example/test/crds

go 1.26.0

require (
	github.com/cert-manager/cert-manager v1.21.2
	github.com/prometheus-operator/prometheus-operator v0.85.0
	istio.io/api v1.31.1
)
