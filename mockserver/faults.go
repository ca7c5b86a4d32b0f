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

// WithFaults adds fault rules. Of the rules that match a call, the first that fires wins. Rules of
// several options are tried in the order of the options, and before those of WithChaos.
func WithFaults(rules ...fault.Rule) Option {
	return func(c *config) error {
		c.faults = append(c.faults, rules...)
		return nil
	}
}

// WithFaultFile is WithFaults with the rules of a file (docs/faults.md). Loading a file twice has
// no further effect.
func WithFaultFile(path string) Option {
	return func(c *config) error {
		if slices.Contains(c.faultFiles, path) {
			return nil
		}
		rules, err := fault.LoadFile(path, fault.Known{Codes: knownCode()}) // rules are checked once all surfaces are known
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

// LoadFaults reads and checks a file of rules, for a server without further surfaces (WithSurface).
// Errors name file and line.
func LoadFaults(path string) ([]fault.Rule, error) {
	return fault.LoadFile(path, fault.Known{Codes: knownCode(), Names: providers().Names()})
}

// WithHiddenFaults omits the X-Mock-Fault header, which otherwise names the rule in answers that a
// fault changed.
func WithHiddenFaults() Option {
	return func(c *config) error { c.hideFaults = true; return nil }
}

// WithChaos adds built-in sets of fault rules: degraded, flaky, hostile-but-legal, outage,
// rate-limited, slow (docs/faults.md lists what they do). Naming one twice has no further effect.
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

// knownCode returns a function that reports whether any refusal has an error number.
func knownCode() func(code string) bool {
	return func(code string) bool {
		table, err := spec.Refusals()
		return err == nil && slices.ContainsFunc(table.All(), func(r spec.Refusal) bool { return r.Code.String() == code })
	}
}

// faultStore wraps the memory store: it runs dry runs on copies, and keeps the previous version of
// an account while a stale rule needs it.
type faultStore struct {
	*store.Memory
	past *fault.Past
}

// Update implements account.Store.
func (s faultStore) Update(ctx context.Context, who account.Identity, transact func(*account.Account) error) error {
	return s.past.Transact(ctx, s.Memory, who, transact)
}

// Put, Remove and Replace exchange accounts, so what the history holds of the old ones no longer
// applies.

// Put implements world.Store.
func (s faultStore) Put(a *account.Account) error {
	defer s.past.Forget(a.ID)
	return s.Memory.Put(a)
}

// Remove implements world.Store.
func (s faultStore) Remove(id account.ID) bool {
	defer s.past.Forget(id)
	return s.Memory.Remove(id)
}

// Replace implements world.Store.
func (s faultStore) Replace(accounts []*account.Account) error {
	defer s.past.Forget("")
	return s.Memory.Replace(accounts)
}

// placed adds file and line to an error about a rule, if the rule came from a file.
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

// faultBook creates the fault book of a server.
func (c *config) faultBook(config fault.Config) (*fault.Book, error) {
	config.Rules, config.Seed = slices.Concat(c.faults, c.chaos), c.seed
	config.Hidden, config.Log = c.hideFaults, c.log
	book, err := fault.NewBook(config)
	return book, c.placed(err, config.Known)
}
