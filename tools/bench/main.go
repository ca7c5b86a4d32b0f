// Command bench measures the mock, as users get it, over loopback: throughput against a bare Gin
// server, start, memory, and how both hold when an account is large. It prints a table in markdown.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// settings determine how long and how hard to measure.
type settings struct {
	root, mock  string
	only        string
	rounds      int
	slice       time.Duration
	connections int
	starts      int
	tokens      int
	requests    int
	fill        string
	serverProcs int
	clientProcs int
	quick       bool
	long        bool
	strict      bool
	verbose     bool
}

// row is one measurement; it may yield several lines of the table.
type row struct {
	name    string
	measure func(context.Context, *bench) ([]line, error)
	// long rows are measured only when they are asked for.
	long bool
}

func rows() []row {
	return []row{
		{name: "wallet", measure: measureWallet},
		{name: "create", measure: measureCreate},
		{name: "list", measure: measureList},
		{name: "start", measure: measureStart},
		{name: "tokens", measure: measureTokens},
		{name: "page", measure: measurePage},
		{name: "crowd", measure: measureCrowd},
		{name: "paid", measure: measurePaid},
		{name: "legacy", measure: measureLegacy},
		{name: "tls", measure: measureTLS},
		{name: "late", measure: measureLate, long: true},
		{name: "million", measure: measureMillion, long: true},
	}
}

// run returns 0; 1 when an answer was wrong, something could not be run, or with -strict something
// needed was not met; 2 for wrong usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	set, chosen, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "bench:", err)
		return 2
	}
	if set.clientProcs > 0 {
		runtime.GOMAXPROCS(set.clientProcs)
	}
	b, err := build(ctx, set, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "bench:", err)
		return 1
	}
	defer b.remove()

	var table []line
	for _, r := range chosen {
		fmt.Fprintf(stderr, "bench: %s …\n", r.name)
		lines, err := r.measure(ctx, b)
		if err != nil {
			fmt.Fprintf(stderr, "bench: %s: %v\n", r.name, err)
			return 1
		}
		for _, l := range lines {
			fmt.Fprintln(stderr, "bench:   "+l.String())
		}
		table = append(table, lines...)
	}
	fmt.Fprint(stdout, markdown(table, b.machine()))
	if set.strict && slices.ContainsFunc(table, func(l line) bool { return l.judged && !l.met }) {
		return 1
	}
	return 0
}

// parse reads the flags and chooses the rows.
func parse(args []string, stderr io.Writer) (settings, []row, error) {
	var s settings
	var names []string
	for _, r := range rows() {
		names = append(names, r.name)
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.only, "only", "", "`ROWS` to measure, separated by commas: "+strings.Join(names, ", "))
	flags.BoolVar(&s.quick, "quick", false, "fewer rounds and starts, for a first look")
	flags.BoolVar(&s.long, "long", false, "measure memory after many requests (-requests) too")
	flags.BoolVar(&s.strict, "strict", false, "end with exit status 1 when something needed is not met")
	flags.BoolVar(&s.verbose, "v", false, "tell every round")
	flags.IntVar(&s.rounds, "rounds", 50, "pairs of slices a row")
	flags.DurationVar(&s.slice, "slice", 200*time.Millisecond, "how long each server is asked before it is the other's turn")
	flags.IntVar(&s.connections, "connections", max(16, 8*runtime.NumCPU()), "connections kept alive, each asking for itself")
	flags.IntVar(&s.starts, "starts", 20, "starts of the process")
	flags.IntVar(&s.tokens, "tokens", 100_000, "tokens of the large account")
	flags.IntVar(&s.requests, "requests", 1_000_000, "requests of the rows million and late")
	flags.StringVar(&s.fill, "fill", "generated", "how the large account gets its tokens: generated (--fixtures generated:…) or post")
	flags.IntVar(&s.serverProcs, "server-procs", 0, "GOMAXPROCS of both servers; 0 leaves Go's default")
	flags.IntVar(&s.clientProcs, "client-procs", 0, "GOMAXPROCS of the load generator; 0 leaves Go's default")
	flags.StringVar(&s.root, "root", "..", "root `FOLDER` of the project")
	flags.StringVar(&s.mock, "mock", "", "`BINARY` to measure instead of one built from the project")
	if err := flags.Parse(args); err != nil {
		return s, nil, err
	}
	if flags.NArg() > 0 {
		return s, nil, fmt.Errorf("%q is not a flag; bench takes flags only", flags.Arg(0))
	}
	for name, n := range map[string]int{"rounds": s.rounds, "connections": s.connections, "starts": s.starts, "tokens": s.tokens, "requests": s.requests} {
		if n < 1 {
			return s, nil, fmt.Errorf("-%s %d: must be at least 1", name, n)
		}
	}
	if s.slice < time.Millisecond {
		return s, nil, fmt.Errorf("-slice %s: must be at least 1ms", s.slice)
	}
	if s.fill != "generated" && s.fill != "post" {
		return s, nil, fmt.Errorf("-fill %q: is generated or post", s.fill)
	}
	if s.quick {
		s.rounds, s.starts = min(s.rounds, 12), min(s.starts, 5)
	}
	chosen, err := choose(s, names)
	return s, chosen, err
}

func choose(s settings, names []string) ([]row, error) {
	if s.only == "" {
		return slices.DeleteFunc(rows(), func(r row) bool { return r.long && !s.long }), nil
	}
	var chosen []row
	for name := range strings.SplitSeq(s.only, ",") {
		at := slices.Index(names, strings.TrimSpace(name))
		if at < 0 {
			return nil, fmt.Errorf("-only: there is no row %q; there are %s", name, strings.Join(names, ", "))
		}
		chosen = append(chosen, rows()[at])
	}
	return chosen, nil
}
