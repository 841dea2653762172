// Command stand-in serves the agent memory service's HTTP interface without its stores: health, readiness, metrics and
// answers that tell which pod and version gave them. Faults are made on demand.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

var buckets = []float64{0.05, 0.1, 0.25, 0.5, 1, 2, 2.5, 5, 10}

type service struct {
	pod, version  string
	failEvery     int64
	count         atomic.Int64
	success       atomic.Int64
	failed        atomic.Int64
	perBucket     [10]atomic.Int64
	queue         atomic.Int64
	unready, dead atomic.Bool
}

func (s *service) observe(start time.Time, ok bool) {
	if ok {
		s.success.Add(1)
	} else {
		s.failed.Add(1)
	}
	seconds := time.Since(start).Seconds()
	for i, le := range buckets {
		if seconds <= le {
			s.perBucket[i].Add(1)
		}
	}
	s.perBucket[len(buckets)].Add(1)
}

func (s *service) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("content-type", "text/plain; version=0.0.4")
	fmt.Fprintf(w, "agent_request_queue_length %d\n", s.queue.Load())
	fmt.Fprintf(w, "agent_requests_total{version=%q,status=\"success\"} %d\n", s.version, s.success.Load())
	if n := s.failed.Load(); n > 0 {
		fmt.Fprintf(w, "agent_requests_total{version=%q,status=\"error\"} %d\n", s.version, n)
	}
	for i, le := range buckets {
		fmt.Fprintf(w, "agent_request_duration_seconds_bucket{version=%q,le=\"%g\"} %d\n", s.version, le, s.perBucket[i].Load())
	}
	fmt.Fprintf(w, "agent_request_duration_seconds_bucket{version=%q,le=\"+Inf\"} %d\n", s.version, s.perBucket[len(buckets)].Load())
}

// work answers; ?ms=N burns N milliseconds of processor time first.
func (s *service) work(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	if ms, err := strconv.Atoi(r.URL.Query().Get("ms")); err == nil {
		for end := start.Add(time.Duration(ms) * time.Millisecond); time.Now().Before(end); {
		}
	}
	w.Header().Set("x-version", s.version)
	w.Header().Set("x-pod", s.pod)
	if s.failEvery > 0 && s.count.Add(1)%s.failEvery == 0 {
		http.Error(w, "a fault on demand", http.StatusInternalServerError)
		s.observe(start, false)
		return
	}
	w.Header().Set("content-type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"pod": s.pod, "version": s.version})
	s.observe(start, true)
}

// fault sets what the query says: ready=false, alive=false, queue=N, exit=CODE.
func (s *service) fault(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if v := query.Get("ready"); v != "" {
		s.unready.Store(v == "false")
	}
	if v := query.Get("alive"); v != "" {
		s.dead.Store(v == "false")
	}
	if n, err := strconv.ParseInt(query.Get("queue"), 10, 64); err == nil {
		s.queue.Store(n)
	}
	if code, err := strconv.Atoi(query.Get("exit")); err == nil {
		os.Exit(code)
	}
	if n, err := strconv.ParseInt(query.Get("fill"), 10, 64); err == nil {
		if err := os.WriteFile("/tmp/fill", make([]byte, n<<20), 0o600); err != nil {
			http.Error(w, err.Error(), http.StatusInsufficientStorage)
			return
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

func probe(bad *atomic.Bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if bad.Load() {
			http.Error(w, "a fault on demand", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	}
}

// acceptGRPC holds the gRPC port open: whether it can be reached is all that is asked of it.
func acceptGRPC() {
	listener, err := net.Listen("tcp", ":9090")
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		_ = connection.Close()
	}
}

func main() {
	failEvery, _ := strconv.ParseInt(os.Getenv("FAIL_EVERY"), 10, 64)
	s := &service{pod: os.Getenv("POD_NAME"), version: os.Getenv("VERSION"), failEvery: failEvery}
	mux := http.NewServeMux()
	mux.HandleFunc("/health", probe(&s.dead))
	mux.HandleFunc("/ready", probe(&s.unready))
	mux.HandleFunc("/metrics", s.metrics)
	mux.HandleFunc("/fault", s.fault)
	mux.HandleFunc("/", s.work)
	server := &http.Server{Addr: ":8080", Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go acceptGRPC()
	stopped := make(chan struct{})
	go func() {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM)
		<-signals
		deadline, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		_ = server.Shutdown(deadline)
		close(stopped)
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	<-stopped
}
