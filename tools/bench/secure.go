package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
)

// neededTLS is the share of plain HTTP that HTTPS has to reach, on connections that are kept alive.
const neededTLS = 0.6

// measureTLS compares requests over TLS with the same without, to one mock.
func measureTLS(ctx context.Context, b *bench) ([]line, error) {
	mock, err := b.launchMock(ctx, "demo", "--tls-addr", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer mock.stop()
	told, err := askOnce(ctx, mock.addr, request{method: http.MethodGet, path: "/__admin/endpoints"})
	if err != nil {
		return nil, mock.tell(err)
	}
	var endpoints struct{ HTTPS string }
	if err := json.Unmarshal(told.body, &endpoints); err != nil {
		return nil, err
	}
	behind := *mock // the same process, at its other address
	behind.addr = strings.TrimPrefix(endpoints.HTTPS, "https://")
	wallet := get("/wallet")
	plain, _, err := newLoad(ctx, mock, wallet, b.connections)
	if err != nil {
		return nil, err
	}
	defer plain.close()
	wallet.secure = true
	secure, _, err := newLoad(ctx, &behind, wallet, b.connections)
	if err != nil {
		return nil, err
	}
	defer secure.close()
	got, err := b.alternate(ctx, secure, plain)
	if err != nil {
		return nil, err
	}
	l := line{what: "`GET /wallet` over TLS", mock: perSecond(got.rate.one), against: "without " + perSecond(got.rate.other), processor: b.costs(secure, plain)}
	l.atLeast(got.rate.ratios(), neededTLS)
	return []line{l}, nil
}
