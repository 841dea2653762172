// Command xds-client calls a service at a steady rate and writes a line for every call: when it was made (Unix
// milliseconds), which version answered, the status, and how often it was picked again. Where a call goes is decided by the mesh's routes, which it
// follows by xDS (GRPC_XDS_BOOTSTRAP). It ends on SIGINT, when all that it began has been answered.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	_ "google.golang.org/grpc/xds"
)

// unpicked tells whether a call never left this process: grpc-go takes new routes into use before its balancer knows their
// clusters, and refuses what is picked in between.
func unpicked(err error) bool {
	return strings.HasPrefix(status.Convert(err).Message(), "unknown cluster selected for RPC")
}

func main() {
	target := flag.String("target", "", "what to call, as xds:///HOST:PORT")
	rate := flag.Int("rate", 100, "calls a second")
	header := flag.String("header", "", "NAME=VALUE of a header on every call")
	output := flag.String("output", "", "file of the lines")
	flag.Parse()

	file, err := os.Create(*output)
	if err != nil {
		log.Fatal(err)
	}
	connection, err := grpc.NewClient(*target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	client := grpc_health_v1.NewHealthClient(connection)
	outgoing := context.Background()
	if name, value, ok := strings.Cut(*header, "="); ok {
		outgoing = metadata.AppendToOutgoingContext(outgoing, name, value)
	}

	lines := make(chan string, 1024)
	written := make(chan struct{})
	go func() {
		writer := bufio.NewWriter(file)
		for line := range lines {
			fmt.Fprintln(writer, line)
			if len(lines) == 0 {
				_ = writer.Flush()
			}
		}
		_ = writer.Flush()
		close(written)
	}()

	call := func() {
		began := time.Now()
		deadline, cancel := context.WithTimeout(outgoing, 10*time.Second)
		defer cancel()
		var answered metadata.MD
		var err error
		again := 0
		for ; ; again++ {
			_, err = client.Check(deadline, &grpc_health_v1.HealthCheckRequest{}, grpc.Header(&answered))
			if again == 10 || !unpicked(err) {
				break
			}
			time.Sleep(time.Millisecond)
		}
		version := strings.Join(answered.Get("x-version"), ",")
		lines <- fmt.Sprintf("%d\t%s\t%s\t%s\t%d", began.UnixMilli(), version, status.Code(err), status.Convert(err).Message(), again)
	}

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	ticker := time.NewTicker(time.Second / time.Duration(*rate))
	var calls sync.WaitGroup
	for {
		select {
		case <-ticker.C:
			calls.Go(call)
		case <-stop:
			calls.Wait()
			close(lines)
			<-written
			return
		}
	}
}
