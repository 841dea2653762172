// The floor of the readiness command on one file: Node with the YAML library that it reads manifests with, and no more.
import "js-yaml";
