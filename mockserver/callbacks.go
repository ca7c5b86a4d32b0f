package mockserver

import (
	"fmt"
	"time"

	"oauthmock/mockserver/callback"
)

// callbackConfig says how callbacks are delivered.
type callbackConfig struct {
	record  bool
	hosts   []callback.Host
	timeout time.Duration
}

// WithCallbacks sets what becomes of callbacks: "deliver" sends them, "record" records them as
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

// WithCallbackHosts lets callbacks go to hosts beyond loopback: each is HOST or HOST:PORT.
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

// WithCallbackTimeout bounds how long a receiver may take to answer a callback, in wall time.
func WithCallbackTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("the timeout of callbacks is %s; want a duration above zero, such as 30s", d)
		}
		c.callbacks.timeout = d
		return nil
	}
}
