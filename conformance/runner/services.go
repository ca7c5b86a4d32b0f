package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// paidServices finds out, once in a run, whether the target offers the paid services: they refuse a call without a token in a way of their own.
type paidServices struct {
	mu      sync.Mutex
	known   bool
	without string // how a target answered that has none
}

// anyService is asked without a token, so that nothing is spent.
const anyService = scenarios.ServicesPrefix + "company.openapi.com/"

// wrongToken is the error by which the services refuse who has no token of theirs.
const wrongToken = json.Number("125.22")

// missing says why a scenario that needs the services cannot be judged, with its verdict; no verdict when it can. A question that got no
// whole answer is asked again by the next scenario.
func (p *paidServices) missing(ctx context.Context, target *sender) (report.Verdict, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.known {
		question := call{step: "find the paid services", service: true, method: http.MethodGet, path: anyService,
			header: http.Header{"Accept": {"application/json"}, "User-Agent": {userAgent}}}
		got, err := target.send(ctx, question)
		if err != nil {
			return report.Inconclusive, fmt.Sprintf("whether the target offers the paid services is not known: %v", err)
		}
		p.known = true
		if code, _, _ := got.exchange.Refusal(); got.status != http.StatusUnauthorized || !check.Equal(code, wrongToken) {
			p.without = describeAnswer(got.exchange)
		}
	}
	if p.without == "" {
		return "", ""
	}
	return report.Skip, fmt.Sprintf("needs the paid services: GET %s without a token answered %s; a target that offers them below %s answers status 401, error %s",
		anyService, p.without, scenarios.ServicesPrefix, wrongToken)
}
