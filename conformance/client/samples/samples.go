package samples

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"oauthmock/conformance/client"
)

// Client is a client that runs within this process. The zero value is the one that is right. It is
// safe for concurrent use.
type Client struct {
	// Fault is what it does wrong; "" for nothing.
	Fault string

	mu sync.Mutex
	// asked holds, by task, the faults whose presence decided something.
	asked map[string]map[string]bool
}

// Touches reports whether a fault would change anything of how the client went about a task, in
// what it has been asked so far.
func (c *Client) Touches(task, fault string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked[task][fault]
}

func (c *Client) has(task, fault string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked == nil {
		c.asked = map[string]map[string]bool{}
	}
	if c.asked[task] == nil {
		c.asked[task] = map[string]bool{}
	}
	c.asked[task][fault] = true
	return c.Fault == fault
}

// Run implements client.Program.
func (c *Client) Run(ctx context.Context, environment []string) (client.Ended, error) {
	values := map[string]string{}
	for _, pair := range environment {
		name, value, _ := strings.Cut(pair, "=")
		values[name] = value
	}
	var stdout, stderr bytes.Buffer
	began := time.Now()
	status := c.Main(ctx, func(name string) string { return values[name] }, &stdout, &stderr)
	return client.Ended{
		Status: status, TimedOut: errors.Is(ctx.Err(), context.DeadlineExceeded),
		Stdout: stdout.String(), Stderr: stderr.String(), Took: time.Since(began),
	}, nil
}

// Main does the task that the environment names, and returns the exit status.
func (c *Client) Main(ctx context.Context, getenv func(string) string, stdout, stderr io.Writer) int {
	w := &worker{ctx: ctx, getenv: getenv, stderr: stderr, client: c, task: getenv("OAUTH_TASK"), base: getenv("OAUTH_BASE_URL")}
	do, known := tasks()[w.task]
	if !known {
		return 77
	}
	if w.broken("prints-its-key") {
		fmt.Fprintf(stderr, "key %s\n", getenv("OAUTH_API_KEY"))
	}
	if err := json.Unmarshal([]byte(getenv("OAUTH_TASK_JSON")), &w.given); err != nil {
		fmt.Fprintf(stderr, "OAUTH_TASK_JSON: %v\n", err)
		return 1
	}
	printed, err := do(w)
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", w.task, err)
		return 1
	}
	if w.broken("prints-nothing") {
		return 0
	}
	text, _ := json.Marshal(printed) // of plain values
	fmt.Fprintf(stdout, "%s\n", text)
	return 0
}

func tasks() map[string]func(*worker) (any, error) {
	return map[string]func(*worker) (any, error){
		"create-token": createToken, "list-all-tokens": listTokens, "read-wallet": readWallet, "handle-outage": readWallet, "read-subscriptions": readSubscriptions,
		"read-callbacks": readCallbacks, "read-statistics": readStatistics, "call-paid-service": callService, "rotate-token": rotateToken,
		"keep-token-fresh": keepFresh, "receive-callback": receiveCallback, "migrate-v1": migrate, "create-token-v1": createV1, "list-tokens-v1": listV1, "read-counters-v1": readCounters, "client-credentials": clientCredentials, "authorization-code": signIn,
	}
}

// parameters are the members of OAUTH_TASK_JSON, of all tasks.
type parameters struct {
	Name, Token, RefreshToken, URL, Method, Now, ExpireAt, Listen, Path, Secret string
	Scopes                                                                      []string
	Body                                                                        json.RawMessage
	Year, Month, Day, Calls, AtOnce, Patience, Requests, TTL                    int
}

// worker is a client at a task.
type worker struct {
	ctx    context.Context
	getenv func(string) string
	stderr io.Writer
	client *Client
	task   string
	base   string
	given  parameters
}

// broken reports whether the client has a fault.
func (w *worker) broken(fault string) bool { return w.client.has(w.task, fault) }
