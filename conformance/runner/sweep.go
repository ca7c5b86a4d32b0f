package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"oauthmock/conformance/report"
)

// Sweep removes what a run left according to its journal, with the credentials of the target, and
// returns how many things are gone and what remains. Removals are recorded in options.Journal. If
// it returns an error, nothing was sent; the error says what must be given.
func Sweep(ctx context.Context, left Left, target Target, options Options) (removed int, stays []report.Leftover, err error) {
	target.BaseURL, target.Surface = left.BaseURL()
	if target.BaseURL == "" {
		return 0, nil, errors.New("the journal names no address")
	}
	target.Addresses = map[string]string{}
	for name, address := range left.run.Addresses {
		if name != target.Surface {
			target.Addresses[name] = address
		}
	}
	target.AdminURL, target.Stopped = left.run.AdminURL, "sweeping"
	if target.Email != left.run.Email && slices.ContainsFunc(left.entries, func(e journalEntry) bool { return e.Kind == kindToken }) {
		return 0, nil, fmt.Errorf("the tokens were made in the account of %s; give --email and --api-key of that account", left.run.Email)
	}
	r, err := New(target, options)
	if err != nil {
		return 0, nil, err
	}
	defer r.Close()
	r.secrets.Add("OAUTH_API_KEY", target.APIKey)
	r.secrets.Add("OAUTH_SANDBOX_API_KEY", target.SandboxAPIKey)
	for _, entry := range slices.Backward(left.entries) {
		r.secrets.Add("TOKEN", entry.ID)
		reason := r.sweep(ctx, entry)
		if reason == "" {
			removed++
			continue
		}
		id := entry.ID
		if entry.Kind == kindToken {
			id = r.secrets.Text(id)
		}
		stays = append(stays, report.Leftover{Surface: entry.Surface, Kind: entry.Kind, ID: id, Reason: r.secrets.Text(reason)})
	}
	for _, entry := range left.doubtful {
		stays = append(stays, report.Leftover{Surface: entry.Surface, Kind: entry.Kind,
			Reason: fmt.Sprintf("the run ended before the answer came: one may have been made at %s", entry.At.Format("2006-01-02 15:04:05Z07:00"))})
	}
	return removed, stays, nil
}

// sweep removes one thing, and returns why it could not.
func (r *Runner) sweep(ctx context.Context, entry journalEntry) string {
	if ctx.Err() != nil {
		return "interrupted"
	}
	if entry.Kind == kindAccount {
		if r.control == nil {
			return "no control API is known"
		}
		return r.removeAccount(ctx, &account{ID: entry.ID, by: r.control})
	}
	surface := r.judgement.Surface(entry.Surface)
	key := r.target.APIKey
	if entry.Environment == "sandbox" {
		key = r.target.SandboxAPIKey
	}
	switch {
	case surface == nil || surface.Lifecycle.Undo == "" || r.addresses.of(surface) == nil:
		return fmt.Sprintf("nothing is known of surface %q", entry.Surface)
	case key == "":
		return fmt.Sprintf("it belongs to the %s account, whose API key was not given", entry.Environment)
	}
	return r.remove(ctx, createdToken{entry.ID, surface, &account{Email: r.target.Email, APIKey: key}})
}
