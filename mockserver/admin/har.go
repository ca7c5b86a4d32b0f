package admin

import (
	"encoding/json"
	"fmt"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
	"oauthmock/release"
)

// harDocument is the journal as an HTTP archive, HAR 1.2, which browsers' tools open. That entries are missing is said in its comment, and
// for programs in "_dropped".
func harDocument(redactor *journal.Redactor) document {
	version, _ := json.Marshal(release.Version()) // a string always renders
	return document{
		before: fmt.Sprintf(`{"log":{"version":"1.2","creator":{"name":"oauthmock","version":%s},"pages":[],"entries":[`, version),
		item:   func(e *exchange.Exchange) any { return redactor.ShowHAR(e) },
		after: func(dropped uint64) string {
			if dropped == 0 {
				return `],"_dropped":0}}`
			}
			return fmt.Sprintf(`],"comment":"%d older entries were dropped for want of room","_dropped":%d}}`, dropped, dropped)
		},
	}
}
