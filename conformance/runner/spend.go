package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"oauthmock/conformance/check"
)

// purse bounds what calls of paid services may take from wallets. A sandbox's money is play money,
// and does not count. Safe for concurrent use.
type purse struct {
	// bound is nil if there is none.
	bound *big.Rat

	mu    sync.Mutex
	spent *big.Rat
	// scopes are those that the target lists, by name; nil until it is asked. prices are the
	// highest of each, by name.
	scopes map[string]string
	prices map[string]*big.Rat
}

func newPurse(bound string) (*purse, error) {
	p := &purse{spent: new(big.Rat), prices: map[string]*big.Rat{}}
	if bound == "" {
		return p, nil
	}
	var ok bool
	if p.bound, ok = new(big.Rat).SetString(bound); !ok || p.bound.Sign() < 0 {
		return nil, fmt.Errorf("a bound of money must be an amount such as 2.50, not %q", bound)
	}
	return p, nil
}

// pay makes room for a call that is sent some times, and returns what it may cost. The error is a
// cutOff where that would be too much.
func (s *session) pay(ctx context.Context, c *call, times int) (*big.Rat, error) {
	p := s.purse
	if p.bound == nil || !c.surface.Paid || c.account.Environment == "sandbox" {
		return nil, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	price, err := s.price(ctx, c)
	if err != nil {
		return nil, err
	}
	cost := new(big.Rat).Mul(price, big.NewRat(int64(times), 1))
	if after := new(big.Rat).Add(p.spent, cost); after.Cmp(p.bound) > 0 {
		return nil, transportError{cutOff{fmt.Sprintf("cut off by --max-spend %s: %s %s may cost %s, and %s may be spent already",
			amountText(p.bound), c.method, c.path, amountText(cost), amountText(p.spent))}}
	}
	p.spent.Add(p.spent, cost)
	return cost, nil
}

// refund returns the reserved cost of a call that was refused.
func (s *session) refund(cost *big.Rat, got *sent) {
	if cost == nil || got == nil || got.exchange == nil || got.exchange.Success() {
		return
	}
	s.purse.mu.Lock()
	defer s.purse.mu.Unlock()
	s.purse.spent.Sub(s.purse.spent, cost)
}

func amountText(amount *big.Rat) string {
	return strings.TrimSuffix(strings.TrimRight(amount.FloatString(4), "0"), ".")
}

// price is the highest that a call may cost by the target's own list: that of its scope, otherwise
// of its domain. What is on no list costs nothing.
func (s *session) price(ctx context.Context, c *call) (*big.Rat, error) {
	if s.purse.scopes == nil {
		if err := s.listScopes(ctx, c.account); err != nil {
			return nil, err
		}
	}
	domain, path, _ := strings.Cut(strings.TrimPrefix(c.path, strings.TrimSuffix(c.surface.Probe.Below, "/")+"/"), "/")
	domain = strings.TrimPrefix(domain, "test.")
	exact, all := map[string]string{}, map[string]string{}
	for scope, id := range s.purse.scopes {
		method, place, _ := strings.Cut(scope, ":")
		host, endpoint, _ := strings.Cut(place, "/")
		if strings.TrimPrefix(host, "test.") != domain {
			continue
		}
		all[scope] = id
		if (method == c.method || method == "*") && (path == endpoint || strings.HasPrefix(path, endpoint+"/")) {
			exact[scope] = id
		}
	}
	if len(exact) > 0 {
		all = exact
	}
	highest := new(big.Rat)
	for _, scope := range sortedNames(all) {
		price, err := s.priceOf(ctx, c.account, scope, all[scope])
		if err != nil {
			return nil, err
		}
		if price.Cmp(highest) > 0 {
			highest = price
		}
	}
	return highest, nil
}

// pricing returns the surface that has the prices.
func (s *session) pricing() *check.Surface { return s.judgement.Surfaces()[0] }

// listScopes asks for the scopes of the target, once.
func (s *session) listScopes(ctx context.Context, as *account) error {
	surface := s.pricing()
	list := surface.Operation(surface.Scopes.List)
	payload, err := s.askPrice(ctx, as, list.Method, list.Path)
	if err != nil {
		return err
	}
	s.purse.scopes = map[string]string{}
	items, _ := payload.([]any)
	for _, item := range items {
		object, _ := item.(map[string]any)
		name, _ := object[surface.Scopes.Scope].(string)
		id, _ := object["id"].(string)
		if name != "" {
			s.purse.scopes[name] = id
		}
	}
	return nil
}

// priceOf asks for the highest price of a scope, once.
func (s *session) priceOf(ctx context.Context, as *account, scope, id string) (*big.Rat, error) {
	if known := s.purse.prices[scope]; known != nil {
		return known, nil
	}
	detail := s.pricing().Operation(s.pricing().Scopes.Detail)
	payload, err := s.askPrice(ctx, as, detail.Method, strings.ReplaceAll(detail.Path, "{id}", url.PathEscape(id)))
	if err != nil {
		return nil, err
	}
	object, _ := payload.(map[string]any)
	prices, _ := object["prices"].(map[string]any)
	highest := new(big.Rat)
	for _, value := range prices {
		number, _ := value.(json.Number)
		price, ok := new(big.Rat).SetString(number.String())
		if !ok {
			return nil, transportError{cutOff{fmt.Sprintf("cut off by --max-spend: the price of %s cannot be read", scope)}}
		}
		if price.Cmp(highest) > 0 {
			highest = price
		}
	}
	s.purse.prices[scope] = highest
	return highest, nil
}

func (s *session) askPrice(ctx context.Context, as *account, method, path string) (any, error) {
	got, err := s.send(ctx, call{step: "price", surface: s.pricing(), base: s.addresses.of(s.pricing()), method: method, path: path,
		header: basicHeader(as), account: as, basic: true})
	if err != nil {
		return nil, err
	}
	if got.status != http.StatusOK {
		return nil, transportError{cutOff{fmt.Sprintf("cut off by --max-spend: prices are not known, as %s %s answered %s", method, path, describeAnswer(got.exchange))}}
	}
	payload, _ := got.exchange.Payload()
	return payload, nil
}
