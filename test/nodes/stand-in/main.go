// Command stand-in serves the agent memory service's two ports without its stores: health, readiness, metrics and answers
// by HTTP and gRPC that tell which pod and version gave them. Faults are made on demand.
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
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

var buckets = []float64{0.05, 0.1, 0.25, 0.5, 1, 2, 2.5, 5, 10}

// counts are of requests that were answered; perBucket is cumulative, its last is +Inf.
type counts struct {
	success, failed int64
	perBucket       [10]int64
}

type service struct {
	grpc_health_v1.UnimplementedHealthServer
	pod, version  string
	failEvery     int64
	count         atomic.Int64
	queue         atomic.Int64
	unready, dead atomic.Bool

	// A scrape has to see all counts of one moment: where a request came between two buckets, it would look slow.
	lock     sync.Mutex
	answered counts
}

func (s *service) observe(start time.Time, ok bool) {
	seconds := time.Since(start).Seconds()
	s.lock.Lock()
	defer s.lock.Unlock()
	if ok {
		s.answered.success++
	} else {
		s.answered.failed++
	}
	for i, le := range buckets {
		if seconds <= le {
			s.answered.perBucket[i]++
		}
	}
	s.answered.perBucket[len(buckets)]++
}

// metrics leaves the label version to the scrape, which takes it from the pod: a promotion changes it while the pod lives.
func (s *service) metrics(w http.ResponseWriter, _ *http.Request) {
	s.lock.Lock()
	answered := s.answered
	s.lock.Unlock()
	w.Header().Set("content-type", "text/plain; version=0.0.4")
	fmt.Fprintf(w, "agent_request_queue_length %d\n", s.queue.Load())
	fmt.Fprintf(w, "agent_requests_total{status=\"success\"} %d\n", answered.success)
	if answered.failed > 0 {
		fmt.Fprintf(w, "agent_requests_total{status=\"error\"} %d\n", answered.failed)
	}
	for i, le := range buckets {
		fmt.Fprintf(w, "agent_request_duration_seconds_bucket{le=\"%g\"} %d\n", le, answered.perBucket[i])
	}
	fmt.Fprintf(w, "agent_request_duration_seconds_bucket{le=\"+Inf\"} %d\n", answered.perBucket[len(buckets)])
}

func (s *service) fails() bool {
	return s.failEvery > 0 && s.count.Add(1)%s.failEvery == 0
}

// burn uses so much processor time, however long that takes on a busy machine.
func burn(amount time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	used := func() time.Duration {
		var usage syscall.Rusage
		_ = syscall.Getrusage(1 /* RUSAGE_THREAD */, &usage)
		return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	for end := used() + amount; used() < end; {
	}
}

// work answers; ?ms=N burns N milliseconds of processor time first.
func (s *service) work(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	if ms, err := strconv.Atoi(r.URL.Query().Get("ms")); err == nil {
		burn(time.Duration(ms) * time.Millisecond)
	}
	w.Header().Set("x-version", s.version)
	w.Header().Set("x-pod", s.pod)
	if s.fails() {
		http.Error(w, "a fault on demand", http.StatusInternalServerError)
		s.observe(start, false)
		return
	}
	w.Header().Set("content-type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"pod": s.pod, "version": s.version})
	s.observe(start, true)
}

// fill writes so many MiB to /tmp, a piece at a time: the memory of a pod is less than its disk.
func fill(mebibytes int64) error {
	file, err := os.Create("/tmp/fill")
	if err != nil {
		return err
	}
	defer file.Close()
	for piece := make([]byte, 1<<20); mebibytes > 0; mebibytes-- {
		if _, err := file.Write(piece); err != nil {
			return err
		}
	}
	return nil
}

// self tells what the pod gave its process: user, environment, files, and where it may write.
func self(w http.ResponseWriter, _ *http.Request) {
	files := []string{}
	entries, _ := os.ReadDir("/app/config")
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), "..") {
			files = append(files, entry.Name())
		}
	}
	writable := []string{}
	for _, folder := range []string{"/", "/app/config", "/bin", "/tmp"} {
		probe := filepath.Join(folder, "probe")
		if os.WriteFile(probe, nil, 0o600) == nil {
			_ = os.Remove(probe)
			writable = append(writable, folder)
		}
	}
	environment := map[string]string{}
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		environment[name] = value
	}
	w.Header().Set("content-type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"uid": os.Getuid(), "gid": os.Getgid(), "env": environment, "files": files, "writable": writable,
	})
}

// fault sets what the query says: ready=false, alive=false, queue=N, exit=CODE, fill=MEBIBYTES.
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
		if err := fill(n); err != nil {
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

// Check is the call that every gRPC service has; here it stands for all of them.
func (s *service) Check(ctx context.Context, _ *grpc_health_v1.HealthCheckRequest) (*grpc_health_v1.HealthCheckResponse, error) {
	start := time.Now()
	_ = grpc.SetHeader(ctx, metadata.Pairs("x-version", s.version, "x-pod", s.pod))
	ok := !s.fails()
	s.observe(start, ok)
	if !ok {
		return nil, status.Error(codes.Internal, "a fault on demand")
	}
	return &grpc_health_v1.HealthCheckResponse{Status: grpc_health_v1.HealthCheckResponse_SERVING}, nil
}

func serveGRPC(s *service) *grpc.Server {
	listener, err := net.Listen("tcp", ":9090")
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(server, s)
	go func() {
		if err := server.Serve(listener); err != nil {
			log.Fatal(err)
		}
	}()
	return server
}

func main() {
	failEvery, _ := strconv.ParseInt(os.Getenv("FAIL_EVERY"), 10, 64)
	s := &service{pod: os.Getenv("POD_NAME"), version: os.Getenv("VERSION"), failEvery: failEvery}
	mux := http.NewServeMux()
	mux.HandleFunc("/health", probe(&s.dead))
	mux.HandleFunc("/ready", probe(&s.unready))
	mux.HandleFunc("/metrics", s.metrics)
	mux.HandleFunc("/fault", s.fault)
	mux.HandleFunc("/self", self)
	mux.HandleFunc("/", s.work)
	server := &http.Server{Addr: ":8080", Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	calls := serveGRPC(s)
	stopped := make(chan struct{})
	go func() {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM)
		<-signals
		deadline, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		calls.GracefulStop()
		_ = server.Shutdown(deadline)
		close(stopped)
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	<-stopped
}
