package main

import (
	"context"
	"fmt"
	"net/http"
)

// What is needed of calls of paid services: against GET /wallet, and of the millionth against the
// first.
const (
	neededPaid = 0.5
	neededLate = 1.2 // times as long
)

// demoToken is a token of the world demo that may call paid, a service without free requests and
// without a rate limit.
const demoToken = "69188d435a7c562c0f9d4021"

func paid() request {
	return request{method: http.MethodGet, path: "/__services/company.openapi.com/EU-start/IT12485671007", bearer: demoToken}
}

// wealthy starts a mock whose account can pay for as much as is asked.
func (b *bench) wealthy(ctx context.Context) (*process, error) {
	p, err := b.launchMock(ctx, "demo")
	if err != nil {
		return nil, err
	}
	recharge := request{method: http.MethodPost, path: "/__admin/accounts/demo/wallet", body: `{"amount":1000000000}`}
	if _, err := askOnce(ctx, p.addr, recharge); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

// measurePaid compares calls that a wallet pays for with GET /wallet, each on a server of its own.
func measurePaid(ctx context.Context, b *bench) ([]line, error) {
	one, err := b.loadOn(ctx, b.wealthy, paid())
	if err != nil {
		return nil, err
	}
	defer one.stop()
	other, err := b.loadOn(ctx, b.wealthy, get("/wallet"))
	if err != nil {
		return nil, err
	}
	defer other.stop()
	got, err := b.alternate(ctx, one.load, other.load)
	if err != nil {
		return nil, err
	}
	l := line{what: "paid call of a service", mock: perSecond(got.rate.one), against: "`GET /wallet` " + perSecond(got.rate.other), processor: b.costs(one.load, other.load)}
	l.atLeast(got.rate.ratios(), neededPaid)
	return []line{l}, nil
}

// measureLate compares paid calls of an account that has made many with those of one that has made
// none.
func measureLate(ctx context.Context, b *bench) ([]line, error) {
	late, err := b.loadOn(ctx, b.wealthy, paid())
	if err != nil {
		return nil, err
	}
	defer late.stop()
	if err := late.exactly(ctx, b.requests); err != nil {
		return nil, err
	}
	late.forget()
	early, err := b.loadOn(ctx, b.wealthy, paid())
	if err != nil {
		return nil, err
	}
	defer early.stop()
	got, err := b.alternate(ctx, early.load, late.load)
	if err != nil {
		return nil, err
	}
	l := line{what: fmt.Sprintf("paid call after %s of them", thousands(float64(b.requests))), mock: perSecond(got.rate.other), against: "the first ones " + perSecond(got.rate.one), processor: b.costs(late.load, early.load)}
	low, high := quartiles(got.rate.ratios())
	l.below(median(got.rate.ratios()), neededLate, fmt.Sprintf("**%.2f ×** as long (%.2f–%.2f)", median(got.rate.ratios()), low, high), "1.2 ×")
	return []line{l}, nil
}

// placed is a load on a server of its own.
type placed struct {
	*load
	process *process
}

func (p placed) stop() {
	p.close()
	p.process.stop()
}

func (b *bench) loadOn(ctx context.Context, launch func(context.Context) (*process, error), r request) (placed, error) {
	p, err := launch(ctx)
	if err != nil {
		return placed{}, err
	}
	l, _, err := newLoad(ctx, p, r, b.connections)
	if err != nil {
		p.stop()
		return placed{}, err
	}
	return placed{l, p}, nil
}
