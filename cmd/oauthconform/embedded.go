package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"oauthmock/conformance"
	"oauthmock/mockserver"
)

// The account of the demo world, which the mock inside starts with.
const (
	demoEmail      = "dev@example.com"
	demoKey        = "0123456789abcdef0123456789abcdef"
	demoSandboxKey = "fedcba9876543210fedcba9876543210"
)

// embeddedName is the name of the built-in mock in reports.
const embeddedName = "the mock inside"

// callbackTimeout is how long the mock inside waits for the answer to a callback, and so how long
// scenarios of receivers that hang take.
const callbackTimeout = time.Second

// stopTimeout bounds how long the built-in mock may take to finish active requests when it is
// stopped.
const stopTimeout = 5 * time.Second

// embeddedMock runs the mock on a free port of this machine, so that the suite and the mock share
// nothing but HTTP.
func embeddedMock(seed uint64) starter {
	return func(ctx context.Context) (conformance.Target, func(), error) { return startEmbedded(ctx, seed) }
}

func startEmbedded(ctx context.Context, seed uint64) (conformance.Target, func(), error) {
	base, stop, err := listenWith(ctx, mockserver.WithSeed(seed), mockserver.WithCallbackTimeout(callbackTimeout))
	if err != nil {
		return conformance.Target{}, nil, err
	}
	return conformance.Target{
		Name: embeddedName + " at " + base, BaseURL: base, AdminURL: base + "/__admin",
		Email: demoEmail, APIKey: demoKey, SandboxAPIKey: demoSandboxKey, CallbackTimeout: callbackTimeout,
	}, stop, nil
}

// listenWith starts a mock on a free port of this machine. It returns its base URL, and what stops
// it.
func listenWith(ctx context.Context, options ...mockserver.Option) (base string, stop func(), err error) {
	mock, err := mockserver.New(options...)
	if err != nil {
		return "", nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: mock.Handler(), ReadHeaderTimeout: stopTimeout}
	server.RegisterOnShutdown(mock.Interrupt)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	stop = func() {
		// The run may have been interrupted, and the mock still has to be stopped in order.
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		if server.Shutdown(stopping) != nil {
			_ = server.Close()
		}
		<-done
	}
	return fmt.Sprintf("http://%s", listener.Addr()), stop, nil
}
