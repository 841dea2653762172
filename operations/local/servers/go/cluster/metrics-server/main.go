// Command metrics-server serves what the cluster's pods and nodes use, with the libraries of the Kubernetes beside it.
//
// Release 0.8.0 is generated for older ones, which called API models by their Go path; since 1.35 they look for them by
// the name that the API's clients see ("io.k8s.api.core.v1.Pod"). Its models are given to them under that name.
package main

import (
	"log"

	"github.com/spf13/pflag"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/kube-openapi/pkg/common"
	"k8s.io/kube-openapi/pkg/util"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/metrics-server/cmd/metrics-server/app/options"
	"sigs.k8s.io/metrics-server/pkg/api"
	generated "sigs.k8s.io/metrics-server/pkg/api/generated/openapi"
)

// models are metrics-server's own under the names by which the libraries look for them.
func models(ref common.ReferenceCallback) map[string]common.OpenAPIDefinition {
	byPath := generated.GetOpenAPIDefinitions(func(path string) spec.Ref { return ref(util.ToRESTFriendlyName(path)) })
	named := make(map[string]common.OpenAPIDefinition, len(byPath))
	for path, model := range byPath {
		for i, dependency := range model.Dependencies {
			model.Dependencies[i] = util.ToRESTFriendlyName(dependency)
		}
		named[util.ToRESTFriendlyName(path)] = model
	}
	return named
}

func run() error {
	opts := options.NewOptions()
	for _, flags := range opts.Flags().FlagSets {
		pflag.CommandLine.AddFlagSet(flags)
	}
	pflag.Parse()
	if errs := opts.Validate(); len(errs) > 0 {
		return utilerrors.NewAggregate(errs)
	}
	config, err := opts.ServerConfig()
	if err != nil {
		return err
	}
	namer := openapinamer.NewDefinitionNamer(api.Scheme)
	config.Apiserver.OpenAPIConfig = genericapiserver.DefaultOpenAPIConfig(models, namer)
	config.Apiserver.OpenAPIV3Config = genericapiserver.DefaultOpenAPIV3Config(models, namer)
	server, err := config.Complete()
	if err != nil {
		return err
	}
	return server.RunUntil(genericapiserver.SetupSignalHandler())
}

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}
