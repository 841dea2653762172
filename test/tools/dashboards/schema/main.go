// Holds the dashboards that are named as arguments against Grafana's published types, strictly: no field that Grafana does
// not know, none missing that it needs, every panel and query of a kind that is known here. Prints every fault.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// The types let panels and queries of unknown kinds pass, for plugins' sake.
func unknownKinds(board dashboard.Dashboard) error {
	for index, entry := range board.Panels {
		if entry.Panel == nil {
			return fmt.Errorf("panels[%d]: is no panel", index)
		}
		if _, known := cog.NewRuntime().ConfigForPanelcfgVariant(entry.Panel.Type); !known {
			return fmt.Errorf("panels[%d].type: unknown kind %q", index, entry.Panel.Type)
		}
		for query, target := range entry.Panel.Targets {
			// A query is read strictly by the kind of its own data source only.
			asked, known := target.(*prometheus.Dataquery)
			if !known || asked.Datasource == nil || asked.Datasource.Type == nil || *asked.Datasource.Type != "prometheus" {
				return fmt.Errorf("panels[%d].targets[%d]: is no query of a Prometheus of its own", index, query)
			}
		}
	}
	return nil
}

// The types' own functions return a list of faults as an error also where the list is empty.
func faultOf(err error) error {
	if err == nil || err.Error() == "" {
		return nil
	}
	return err
}

func judge(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := faultOf(new(dashboard.Dashboard).UnmarshalJSONStrict(raw)); err != nil {
		return err
	}
	// The strict reading leaves panels out where it took an empty list for a fault.
	var board dashboard.Dashboard
	if err := json.Unmarshal(raw, &board); err != nil {
		return err
	}
	if err := faultOf(board.Validate()); err != nil {
		return err
	}
	return unknownKinds(board)
}

func main() {
	runtime := cog.NewRuntime()
	runtime.RegisterDataqueryVariant(prometheus.VariantConfig())
	runtime.RegisterPanelcfgVariant(stat.VariantConfig())
	runtime.RegisterPanelcfgVariant(timeseries.VariantConfig())
	failed := false
	for _, file := range os.Args[1:] {
		if err := judge(file); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
}
