package runner

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// addresses are the base URLs of the surfaces, and whether the target has those that must be looked
// for. Safe for concurrent use.
type addresses struct {
	mu sync.Mutex
	// bases were given by the user, or found.
	bases map[string]*url.URL
	// elsewhere are addresses that the target named on another host.
	elsewhere map[string]string
	asked     bool
	// unknown is why it is open what the control API names.
	unknown error
	// absent holds, by surface, how a target without it answered the probe; "" for a target that
	// has it.
	absent map[string]string
}

// newAddresses reads the addresses that the target was given with.
func newAddresses(target Target) (*addresses, error) {
	a := &addresses{bases: map[string]*url.URL{}, elsewhere: map[string]string{}, absent: map[string]string{}}
	given := maps.Clone(target.Addresses)
	if given == nil {
		given = map[string]string{}
	}
	if _, twice := given[target.surface()]; twice {
		return nil, fmt.Errorf("the base URL of %s is given twice", target.surface())
	}
	given[target.surface()] = target.BaseURL
	for _, name := range slices.Sorted(maps.Keys(given)) {
		base, err := parseBase("base URL", given[name])
		if err != nil {
			return nil, err
		}
		a.bases[name] = base
	}
	return a, nil
}

// of returns the base URL of a surface, nil where it is not known.
func (a *addresses) of(surface *check.Surface) *url.URL {
	a.mu.Lock()
	defer a.mu.Unlock()
	if own := a.bases[surface.Name]; own != nil {
		return own
	}
	return a.bases[surface.Address]
}

// texts are the base URLs by the names of their surfaces.
func (a *addresses) texts() map[string]string {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := map[string]string{}
	for name, base := range a.bases {
		all[name] = base.String()
	}
	return all
}

// ask fetches the addresses that the control API names, once. Only those on the host of the base
// URL are used: credentials must not go to a host that the user did not name. The error means that
// the addresses are unknown.
func (a *addresses) ask(ctx context.Context, control *control, host string, found *discoveries) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.asked || control == nil {
		return a.unknown
	}
	named, err := control.endpoints(ctx)
	if ctx.Err() != nil {
		return err
	}
	a.asked = true
	if err != nil {
		a.unknown = err
		found.add(whatAddresses, report.Failed, err.Error())
		return err
	}
	for name, text := range named {
		if a.bases[name] != nil {
			continue
		}
		base, err := parseBase("address", text)
		switch {
		case err != nil:
		case base.Host != host:
			a.elsewhere[name] = text
		default:
			a.bases[name] = base
		}
	}
	return nil
}

// unaddressed returns why a surface cannot be asked: its address is not known.
func (a *addresses) unaddressed(surface *check.Surface) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	reason := fmt.Sprintf("no address of %s; give --base-url %s=URL", surface.Title, surface.Address)
	if named := a.elsewhere[surface.Address]; named != "" {
		reason += fmt.Sprintf(" (the target names %s, which is on another host)", named)
	}
	return reason
}

// missing returns the verdict on a scenario that calls a surface which the target does not have,
// and the reason; no verdict where it has it. A search that failed is repeated by the next
// scenario. What is not at the base URL may be at the root of its host.
func (a *addresses) missing(ctx context.Context, target *sender, surface *check.Surface, found *discoveries) (report.Verdict, string) {
	base := a.of(surface)
	a.mu.Lock()
	defer a.mu.Unlock()
	how, known := a.absent[surface.Name]
	if !known {
		root := &url.URL{Scheme: base.Scheme, Host: base.Host}
		for i, at := range []*url.URL{base, root} {
			if i > 0 && *root == *base {
				break
			}
			there, answered, err := probe(ctx, target, surface, at)
			if err != nil {
				if ctx.Err() == nil {
					found.add(surface.Title, report.Failed, err.Error())
				}
				return report.Inconclusive, fmt.Sprintf("whether the target offers the %s is not known: %v", surface.Title, err)
			}
			if there {
				a.bases[surface.Name], how = at, ""
				found.add(surface.Title, report.Found, fmt.Sprintf("GET %s without a token answered %s", surface.Probe.Path, answered))
				break
			}
			if i == 0 {
				how = answered
			}
		}
		a.absent[surface.Name] = how
		if how != "" {
			found.add(surface.Title, report.Absent, fmt.Sprintf("GET %s without a token answered %s", surface.Probe.Path, how))
		}
	}
	if how == "" {
		return "", ""
	}
	return report.Skip, fmt.Sprintf("needs the %s: GET %s without a token answered %s; a target that offers them below %s refuses it in its own way (status %d, error %s)",
		surface.Title, surface.Probe.Path, how, surface.Probe.Below, surface.Probe.Status, check.Render(surface.Probe.Code))
}

// probe calls a surface without credentials, so that nothing is spent. there reports whether it
// refused as the contract requires, or at least otherwise than a path that certainly does not
// exist: a wrong refusal is to be judged. answered describes the answer.
func probe(ctx context.Context, target *sender, surface *check.Surface, base *url.URL) (there bool, answered string, err error) {
	got, err := target.find(ctx, surface, base, surface.Probe.Path)
	if err != nil {
		return false, "", err
	}
	answered = describeAnswer(got.exchange)
	code, _, refused := got.exchange.Refusal()
	if got.status == surface.Probe.Status && check.Equal(code, surface.Probe.Code) {
		return true, answered, nil
	}
	if !refused || got.status/100 != 4 {
		return false, answered, nil
	}
	nowhere, err := target.find(ctx, surface, base, "/__nothing"+surface.Probe.Path)
	if err != nil {
		return false, "", err
	}
	return describeAnswer(nowhere.exchange) != answered, answered, nil
}

// find requests a path without credentials, at most three times, until an answer is conclusive.
func (t *sender) find(ctx context.Context, surface *check.Surface, base *url.URL, path string) (*sent, error) {
	var got *sent
	err := persist(ctx, func() (err error) {
		got, err = t.send(ctx, call{step: "find the " + surface.Title, surface: surface, base: base, method: http.MethodGet, path: path,
			header: http.Header{"Accept": {"application/json"}}})
		if err != nil {
			return err
		}
		if troubled(got.status) {
			return trouble{"GET " + path + " answered " + describeAnswer(got.exchange)}
		}
		return nil
	})
	return got, err
}

// called lists the surfaces that a scenario sends requests to, its starting state included, in the
// order of the contracts.
func (r *Runner) called(s *scenarios.Scenario) []*check.Surface {
	names := map[string]bool{}
	for _, given := range append(slices.Collect(maps.Values(s.Given.Accounts)), s.Given) {
		if given.Scopes > 0 {
			names[r.scopesOf(s).Name] = true
		}
		if len(given.Tokens) > 0 {
			names[r.makerOf(s).Name] = true
		}
		for operation := range given.Items {
			names[r.surfaceOfCall(operation)] = true
		}
	}
	for i := range s.Steps {
		names[r.surfaceOfCall(s.Steps[i].Call)] = true
		if s.Steps[i].Authorize != nil {
			names[r.home(s).Name] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(r.judgement.Surfaces()), func(surface *check.Surface) bool { return !names[surface.Name] })
}

func (r *Runner) surfaceOfCall(text string) string {
	call, _ := scenarios.ResolveCall(r.judgement.Operations(), text)
	return call.Surface
}

// home returns the surface with which a scenario's ID begins, otherwise the first one.
func (r *Runner) home(s *scenarios.Scenario) *check.Surface {
	if own := r.judgement.Surface(surfaceOf(s)); own != nil {
		return own
	}
	return r.judgement.Surfaces()[0]
}

// scopesOf is the surface that lists the scopes of a scenario's accounts, makerOf the one that
// makes its tokens: its own, or the first.
func (r *Runner) scopesOf(s *scenarios.Scenario) *check.Surface {
	if own := r.home(s); own.Scopes.List != "" {
		return own
	}
	return r.judgement.Surfaces()[0]
}

func (r *Runner) makerOf(s *scenarios.Scenario) *check.Surface {
	if own := r.home(s); own.Lifecycle.Create != "" {
		return own
	}
	return r.judgement.Surfaces()[0]
}
