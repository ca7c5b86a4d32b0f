package command

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"oauthmock/mockserver"
	"oauthmock/mockserver/account"
)

// serviceFlags are the flags about the paid services and what they leave behind.
type serviceFlags struct {
	documents []string
	forwarded bool
	retention string
}

func (f *serviceFlags) register(flags *pflag.FlagSet) {
	flags.StringSliceVar(&f.documents, "service", nil, "OpenAPI document from which a paid service answers, `DOMAIN=FILE` (company.openapi.com=company.json); may be repeated")
	flags.BoolVar(&f.forwarded, "trust-forwarded-for", false, "take the first address of X-Forwarded-For as the caller's, where there is one")
}

func (f *serviceFlags) registerRetention(flags *pflag.FlagSet) {
	flags.StringVar(&f.retention, "retention", "", fmt.Sprintf("what each account remembers one by one: `KIND=N`, with commas between; "+
		"sums stay exact beyond it (default transactions=%d,errors=%d,addresses=%d)", account.DefaultTransactions, account.DefaultErrors, account.DefaultAddresses))
}

// options adds what the flags ask for.
func (f *serviceFlags) options(add func(flag string, o mockserver.Option)) error {
	for _, text := range f.documents {
		domain, file, ok := strings.Cut(text, "=")
		if !ok || domain == "" || file == "" {
			return usageError{fmt.Errorf("--service: %q is no DOMAIN=FILE such as company.openapi.com=company.json", text)}
		}
		add("--service", mockserver.WithService(domain, file))
	}
	if f.forwarded {
		add("--trust-forwarded-for", mockserver.WithForwardedFor())
	}
	if f.retention != "" {
		r, err := parseRetention(f.retention)
		if err != nil {
			return usageError{fmt.Errorf("--retention: %w", err)}
		}
		add("--retention", mockserver.WithRetention(r))
	}
	return nil
}

func parseRetention(text string) (r mockserver.Retention, err error) {
	bounds := map[string]*int{"transactions": &r.Transactions, "errors": &r.Errors, "addresses": &r.Addresses}
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(part, "=")
		bound, known := bounds[name]
		if !known {
			return r, fmt.Errorf("%q is none of transactions=N, errors=N and addresses=N", part)
		}
		if *bound != 0 {
			return r, fmt.Errorf("%q: it was said before how many %s are kept", part, name)
		}
		if *bound, err = strconv.Atoi(value); err != nil || *bound < 1 {
			return r, fmt.Errorf("%q: want a number above zero", part)
		}
	}
	return r, nil
}
