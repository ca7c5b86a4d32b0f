package client

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"oauthmock/conformance/report"
)

// notImplemented is the exit status of a command that does not have a task.
const notImplemented = 77

// readingTime bounds how long the evidence of a case may take to be read, also when its time, or
// the run, is over.
const readingTime = 30 * time.Second

// Options of a run.
type Options struct {
	// Name of the client in reports.
	Name string
	// About are the facts that reports start with.
	About []report.Fact
	// Level is "must" or "should" (or "observe", which is as "should"): from where on a broken rule
	// fails the run.
	Level string
	// Timeout bounds a case; above zero.
	Timeout time.Duration
	// Parallel is how many cases run at once; 1 or more.
	Parallel int
	// Cases to play; see Cases.
	Cases []Case
	// Baseline are the failures that are known: each becomes XFAIL, and what no longer fails XPASS.
	Baseline report.Baseline
	// Redactor learns the secrets of the run; what the report holds is free of them.
	Redactor *report.Redactor
	// Listener hears the events of the run; nil means none.
	Listener report.Listener
}

// Run plays the cases with a program, and judges it. Each case has a server and an account of its
// own. The error means that the program or a server could not be started, or that ctx was done
// before the first case ended.
func Run(ctx context.Context, program Program, start Start, options Options) (report.Report, error) {
	began := time.Now()
	events := stream{listener: options.Listener}
	events.started(options, len(options.Cases), began)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	results := make([]report.Result, len(options.Cases))
	requests := make([]int, len(options.Cases))
	turns := make(chan struct{}, max(1, options.Parallel))
	var playing sync.WaitGroup
	for i, c := range options.Cases {
		turns <- struct{}{}
		playing.Go(func() {
			defer func() { <-turns }()
			if ctx.Err() != nil {
				results[i] = report.Result{ID: "client/" + c.ID, Title: c.Title, Level: levelOf(c.Outcome), Verdict: report.Inconclusive, Reason: "the run was ended before", Tags: []string{c.Task}}
				return
			}
			result, n, err := play(ctx, c, program, start, options)
			if err != nil {
				cancel(err)
			}
			results[i], requests[i] = result, n
			events.hear(report.EventsOf(result, time.Now().UTC())...)
		})
	}
	playing.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return report.Report{}, err
	}
	out := assemble(options, results, began)
	for _, n := range requests {
		out.Summary.Requests += n
	}
	events.ended(out)
	return out, nil
}

// play plays a case. It returns how many exchanges were judged. An error ends the run.
func play(ctx context.Context, c Case, program Program, start Start, options Options) (report.Result, int, error) {
	began := time.Now()
	redactor := options.Redactor.Child()
	server, stop, err := start(ctx, c.Given.Settings)
	if err != nil {
		return report.Result{}, 0, fmt.Errorf("case %s: a server: %w", c.ID, err)
	}
	defer stop()
	stage, err := set(ctx, c, server, redactor)
	if err != nil {
		return report.Result{}, 0, fmt.Errorf("case %s: %w", c.ID, err)
	}
	defer stage.close()
	ended, err := stage.act(ctx, c, program, options.Timeout)
	if err != nil {
		return report.Result{}, 0, err
	}
	reading, cancel := context.WithTimeout(context.WithoutCancel(ctx), readingTime)
	defer cancel()
	evidence, err := stage.evidence(reading, ended)
	if err != nil {
		return report.Result{}, 0, fmt.Errorf("case %s: %w", c.ID, err)
	}
	evidence.Mismatch = mismatch(c, ended, stage.values)
	result := judgeCase(c, &evidence, options.Level)
	if ctx.Err() != nil && result.Verdict != report.Fail {
		result.Verdict, result.Reason = report.Inconclusive, "the run was ended before"
	}
	if text := tail(ended.Stderr); text != "" && result.Verdict == report.Fail {
		result.Reason += "; standard error ends with: " + text
	}
	options.Baseline.Apply(&result, time.Now())
	redactor.Result(&result)
	result.Seconds = seconds(time.Since(began))
	return result, len(evidence.judged()), nil
}

// act runs the program, and sends it the callbacks that it waits for.
func (s *stage) act(ctx context.Context, c Case, program Program, timeout time.Duration) (Ended, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	delivering, over := context.WithCancel(ctx)
	defer over()
	var delivery sync.WaitGroup
	delivery.Go(func() { s.deliver(delivering, c.Given.Deliveries) })
	ended, err := program.Run(ctx, s.environment(c))
	over()
	delivery.Wait()
	return ended, err
}

// seconds to the millisecond.
func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1000) / 1000 }
