package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// What is needed. Throughput is a ratio to the bare server, or of a large account to an empty one.
const (
	neededWallet   = 0.75
	neededCreate   = 0.6
	neededList     = 0.65
	neededP99      = 1.3        // times as long as a bare Gin's
	neededStart    = 1.5        // times as long as a bare Gin's
	neededResident = 30_000_000 // bytes
	neededToken    = 1000       // bytes
	neededPage     = 2          // times as long as the first page
	neededCrowd    = 0.9
)

// The accounts of the world demo (and of generated ones), and of the world empty.
const (
	demoEmail, demoKey   = "dev@example.com", "0123456789abcdef0123456789abcdef"
	emptyEmail, emptyKey = "empty@example.com", "e0a1b2c3d4e5f60718293a4b5c6d7e8f"
)

// plainPath is the path without its query.
func (r request) plainPath() string {
	path, _, _ := strings.Cut(r.path, "?")
	return path
}

func get(path string) request {
	return request{method: http.MethodGet, path: path, email: demoEmail, key: demoKey}
}

func create() request {
	return request{method: http.MethodPost, path: "/tokens", email: demoEmail, key: demoKey, body: `{"scopes":["GET:company.openapi.com/IT-start"]}`}
}

func measureWallet(ctx context.Context, b *bench) ([]line, error) {
	return b.throughput(ctx, get("/wallet"), neededWallet, nil)
}

func measureCreate(ctx context.Context, b *bench) ([]line, error) {
	return b.throughput(ctx, create(), neededCreate, nil)
}

func measureList(ctx context.Context, b *bench) ([]line, error) {
	return b.throughput(ctx, get("/tokens?limit=100"), neededList, func(mock *process) error { return createTokens(ctx, mock, 200, 1) })
}

func createTokens(ctx context.Context, mock *process, n, connections int) error {
	l, _, err := newLoad(ctx, mock, create(), connections)
	if err != nil {
		return err
	}
	defer l.close()
	return l.exactly(ctx, n-1) // newLoad has made one
}

// measureStart starts both servers over and over. The time runs from before the process is made
// until a 200 has been read.
func measureStart(ctx context.Context, b *bench) ([]line, error) {
	var mine, its, held, itsHeld []float64
	wallet := get("/wallet")
	var answer sample
	one := func(launch func() (*process, error), times, memory *[]float64) error {
		p, err := launch()
		if err != nil {
			return err
		}
		defer p.stop()
		answer, err = askOnce(ctx, p.addr, wallet)
		if err != nil {
			return p.tell(err)
		}
		*times = append(*times, float64(time.Since(p.started)))
		if n, ok := p.resident(ctx); ok {
			*memory = append(*memory, float64(n))
		}
		return nil
	}
	for range b.starts {
		if err := one(func() (*process, error) { return b.launchMock(ctx, "demo") }, &mine, &held); err != nil {
			return nil, err
		}
		if err := one(func() (*process, error) { return b.launchBare(ctx, wallet, answer) }, &its, &itsHeld); err != nil {
			return nil, err
		}
	}
	start := line{what: "start to the first answer", mock: milliseconds(median(mine)), against: "bare Gin " + milliseconds(median(its))}
	start.atMost(pair{mine, its}.ratios(), neededStart)
	resident := line{what: "resident after the first answer", mock: "n/a"}
	if len(held) > 0 && len(itsHeld) > 0 {
		resident.mock, resident.against = megabytes(median(held)), "bare Gin "+megabytes(median(itsHeld))
		low, high := quartiles(held)
		resident.below(median(held), neededResident, fmt.Sprintf("**%s** (%.1f–%.1f)", megabytes(median(held)), low/1e6, high/1e6), megabytes(neededResident))
	}
	return []line{start, resident}, nil
}

// large starts a mock whose account has many tokens.
func (b *bench) large(ctx context.Context) (*process, error) {
	if b.fill == "generated" {
		return b.launchMock(ctx, fmt.Sprintf("generated:seed=7,tokens=%d", b.tokens))
	}
	p, err := b.launchMock(ctx, "demo")
	if err != nil {
		return nil, err
	}
	if err := createTokens(ctx, p, b.tokens, b.connections); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

// measureTokens compares what a mock with many tokens holds after its first answer with what one
// with the world demo does.
func measureTokens(ctx context.Context, b *bench) ([]line, error) {
	l := line{what: fmt.Sprintf("memory a token, %s tokens (%s)", thousands(float64(b.tokens)), b.fill), mock: "n/a"}
	var held [2][]float64
	for range 3 {
		for i, launch := range []func() (*process, error){
			func() (*process, error) { return b.launchMock(ctx, "demo") },
			func() (*process, error) { return b.large(ctx) },
		} {
			n, known, err := b.residentOf(ctx, launch)
			if err != nil || !known {
				return []line{l}, err
			}
			held[i] = append(held[i], n)
		}
	}
	each := (median(held[1]) - median(held[0])) / float64(b.tokens)
	l.mock, l.against = fmt.Sprintf("%.0f B", each), "resident "+megabytes(median(held[1]))+", demo "+megabytes(median(held[0]))
	l.below(each, neededToken, fmt.Sprintf("**%.0f B**", each), "1 kB")
	return []line{l}, nil
}

// residentOf measures the memory of a mock after its first answer.
func (b *bench) residentOf(ctx context.Context, launch func() (*process, error)) (float64, bool, error) {
	p, err := launch()
	if err != nil {
		return 0, false, err
	}
	defer p.stop()
	if _, err := askOnce(ctx, p.addr, get("/wallet")); err != nil {
		return 0, false, p.tell(err)
	}
	n, known := p.resident(ctx)
	return float64(n), known, nil
}

// measurePage compares a page in the middle of many tokens with the first.
func measurePage(ctx context.Context, b *bench) ([]line, error) {
	p, err := b.large(ctx)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	middle := get(fmt.Sprintf("/tokens?limit=100&skip=%d", b.tokens/2))
	pages := make([]*load, 2)
	for i, r := range []request{get("/tokens?limit=100"), middle} {
		if pages[i], _, err = newLoad(ctx, p, r, b.connections); err != nil {
			return nil, err
		}
		defer pages[i].close()
	}
	got, err := b.alternate(ctx, pages[0], pages[1])
	if err != nil {
		return nil, err
	}
	l := line{what: fmt.Sprintf("`GET %s` of %s tokens", middle.path, thousands(float64(b.tokens))), mock: perSecond(got.rate.other), against: "first page " + perSecond(got.rate.one), processor: b.costs(pages[1], pages[0])}
	low, high := quartiles(got.rate.ratios())
	l.below(median(got.rate.ratios()), neededPage, fmt.Sprintf("**%.2f ×** as long (%.2f–%.2f)", median(got.rate.ratios()), low, high), "2 ×")
	return []line{l}, nil
}

// measureCrowd compares the throughput of an account with many tokens with that of one that has
// nothing.
func measureCrowd(ctx context.Context, b *bench) ([]line, error) {
	large, err := b.large(ctx)
	if err != nil {
		return nil, err
	}
	defer large.stop()
	empty, err := b.launchMock(ctx, "empty")
	if err != nil {
		return nil, err
	}
	defer empty.stop()
	one, _, err1 := newLoad(ctx, large, get("/wallet"), b.connections)
	other, _, err2 := newLoad(ctx, empty, request{method: http.MethodGet, path: "/wallet", email: emptyEmail, key: emptyKey}, b.connections)
	for _, l := range []*load{one, other} {
		if l != nil {
			defer l.close()
		}
	}
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	got, err := b.alternate(ctx, one, other)
	if err != nil {
		return nil, err
	}
	l := line{what: fmt.Sprintf("`GET /wallet` with %s tokens", thousands(float64(b.tokens))), mock: perSecond(got.rate.one), against: "empty account " + perSecond(got.rate.other), processor: b.costs(one, other)}
	l.atLeast(got.rate.ratios(), neededCrowd)
	return []line{l}, nil
}

// measureMillion measures the memory after many requests: everything that is kept about requests is
// bounded.
func measureMillion(ctx context.Context, b *bench) ([]line, error) {
	p, err := b.launchMock(ctx, "demo")
	if err != nil {
		return nil, err
	}
	defer p.stop()
	l, _, err := newLoad(ctx, p, get("/wallet"), b.connections)
	if err != nil {
		return nil, err
	}
	defer l.close()
	result := line{what: fmt.Sprintf("resident after %s requests", thousands(float64(b.requests))), mock: "n/a"}
	before, known := p.resident(ctx)
	if err := l.exactly(ctx, b.requests); err != nil {
		return nil, err
	}
	if after, ok := p.resident(ctx); known && ok {
		result.mock, result.against = megabytes(float64(after)), "at start "+megabytes(float64(before))
	}
	return []line{result}, nil
}
