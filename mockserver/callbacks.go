package mockserver

import (
	"fmt"
	"time"

	"oauthmock/mockserver/callback"
)

// callbackConfig configures the delivery of callbacks.
type callbackConfig struct {
	record  bool
	hosts   []callback.Host
	timeout time.Duration
}

// WithCallbacks sets how callbacks are handled: "deliver" sends them, "record" records them as
// delivered and sends nothing.
func WithCallbacks(mode string) Option {
	return func(c *config) error {
		switch mode {
		case "deliver", "record":
			c.callbacks.record = mode == "record"
			return nil
		}
		return fmt.Errorf("callbacks are %q; want deliver or record", mode)
	}
}

// WithCallbackHosts allows callbacks to hosts beyond loopback, each written HOST or HOST:PORT.
func WithCallbackHosts(hosts ...string) Option {
	return func(c *config) error {
		c.callbacks.hosts = nil
		for _, text := range hosts {
			h, err := callback.ParseHost(text)
			if err != nil {
				return err
			}
			c.callbacks.hosts = append(c.callbacks.hosts, h)
		}
		return nil
	}
}

// WithCallbackTimeout bounds how long a receiver may take to answer a callback, in real time.
func WithCallbackTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("the timeout of callbacks is %s; want a duration above zero, such as 30s", d)
		}
		c.callbacks.timeout = d
		return nil
	}
}
