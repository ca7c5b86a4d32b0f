package runner

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"oauthmock/conformance/check"
	"oauthmock/spec"
)

// Permitted returns an error if the target is one of the provider's hosts with real accounts,
// unless the options confirm that the user wants that.
func Permitted(target Target, options Options) error {
	if options.Production {
		return nil
	}
	for _, text := range append(slices.Collect(maps.Values(target.Addresses)), target.BaseURL, target.AdminURL) {
		if base, err := url.Parse(text); err == nil && production(base.Host) {
			return fmt.Errorf("%s is the provider's production, where tokens, money and limits are real: ask test.%s, or say --i-know-this-is-production", base.Host, base.Host)
		}
	}
	return nil
}

// Preflight returns, in one line, why judging the target is pointless; "" if it is not. It is if
// nothing answers at all, or if each of three reads is answered 401: any other answer is to be
// judged.
func (r *Runner) Preflight(ctx context.Context) string {
	if r.target.Stopped != "" {
		return r.target.Stopped
	}
	if r.options.RequireControl {
		if reason := r.uncontrolled(ctx); reason != "" {
			return reason
		}
	}
	if r.control != nil {
		return "" // accounts are made for each scenario, and cannot be wrong
	}
	reads := r.reads()
	if len(reads) == 0 || ctx.Err() != nil {
		return ""
	}
	var unanswered error
	unauthorized := 0
	for i := range attempts {
		one := reads[i%len(reads)]
		got, err := r.send(ctx, one)
		switch {
		case err != nil && unreachable(err):
			return fmt.Sprintf("%s cannot be reached: %v", one.base, err)
		case ctx.Err() != nil, errors.As(err, new(cutOff)), errors.As(err, new(errImpatient)):
			return "" // which every scenario reports in its own words
		case err != nil:
			unanswered = err
			if unauthorized > 0 {
				return ""
			}
		case got.status != http.StatusUnauthorized, unanswered != nil:
			return ""
		default:
			unauthorized++
		}
	}
	if errors.As(unanswered, new(*tls.CertificateVerificationError)) {
		return fmt.Sprintf("%s cannot be trusted: %v; --cacert FILE trusts its CA", reads[0].base, unanswered)
	}
	if unanswered != nil {
		return fmt.Sprintf("nothing answers at %s: %v", reads[0].base, unanswered)
	}
	return fmt.Sprintf("%s answers 401 to everything it was asked: are --email and --api-key those of an account there?", reads[0].base)
}

// uncontrolled returns why no control API can be relied on.
func (r *Runner) uncontrolled(ctx context.Context) string {
	if r.control == nil {
		return "no control API answers, and --require-control asks for one"
	}
	if err := persist(ctx, func() error { return r.control.call(ctx, http.MethodGet, "/clock", nil, nil, nil) }); err != nil {
		return fmt.Sprintf("no control API answers, and --require-control asks for one: %v", err)
	}
	return ""
}

// reads are the first calls of the chosen surfaces that read with the account's credentials and
// need nothing to be there.
func (r *Runner) reads() []call {
	asked := map[*check.Surface]bool{}
	for _, scenario := range r.chosen {
		if r.skip(scenario) == "" {
			for _, surface := range r.called(scenario) {
				asked[surface] = true
			}
		}
	}
	as := &account{Email: r.target.Email, APIKey: r.target.APIKey}
	var all []call
	for _, surface := range r.judgement.Surfaces() {
		if asked[surface] && r.addresses.of(surface) != nil {
			all = append(all, r.readsOf(surface, as)...)
		}
	}
	return all
}

func (r *Runner) readsOf(surface *check.Surface, as *account) []call {
	var all []call
	for i := range surface.Operations() {
		operation := &surface.Operations()[i]
		if r.readsPlainly(surface, operation) {
			all = append(all, call{step: "first contact", surface: surface, operation: operation, base: r.addresses.of(surface), method: operation.Method,
				path: operation.Path, header: basicHeader(as), account: as, basic: true})
		}
	}
	return all
}

func (r *Runner) readsPlainly(surface *check.Surface, operation *spec.Operation) bool {
	return operation.Method == http.MethodGet && !strings.Contains(operation.Path, "{") && surface.TakesAccount(operation)
}
