package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"
)

// warmUp is how long each server is asked before anything counts.
const warmUp = 300 * time.Millisecond

// pair holds one number of two loads, slice by slice.
type pair struct{ one, other []float64 }

// ratios returns the ratio of each round. What disturbs the machine for longer than a round
// disturbs both alike.
func (p pair) ratios() []float64 {
	all := make([]float64, len(p.one))
	for i := range p.one {
		all[i] = p.one[i] / p.other[i]
	}
	return all
}

// comparison is how two loads did, in turns: requests a second, and 99th percentiles in
// nanoseconds.
type comparison struct{ rate, p99 pair }

// alternate runs slices of two loads in turns. Which one starts alternates from round to round, so
// that neither always comes second.
func (b *bench) alternate(ctx context.Context, one, other *load) (comparison, error) {
	var r comparison
	for _, l := range []*load{one, other} {
		if _, err := l.slice(ctx, warmUp); err != nil {
			return r, err
		}
		l.forget()
	}
	for round := range b.rounds {
		turns := []*load{one, other}
		if round%2 == 1 {
			slices.Reverse(turns)
		}
		got := map[*load]pace{}
		for _, l := range turns {
			p, err := l.slice(ctx, b.slice)
			if err != nil {
				return r, err
			}
			got[l] = p
		}
		mine, its := got[one], got[other]
		r.rate = pair{append(r.rate.one, mine.rate), append(r.rate.other, its.rate)}
		r.p99 = pair{append(r.p99.one, float64(mine.p99)), append(r.p99.other, float64(its.p99))}
		if b.verbose {
			fmt.Fprintf(b.stderr, "bench:   round %2d: %8.0f/s against %8.0f/s: %.3f; 99 %% within %s against %s\n", round+1, mine.rate, its.rate, mine.rate/its.rate, mine.p99, its.p99)
		}
	}
	return r, nil
}

// throughput makes two lines of the table, throughput and 99th percentile of a request that the
// mock and the bare server are asked in turns.
func (b *bench) throughput(ctx context.Context, r request, needed float64, prepare func(*process) error) ([]line, error) {
	mock, err := b.launchMock(ctx, "demo")
	if err != nil {
		return nil, err
	}
	defer mock.stop()
	if prepare != nil {
		if err := prepare(mock); err != nil {
			return nil, err
		}
	}
	mine, answer, err := newLoad(ctx, mock, r, b.connections)
	if err != nil {
		return nil, err
	}
	defer mine.close()
	bare, err := b.launchBare(ctx, r, answer)
	if err != nil {
		return nil, err
	}
	defer bare.stop()
	its, constant, err := newLoad(ctx, bare, r, b.connections)
	if err != nil {
		return nil, err
	}
	defer its.close()
	if len(constant.body) != len(answer.body) || constant.contentType != answer.contentType {
		return nil, fmt.Errorf("the bare server answers %d bytes of %s, the mock %d of %s",
			len(constant.body), constant.contentType, len(answer.body), answer.contentType)
	}
	got, err := b.alternate(ctx, mine, its)
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("`%s %s`", r.method, r.path)
	rate := line{what: what, mock: perSecond(got.rate.one), against: "bare Gin " + perSecond(got.rate.other), processor: b.costs(mine, its)}
	rate.atLeast(got.rate.ratios(), needed)
	slow := line{what: what + ", 99th percentile", mock: milliseconds(median(got.p99.one)), against: "bare Gin " + milliseconds(median(got.p99.other))}
	slow.atMost(got.p99.ratios(), neededP99)
	return []line{rate, slow}, nil
}

// launchBare starts the bare server with a real answer of the mock as its constant.
func (b *bench) launchBare(ctx context.Context, r request, answer sample) (*process, error) {
	type route struct {
		Method      string `json:"method"`
		Path        string `json:"path"`
		ContentType string `json:"contentType"`
		Body        []byte `json:"body"`
	}
	text, err := json.Marshal([]route{{Method: r.method, Path: r.plainPath(), ContentType: answer.contentType, Body: answer.body}})
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(b.folder, "answers-*.json")
	if err != nil {
		return nil, err
	}
	_, err = file.Write(text)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, err
	}
	return b.launch(ctx, "bare", b.bare, "-answers", file.Name())
}

// costs are the processor times of two servers for each request, where they can be known.
func (b *bench) costs(one, other *load) string {
	mine, own, ok1 := one.cost()
	its, ownOther, ok2 := other.cost()
	if !ok1 || !ok2 {
		return "n/a"
	}
	if b.verbose {
		fmt.Fprintf(b.stderr, "bench:   the load generator itself spent %s and %s a request\n", microseconds(own), microseconds(ownOther))
	}
	return microseconds(mine) + " : " + microseconds(its)
}
