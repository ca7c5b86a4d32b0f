package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oauthmock/mockserver/journal"
)

// requestFlags selects entries of the journal, as written on the command line.
type requestFlags struct {
	account, client, kind, surface, operation, method, path, code, since, until string

	status, limit int
}

func (f *requestFlags) register(c *client, cmd *cobra.Command, flags *pflag.FlagSet) {
	c.accountFlag(cmd, flags, &f.account, "only those of this account, by its `ID`")
	flags.StringVar(&f.client, "client", "", "only those of this OAuth client, by its `ID`")
	kindFlag(cmd, flags, &f.kind)
	flags.StringVar(&f.surface, "surface", "", "only those of this surface, such as v2")
	flags.StringVar(&f.operation, "operation", "", "only those of this operation, such as token.update")
	flags.StringVar(&f.method, "method", "", "only those with this method")
	flags.StringVar(&f.path, "path", "", "only those with this path; * stands for anything")
	flags.IntVar(&f.status, "status", 0, "only those answered with this status")
	flags.StringVar(&f.code, "code", "", "only those answered with this error number, such as 130")
	flags.StringVar(&f.since, "since", "", "only those since this time, in `RFC3339`")
	flags.StringVar(&f.until, "until", "", "only those before this time, in `RFC3339`")
	flags.IntVar(&f.limit, "limit", 0, "only the newest `N`; default is all, and with --follow the newest 10")
}

// query asks for what is wanted.
func (f *requestFlags) query() (url.Values, error) {
	query := url.Values{}
	for name, value := range map[string]string{
		"account": f.account, "client": f.client, "kind": f.kind, "surface": f.surface, "operation": f.operation, "method": f.method, "path": f.path, "code": f.code,
		"since": f.since, "until": f.until,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if err := journal.CheckKind(f.kind); err != nil {
		return nil, usageError{fmt.Errorf("--kind: %w", err)}
	}
	for _, name := range []string{"since", "until"} {
		if value := query.Get(name); value != "" {
			if _, err := time.Parse(time.RFC3339, value); err != nil {
				return nil, usageError{fmt.Errorf("--%s: %q is not a time in RFC 3339, such as 2026-02-12T08:30:00Z", name, value)}
			}
		}
	}
	if f.status != 0 {
		query.Set("status", strconv.Itoa(f.status))
	}
	if f.limit < 0 {
		return nil, usageError{fmt.Errorf("--limit: %d; want 1 or more", f.limit)}
	}
	return query, nil
}

// kindFlag defines the flag --kind.
func kindFlag(cmd *cobra.Command, flags *pflag.FlagSet, kind *string) {
	flags.StringVar(kind, "kind", "", "only records of this `KIND`: request (the default), callback, or * for all")
	kinds := []string{string(journal.KindRequest), string(journal.KindCallback), string(journal.AnyKind)}
	_ = cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(kinds, cobra.ShellCompDirectiveNoFileComp))
}

// requestsCommand reads the journal of a running mock.
func (c *client) requestsCommand() *cobra.Command {
	var f requestFlags
	var follow bool
	cmd := &cobra.Command{
		Use:   "requests",
		Short: "Show what a running mock was asked, and what it answered",
		Long: "Show what a running mock was asked, and what it answered, oldest first; secrets are shown as fingerprints. \"oauthmock explain ID\" tells\n" +
			"why an answer was given.",
		Example: "  oauthmock requests --status 401\n  oauthmock requests --follow --account demo",
		Args:    noArguments, ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			query, err := f.query()
			if err != nil {
				return err
			}
			if follow {
				return c.follow(cmd.Context(), query, f.limit)
			}
			if f.limit > 0 {
				query.Set("limit", strconv.Itoa(f.limit))
			}
			return c.run(cmd.Context(), question{method: http.MethodGet, path: []string{"requests"}, query: query}, c.showRequests)
		},
	}
	f.register(c, cmd, cmd.Flags())
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on with what is asked from now on, until interrupted; with --json one entry a line")
	return cmd
}

// requestsHeading returns the names of the journal's columns.
func requestsHeading() []string {
	return []string{"id", "at", "status", "request", "operation", "account", "why"}
}

func requestRow(e journal.Entry) []string {
	why := ""
	if e.Refusal != nil {
		why = e.Refusal.Reason
	}
	what := e.Request.Method + " " + e.Request.URI
	if e.Kind == journal.KindCallback {
		what = string(e.Kind) + " " + what
	}
	return []string{
		e.ID, e.At.Format(time.RFC3339), strconv.Itoa(e.Response.Status), shorten(what), e.Operation, e.Account, why,
	}
}

// showRequests prints entries of the journal as a table.
func (c *client) showRequests(body []byte) error {
	var all struct {
		Items   []journal.Entry
		Dropped uint64
	}
	if err := decodeAnswer(body, &all); err != nil {
		return err
	}
	rows := [][]string{}
	for _, e := range all.Items {
		rows = append(rows, requestRow(e))
	}
	if err := c.table(requestsHeading(), rows); err != nil {
		return err
	}
	c.warnDropped(all.Dropped)
	return nil
}

// warnDropped says on standard error what the journal no longer has.
func (c *client) warnDropped(n uint64) {
	if n > 0 {
		fmt.Fprintf(c.stderr, "oauthmock: the journal dropped %d requests for want of room (serve --journal-entries and --journal-bytes give it more)\n", n)
	}
}

// newestFirst is how many entries --follow starts with by default.
const newestFirst = 10

// follow prints the newest entries, and then what is asked from now on, until the context is done.
func (c *client) follow(ctx context.Context, query url.Values, limit int) error {
	// The stream is opened before the journal is read, so that nothing is missed; what is in both
	// is printed once.
	stream, err := c.open(ctx, question{method: http.MethodGet, path: []string{"requests", "stream"}, query: query})
	if err != nil {
		return err
	}
	defer stream.Body.Close()
	if limit == 0 {
		limit = newestFirst
	}
	query.Set("limit", strconv.Itoa(limit))
	_, body, err := c.ask(ctx, question{method: http.MethodGet, path: []string{"requests"}, query: query})
	if err != nil {
		return err
	}
	var newest struct{ Items []json.RawMessage }
	if err := decodeAnswer(body, &newest); err != nil {
		return err
	}
	printed := map[string]bool{}
	for _, item := range newest.Items {
		id, err := c.printEntry(item)
		if err != nil {
			return err
		}
		printed[id] = true
	}
	err = events(stream.Body, func(e event) error {
		switch {
		case e.name == "request" && printed[e.id]:
		case e.name == "request":
			_, err := c.printEntry(e.data)
			return err
		case e.name == "dropped":
			var lost struct{ Dropped uint64 }
			if err := decodeAnswer(e.data, &lost); err != nil {
				return err
			}
			fmt.Fprintf(c.stderr, "oauthmock: %d requests are left out: they came faster than they could be shown\n", lost.Dropped)
		}
		return nil
	})
	switch {
	case ctx.Err() != nil:
		return nil // interrupted: that is how it ends
	case err != nil:
		return fmt.Errorf("following %s: %w", c.url, err)
	}
	return fmt.Errorf("%s ended the stream: it has stopped", c.url)
}

// printEntry prints an entry in one line, and answers its ID.
func (c *client) printEntry(data []byte) (string, error) {
	var e journal.Entry
	if err := decodeAnswer(data, &e); err != nil {
		return "", err
	}
	if c.json {
		return e.ID, c.raw(data)
	}
	row := requestRow(e)
	for i := range row {
		row[i] = cell(row[i])
	}
	text := fmt.Sprintf("%5s  %s  %s  %-40s  %s", row[0], row[1], row[2], row[3], strings.Join(row[4:], "  "))
	return e.ID, c.printf("%s\n", strings.TrimRight(text, " "))
}

// event is a server-sent event.
type event struct {
	id, name string
	data     []byte
}

// largestEvent bounds a line of a stream, in bytes.
const largestEvent = 64 << 20

// events reads server-sent events until the stream ends.
func events(r io.Reader, each func(event) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, largestEvent)
	var e event
	var data [][]byte
	for lines.Scan() {
		line := lines.Bytes()
		if len(line) == 0 {
			if data != nil {
				e.data = bytes.Join(data, []byte("\n"))
				if err := each(e); err != nil {
					return err
				}
			}
			e, data = event{}, nil
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "id":
			e.id = string(value)
		case "event":
			e.name = string(value)
		case "data":
			data = append(data, bytes.Clone(value))
		} // a line that begins with a colon is a comment: a heartbeat
	}
	err := lines.Err()
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}
