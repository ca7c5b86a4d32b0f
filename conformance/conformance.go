package conformance

import (
	"context"
	"io"
	"net/http"

	"oauthmock/conformance/contract"
	"oauthmock/conformance/report"
	"oauthmock/conformance/runner"
)

// Target is the server to judge: a base URL, a control API if there is one, and credentials.
type Target = runner.Target

// Options select the scenarios to run, and how to run them.
type Options = runner.Options

// Connection is how a target is reached, part of Target.
type Connection = runner.Connection

// Contract is what the suite must know of an API, part of Options.
type Contract = contract.Contract

// Listener hears the events of a run, from one goroutine at a time.
type Listener = report.Listener

// Outlook is what a run would do.
type Outlook = runner.Outlook

// Planned is what one scenario would do, part of an Outlook.
type Planned = runner.Planned

// Request is one kind of request of a scenario, part of a Planned.
type Request = runner.Request

// Run executes the chosen scenarios and reports on each. The error is only for what keeps a run
// from starting: a base URL or an option that makes no sense, a filter that chooses nothing,
// missing credentials. Whatever the target does is in the report; a cancelled context ends the run
// soon, with what was not finished as INCONCLUSIVE.
func Run(ctx context.Context, target Target, options Options) (report.Report, error) {
	r, err := runner.New(target, options)
	if err != nil {
		return report.Report{}, err
	}
	defer r.Close()
	return r.Run(ctx), nil
}

// Plan returns what Run would send, write, spend and skip, without sending anything. The errors are
// those of Run.
func Plan(ctx context.Context, target Target, options Options) (Outlook, error) {
	r, err := runner.New(target, options)
	if err != nil {
		return Outlook{}, err
	}
	defer r.Close()
	return r.Plan(), ctx.Err()
}

// Look finds the control API of a target whose AdminURL is "": GET /clock below BASE/__admin,
// otherwise ORIGIN/__admin. It returns the target with the result; absence must be proven by an
// answer. The error is that of an invalid address or option.
func Look(ctx context.Context, target Target, options Options) (Target, error) {
	return runner.Look(ctx, target, options)
}

// Permitted returns an error if the target is the provider's production, unless the options confirm
// that the user wants that.
func Permitted(target Target, options Options) error {
	return runner.Permitted(target, options)
}

// Discover returns the address of the control API of a base URL, "" where none answers; see [Look].
// client may be nil.
func Discover(ctx context.Context, client *http.Client, base string) string {
	return runner.Discover(ctx, client, base)
}

// Journal keeps what a run makes while it makes it, part of Options.
type Journal = runner.Journal

// NewJournal returns a journal that writes to w, a line for each thing, at once.
func NewJournal(w io.Writer) *Journal { return runner.NewJournal(w) }

// Left is what a run left on its target, according to its journal.
type Left = runner.Left

// ReadJournal reads what a run wrote.
func ReadJournal(r io.Reader) (Left, error) { return runner.ReadJournal(r) }

// Sweep removes what is left, with the credentials of the target and at the addresses of the
// journal. It returns how many things are gone, and what remains. If it returns an error, nothing
// was sent; the error says what must be given.
func Sweep(ctx context.Context, left Left, target Target, options Options) (removed int, stays []report.Leftover, err error) {
	return runner.Sweep(ctx, left, target, options)
}
