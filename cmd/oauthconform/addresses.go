package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"oauthmock/conformance/contract"
)

// addresses are the values of --base-url: one without a surface, and one for each surface that is
// named. It implements pflag.Value.
type addresses struct {
	bare  string
	named map[string]string
}

// addressable names the surfaces that have addresses of their own.
func addressable() []string {
	var names []string
	for _, c := range contract.All() {
		if c.Address == c.Name {
			names = append(names, c.Name)
		}
	}
	return names
}

// Set takes URL or SURFACE=URL.
func (a *addresses) Set(text string) error {
	surface, address, named := strings.Cut(text, "=")
	if !named || strings.ContainsAny(surface, ":/") {
		surface, address = "", text
	}
	address, err := parseURL(address)
	switch {
	case err != nil:
		return err
	case surface == "" && a.bare != "":
		return errors.New("two addresses stand there without a surface; write SURFACE=URL for all but one")
	case surface == "":
		a.bare = address
		return nil
	case !slices.Contains(addressable(), surface):
		return fmt.Errorf("there is no surface %q; it is one of %s", surface, strings.Join(addressable(), ", "))
	case a.named[surface] != "":
		return fmt.Errorf("the address of %s stands there twice", surface)
	}
	if a.named == nil {
		a.named = map[string]string{}
	}
	a.named[surface] = address
	return nil
}

// String implements pflag.Value.
func (a *addresses) String() string {
	if a.bare == "" && len(a.named) > 0 {
		return fmt.Sprintf("%d addresses of surfaces", len(a.named))
	}
	return a.bare
}

// Type is that of a flag which may be repeated, in the environment separated by commas.
func (a *addresses) Type() string { return "stringArray" }

// resolve returns the address that the others are beside, the surface that it is of, and the
// others. An address without a surface is that of the surface which --surface names alone,
// otherwise of the first, v2.
func (a *addresses) resolve(chosen []string) (base, surface string, others map[string]string, err error) {
	others = maps.Clone(a.named)
	surface = addressable()[0]
	if len(chosen) == 1 && slices.Contains(addressable(), chosen[0]) {
		surface = chosen[0]
	}
	if a.bare != "" {
		if others[surface] != "" {
			return "", "", nil, fmt.Errorf("--base-url %s=… and one without a surface, which is that of %s too; leave one out", surface, surface)
		}
		return a.bare, surface, others, nil
	}
	if others[surface] == "" && len(others) > 0 {
		surface = slices.Min(slices.Collect(maps.Keys(others)))
	}
	base = others[surface]
	delete(others, surface)
	return base, surface, others, nil
}
