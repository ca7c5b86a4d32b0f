package main

import (
	"context"
	"fmt"
)

// neededLegacy is the throughput of a request of v1, as a ratio to that of v2 that does the same.
const neededLegacy = 0.9

// measureLegacy compares requests of v1 with those of v2 that do the same, on one mock.
func measureLegacy(ctx context.Context, b *bench) ([]line, error) {
	made := create()
	made.path = "/__v1/token"
	listed := get("/__v1/token/5f8041e42efdfc468b6e60ea")
	var lines []line
	for _, r := range []struct{ old, now request }{
		{get("/__v1/credit"), get("/wallet")},
		{listed, get("/tokens/5f8041e42efdfc468b6e60ea")},
		{made, create()},
	} {
		l, err := b.legacy(ctx, r.old, r.now)
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func (b *bench) legacy(ctx context.Context, old, now request) (line, error) {
	mock, err := b.launchMock(ctx, "demo")
	if err != nil {
		return line{}, err
	}
	defer mock.stop()
	one, _, err := newLoad(ctx, mock, old, b.connections)
	if err != nil {
		return line{}, err
	}
	defer one.close()
	other, _, err := newLoad(ctx, mock, now, b.connections)
	if err != nil {
		return line{}, err
	}
	defer other.close()
	got, err := b.alternate(ctx, one, other)
	if err != nil {
		return line{}, err
	}
	l := line{what: fmt.Sprintf("v1 `%s %s`", old.method, old.path), mock: perSecond(got.rate.one),
		against: fmt.Sprintf("v2 `%s %s` %s", now.method, now.path, perSecond(got.rate.other))}
	l.atLeast(got.rate.ratios(), neededLegacy)
	return l, nil
}
