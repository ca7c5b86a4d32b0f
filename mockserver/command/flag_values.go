package command

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"oauthmock/mockserver"
)

// The functions below check the values of flags, and return the corresponding options of the
// server. Errors do not name the flag: serve does.

func address(text string) ([]mockserver.Option, error) {
	_, port, err := net.SplitHostPort(text)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return nil, fmt.Errorf("%q is not a HOST:PORT such as 127.0.0.1:8080", text)
	}
	return nil, nil
}

func clockStart(text string) ([]mockserver.Option, error) {
	if text == "" {
		return nil, nil
	}
	start, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, fmt.Errorf("%q is not a time in RFC 3339, such as 2026-02-12T08:30:00Z", text)
	}
	return []mockserver.Option{mockserver.WithClock(start)}, nil
}

// frozen returns the option of --freeze. --freeze=false matters where a scenario freezes the clock.
func frozen(on bool) mockserver.Option {
	if on {
		return mockserver.WithFrozenClock()
	}
	return mockserver.WithRunningClock()
}

func rateLimit(text string) ([]mockserver.Option, error) {
	if text == "off" {
		return []mockserver.Option{mockserver.WithRateLimit(0)}, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return nil, fmt.Errorf("%q is neither \"off\" nor a number of requests a minute above zero", text)
	}
	return []mockserver.Option{mockserver.WithRateLimit(n)}, nil
}

func autoApprove(user string) ([]mockserver.Option, error) {
	switch user {
	case "false":
		return nil, nil
	case "true":
		user = ""
	}
	return []mockserver.Option{mockserver.WithAutoApprove(user)}, nil
}

func callbackHosts(text string) ([]mockserver.Option, error) {
	if text == "" {
		return nil, nil
	}
	return []mockserver.Option{mockserver.WithCallbackHosts(strings.Split(text, ",")...)}, nil
}

func services(texts []string) (out []mockserver.Option, _ error) {
	for _, text := range texts {
		domain, file, ok := strings.Cut(text, "=")
		if !ok || domain == "" || file == "" {
			return nil, fmt.Errorf("%q is not a DOMAIN=FILE such as company.openapi.com=company.json", text)
		}
		out = append(out, mockserver.WithService(domain, file))
	}
	return out, nil
}

func providerHosts(texts []string) (out []mockserver.Option, _ error) {
	for _, text := range texts {
		host, surface, ok := strings.Cut(text, "=")
		if !ok || host == "" || surface == "" {
			return nil, fmt.Errorf("%q is not a HOST=SURFACE such as oauth.example.com=v2", text)
		}
		out = append(out, mockserver.WithProviderHost(host, surface))
	}
	return out, nil
}

func retention(text string) ([]mockserver.Option, error) {
	if text == "" {
		return nil, nil
	}
	var r mockserver.Retention
	bounds := map[string]*int{"transactions": &r.Transactions, "errors": &r.Errors, "addresses": &r.Addresses}
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(part, "=")
		bound, known := bounds[name]
		if !known {
			return nil, fmt.Errorf("%q is none of transactions=N, errors=N and addresses=N", part)
		}
		if *bound != 0 {
			return nil, fmt.Errorf("%q: %s is set more than once", part, name)
		}
		var err error
		if *bound, err = strconv.Atoi(value); err != nil || *bound < 1 {
			return nil, fmt.Errorf("%q: want a number above zero", part)
		}
	}
	return []mockserver.Option{mockserver.WithRetention(r)}, nil
}

func headerSize(bytes int64) ([]mockserver.Option, error) {
	const most = 1 << 30
	if bytes < 1 || bytes > most {
		return nil, fmt.Errorf("%d bytes; want 1 to %d", bytes, most)
	}
	return nil, nil
}
