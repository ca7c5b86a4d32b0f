package surface

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"

	"oauthmock/mockserver/account"
	"oauthmock/spec"
)

// Refusals are the rows of the refusals table for one surface, looked up by operation and reason. They are safe for
// concurrent use.
type Refusals struct {
	table   *spec.Table
	surface string
	log     *slog.Logger
	found   sync.Map // key → Row
}

// Row is a refusal with its failure envelope as bytes: {"success":false,"message":…,"error":…,"data":null}.
type Row struct {
	spec.Refusal
	Body []byte
}

type key struct {
	operation string
	reason    account.Reason
}

// ownSurface is what the table calls refusals of the mock's own, which all surfaces have.
const ownSurface = "mock"

// NewRefusals answers the rows of a surface.
func NewRefusals(table *spec.Table, surface string, log *slog.Logger) *Refusals {
	return &Refusals{table: table, surface: surface, log: log}
}

// Row is how an operation answers a reason. A reason without a row is a gap in the table, and answered as the surface's
// internal error.
func (r *Refusals) Row(operation string, reason account.Reason) Row {
	k := key{operation, reason}
	if row, ok := r.found.Load(k); ok {
		return row.(Row)
	}
	refusal, ok := r.table.Find(r.surface, operation, string(reason))
	if !ok {
		refusal, ok = r.table.Find(ownSurface, operation, string(reason))
	}
	if !ok {
		r.log.Error("the refusals table (spec/refusals.yaml) has no row", "surface", r.surface, "operation", operation, "reason", reason)
		refusal, ok = r.table.Find(r.surface, operation, string(account.Internal))
	}
	if !ok {
		panic(fmt.Sprintf("the refusals table has no row for %q and none for internal errors of surface %q", reason, r.surface))
	}
	row := Row{Refusal: refusal}
	row.Body = row.BodyWith(refusal.Message)
	r.found.Store(k, row)
	return row
}

// BodyWith is the envelope with another message.
func (r Row) BodyWith(message string) []byte {
	body, err := json.Marshal(struct {
		Success bool      `json:"success"`
		Message string    `json:"message"`
		Error   spec.Code `json:"error"`
		Data    any       `json:"data"`
	}{Message: message, Error: r.Code})
	if err != nil {
		panic(fmt.Sprintf("the refusals table cannot be rendered: %v", err))
	}
	return body
}

// ByCode is a row with an error number: the operation's own, else the surface's for all operations, else any of the surface, else any at all. It
// says whether there is one.
func (r *Refusals) ByCode(operation, code string) (Row, bool) {
	var best spec.Refusal
	rank := 0
	for _, row := range r.table.All() {
		if row.Code.String() != code {
			continue
		}
		own := 1
		if row.Surface == r.surface {
			switch row.Operation {
			case operation:
				own = 4
			case spec.EveryOperation:
				own = 3
			default:
				own = 2
			}
		}
		if own > rank {
			best, rank = row, own
		}
	}
	if rank == 0 {
		return Row{}, false
	}
	row := Row{Refusal: best}
	row.Body = row.BodyWith(best.Message)
	return row, true
}

// Failure is how a refusal is remembered in an account's error log.
func (r *Refusals) Failure(operation string, reason account.Reason) account.Failure {
	row := r.Row(operation, reason)
	return account.Failure{Status: row.Status, Code: row.Code.String(), Message: row.Message}
}
