package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"oauthmock/conformance/report"
)

// JudgeServer judges the journal of a running server, or the part about one account if account is
// not "". The error means that there is no control API at server.AdminURL, or none that can be
// read.
func JudgeServer(ctx context.Context, server Server, account string, options Options) (report.Report, error) {
	control := newControl(server)
	defer control.http.CloseIdleConnections()
	all, dropped, err := control.exchanges(ctx, "")
	if err != nil {
		return report.Report{}, err
	}
	if account != "" {
		if err := control.call(ctx, http.MethodGet, "/accounts/"+url.PathEscape(account), nil, nil); err != nil {
			return report.Report{}, err
		}
		if _, dropped, err = control.exchanges(ctx, "&limit=1&account="+url.QueryEscape(account)); err != nil {
			return report.Report{}, err
		}
		all = of(all, account)
	}
	// Requests that match no operation, such as a browser's for an icon, are not use of the API.
	all = slices.DeleteFunc(all, func(e Exchange) bool { return e.Operation == "" })
	evidence := Evidence{Exchanges: all, Dropped: dropped}
	for i := range evidence.Exchanges {
		if e := &evidence.Exchanges[i]; e.Operation == "authcode.token" && e.Reason == "code-invalid" {
			control.explain(ctx, e)
		}
	}
	evidence.sort()
	evidence.tellTime(0)
	return JudgeTraffic(evidence, options), nil
}

// of keeps the exchanges of an account, and those without account whose credential was the
// account's: a token that was deleted or rotated belongs to none.
func of(all []Exchange, account string) []Exchange {
	whose := Evidence{}
	for _, e := range all {
		if e.Account == account {
			whose.Exchanges = append(whose.Exchanges, e)
		}
	}
	known := whose.credentials()
	return slices.DeleteFunc(all, func(e Exchange) bool {
		_, credential := e.authorization()
		return e.Account != account && (e.Account != "" || !known[credential])
	})
}

// JudgeTraffic applies the rules of any traffic to evidence. What the report holds is free of the
// credentials in it.
func JudgeTraffic(evidence Evidence, options Options) report.Report {
	began := time.Now()
	n := 0
	for credential := range evidence.secrets() {
		n++
		options.Redactor.Add(fmt.Sprintf("CREDENTIAL_%d", n), credential)
	}
	results := judgeTraffic(&evidence, options.Level)
	events := stream{listener: options.Listener}
	events.started(options, len(results), began)
	for i := range results {
		options.Baseline.Apply(&results[i], time.Now())
		options.Redactor.Result(&results[i])
		events.hear(report.EventsOf(results[i], time.Now().UTC())...)
	}
	out := assemble(options, results, began)
	out.Summary.Requests = len(evidence.judged())
	events.ended(out)
	return out
}

// secrets are the credentials that must not be shown: those of recordings, which are not
// fingerprints.
func (e *Evidence) secrets() map[string]bool {
	all := e.credentials()
	for i := range e.Exchanges {
		one := &e.Exchanges[i]
		if header := one.RequestHeader.Get("Authorization"); header != "" {
			if _, raw, ok := strings.Cut(header, " "); ok {
				all[raw] = true
			}
		}
		for _, values := range []map[string][]string{one.Query, one.form()} {
			for _, name := range []string{"code", "client_secret", "password", "code_verifier", "access_token", "refresh_token", "api_key", "apiKey"} {
				for _, value := range values[name] {
					all[value] = true
				}
			}
		}
		if one.Token != "" {
			all[one.Token] = true
		}
		walk(parse(one.ResponseBody), func(object map[string]any) {
			for _, name := range []string{"code", "apiKey", "client_secret", "secret"} {
				if text, _ := object[name].(string); len(text) >= 16 {
					all[text] = true
				}
			}
		})
		if code, _ := codeOf(one); code != "" {
			all[code] = true
		}
	}
	for text := range all {
		if isFingerprint(text) {
			delete(all, text)
		}
	}
	return all
}
