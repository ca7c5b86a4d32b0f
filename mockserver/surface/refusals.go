package surface

import (
	"cmp"
	"fmt"
	"log/slog"
	"slices"
	"sync"

	"oauthmock/mockserver/account"
	"oauthmock/spec"
)

// refusals looks up the rows of the refusals table for one surface, by operation and reason. It is
// safe for concurrent use.
type refusals struct {
	surface string
	own     []spec.Refusal // the surface's own rows, looked up first
	table   func() *spec.Table
	log     *slog.Logger
	missing sync.Map // what has been logged
}

type gap struct {
	operation string
	reason    account.Reason
}

// everySurface names the rows that apply to surfaces without a row of their own.
const everySurface = "mock"

func newRefusals(table func() *spec.Table, surface string, own []spec.Refusal, log *slog.Logger) *refusals {
	own = slices.Clone(own)
	for i := range own {
		own[i].Surface, own[i].Operation = surface, cmp.Or(own[i].Operation, spec.EveryOperation)
	}
	return &refusals{surface: surface, own: own, table: table, log: log}
}

// row returns how an operation answers a reason. A reason without a row is a gap in the table: it
// is logged, and answered as the surface's internal error.
func (r *refusals) row(operation string, reason account.Reason) spec.Refusal {
	if row, ok := r.find(operation, reason); ok {
		return row
	}
	if _, said := r.missing.LoadOrStore(gap{operation, reason}, true); !said {
		r.log.Error("the refusals table (spec/refusals.yaml) has no row", "surface", r.surface, "operation", operation, "reason", reason)
	}
	row, ok := r.find(operation, account.Internal)
	if !ok {
		panic(fmt.Sprintf("the refusals table has no row for internal errors of surface %q", r.surface))
	}
	return row
}

func (r *refusals) find(operation string, reason account.Reason) (spec.Refusal, bool) {
	for _, of := range []string{operation, spec.EveryOperation} {
		i := slices.IndexFunc(r.own, func(row spec.Refusal) bool { return row.Operation == of && row.Reason == string(reason) })
		if i >= 0 {
			return r.own[i], true
		}
	}
	if row, ok := r.table().Find(r.surface, operation, string(reason)); ok {
		return row, true
	}
	return r.table().Find(everySurface, operation, string(reason))
}

// byCode returns a row with an error number, and whether there is one: the operation's own,
// otherwise the surface's for all operations, otherwise any of the surface, otherwise any at all. A
// number that is the mock's own is looked up by its reason: the surface's row for that reason takes
// precedence.
func (r *refusals) byCode(operation, code string) (best spec.Refusal, ok bool) {
	rank := 0
	for _, row := range slices.Concat(r.own, r.table().All()) {
		if row.Code.String() != code {
			continue
		}
		own := 1
		switch {
		case row.Surface == r.surface && row.Operation == operation:
			own = 5
		case row.Surface == r.surface && row.Operation == spec.EveryOperation:
			own = 4
		case row.Surface == r.surface:
			own = 3
		case row.Surface == everySurface:
			own = 2
		}
		if own > rank {
			best, rank = row, own
		}
	}
	if best.Surface == everySurface {
		if row, found := r.find(operation, account.Reason(best.Reason)); found {
			best = row
		}
	}
	return best, rank > 0
}
