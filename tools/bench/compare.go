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

// rates are requests a second of two loads, slice by slice.
type rates struct{ one, other []float64 }

// ratios are those of the rounds. What disturbs the machine for longer than a round disturbs both alike.
func (r rates) ratios() []float64 {
	all := make([]float64, len(r.one))
	for i := range r.one {
		all[i] = r.one[i] / r.other[i]
	}
	return all
}

// alternate lets two loads have their slices in turns. Who begins changes from round to round, so that neither always
// comes after the other.
func (b *bench) alternate(ctx context.Context, one, other *load) (rates, error) {
	var r rates
	for _, l := range []*load{one, other} {
		if _, err := l.slice(ctx, warmUp); err != nil {
			return r, err
		}
		l.forget()
	}
	for round := range b.rounds {
		pair := []*load{one, other}
		if round%2 == 1 {
			slices.Reverse(pair)
		}
		got := map[*load]float64{}
		for _, l := range pair {
			rate, err := l.slice(ctx, b.slice)
			if err != nil {
				return r, err
			}
			got[l] = rate
		}
		r.one, r.other = append(r.one, got[one]), append(r.other, got[other])
		if b.verbose {
			fmt.Fprintf(b.stderr, "bench:   round %2d: %8.0f/s against %8.0f/s: %.3f\n", round+1, got[one], got[other], got[one]/got[other])
		}
	}
	return r, nil
}

// throughput is a line of the table: one request, asked of the mock and of the bare server in turns.
func (b *bench) throughput(ctx context.Context, r request, needed float64, prepare func(*process) error) (line, error) {
	mock, err := b.launchMock(ctx, "demo")
	if err != nil {
		return line{}, err
	}
	defer mock.stop()
	if prepare != nil {
		if err := prepare(mock); err != nil {
			return line{}, err
		}
	}
	mine, answer, err := newLoad(ctx, mock, r, b.connections)
	if err != nil {
		return line{}, err
	}
	defer mine.close()
	bare, err := b.launchBare(ctx, r, answer)
	if err != nil {
		return line{}, err
	}
	defer bare.stop()
	its, constant, err := newLoad(ctx, bare, r, b.connections)
	if err != nil {
		return line{}, err
	}
	defer its.close()
	if len(constant.body) != len(answer.body) || constant.contentType != answer.contentType {
		return line{}, fmt.Errorf("the bare server answers %d bytes of %s, the mock %d of %s",
			len(constant.body), constant.contentType, len(answer.body), answer.contentType)
	}
	got, err := b.alternate(ctx, mine, its)
	if err != nil {
		return line{}, err
	}
	l := line{what: fmt.Sprintf("`%s %s`", r.method, r.path), mock: perSecond(got.one), against: "bare Gin " + perSecond(got.other), processor: b.costs(mine, its)}
	l.atLeast(got.ratios(), needed)
	return l, nil
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
