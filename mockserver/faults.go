package mockserver

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/store"
	"oauthmock/spec"
)

// WithFaults makes calls go wrong as rules say, in their order: of those that a call matches, the
// first that fires wins. Rules of several options follow one another, and come before those of
// WithChaos.
func WithFaults(rules ...fault.Rule) Option {
	return func(c *config) error {
		c.faults = append(c.faults, rules...)
		return nil
	}
}

// WithFaultFile is WithFaults with the rules of a file (docs/faults.md). The same file twice is as
// once.
func WithFaultFile(path string) Option {
	return func(c *config) error {
		if slices.Contains(c.faultFiles, path) {
			return nil
		}
		rules, err := fault.LoadFile(path, fault.Known{Codes: knownCode()}) // names are checked once all surfaces are known
		if err != nil {
			return err
		}
		for _, r := range rules {
			if slices.ContainsFunc(c.faults, func(o fault.Rule) bool { return o.Name == r.Name }) {
				return fmt.Errorf("%s: there is a rule %q already; want names that are unique in all files", path, r.Name)
			}
		}
		c.faultFiles = append(c.faultFiles, path)
		c.faults = append(c.faults, rules...)
		return nil
	}
}

// LoadFaults reads a file of rules and checks them, for a server without further surfaces
// (WithSurface). Errors name file and line.
func LoadFaults(path string) ([]fault.Rule, error) {
	return fault.LoadFile(path, fault.Known{Codes: knownCode(), Names: providers().Names()})
}

// WithHiddenFaults leaves the header X-Mock-Fault out, which else names the rule in answers that
// went wrong.
func WithHiddenFaults() Option {
	return func(c *config) error { c.hideFaults = true; return nil }
}

// WithChaos makes calls go wrong by sets of rules that come with the program: degraded, flaky,
// hostile-but-legal, outage, rate-limited, slow (docs/faults.md says what is in them). The same
// twice is as once.
func WithChaos(profiles ...string) Option {
	return func(c *config) error {
		for _, profile := range profiles {
			rules, err := fault.Profile(profile)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(c.chaos, func(o fault.Rule) bool { return o.Name == rules[0].Name }) {
				c.chaos = append(c.chaos, rules...)
			}
		}
		return nil
	}
}

// knownCode says whether some refusal has an error number.
func knownCode() func(code string) bool {
	return func(code string) bool {
		table, err := spec.Refusals()
		return err == nil && slices.ContainsFunc(table.All(), func(r spec.Refusal) bool { return r.Code.String() == code })
	}
}

// stage is the store as all see it: calls are rehearsed on it, and it remembers what accounts were
// like, where rules of faults want to.
type stage struct {
	*store.Memory
	past *fault.Past
}

// Update implements account.Store.
func (s stage) Update(ctx context.Context, who account.Identity, transact func(*account.Account) error) error {
	return s.past.Transact(ctx, s.Memory, who, transact)
}

// Put, Remove and Replace put accounts in the place of others, whose past is none of theirs.

// Put is store.Memory's.
func (s stage) Put(a *account.Account) error {
	defer s.past.Forget(a.ID)
	return s.Memory.Put(a)
}

// Remove is store.Memory's.
func (s stage) Remove(id account.ID) bool {
	defer s.past.Forget(id)
	return s.Memory.Remove(id)
}

// Replace is store.Memory's.
func (s stage) Replace(accounts []*account.Account) error {
	defer s.past.Forget("")
	return s.Memory.Replace(accounts)
}

// placed gives an error of the rules its file and line, where it has one.
func (c *config) placed(err error, known fault.Known) error {
	if _, ok := errors.AsType[fault.RuleError](err); !ok {
		return err
	}
	for _, file := range c.faultFiles {
		if _, wrong := fault.LoadFile(file, known); wrong != nil {
			return wrong
		}
	}
	return fmt.Errorf("the faults: %w", err)
}

// faultBook makes the book of a server's rules.
func (c *config) faultBook(config fault.Config) (*fault.Book, error) {
	config.Rules, config.Seed = slices.Concat(c.faults, c.chaos), c.seed
	config.Hidden, config.Log = c.hideFaults, c.log
	book, err := fault.NewBook(config)
	return book, c.placed(err, config.Known)
}
