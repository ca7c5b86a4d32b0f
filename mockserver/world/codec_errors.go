package world

import (
	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
)

func (d decoder) errors(a *account.Account, f *fixtures.Account) {
	entries := make([]account.ErrorEntry, len(f.Errors))
	for i, e := range f.Errors {
		entries[i] = account.ErrorEntry{ID: e.ID, Scope: d.scope(e.Scope), At: d.at(e.ErrorAt), Status: e.Status, Code: e.Code, Message: e.Message, IP: e.IP}
	}
	sort(d.kit, entries, func(x, y account.ErrorEntry) int { return x.At.Compare(y.At) })
	a.Errors = account.NewErrorLog(entries)
}

func (e encoder) errors(f *fixtures.Account, a *account.Account) {
	for _, entry := range a.Errors.Entries() {
		f.Errors = append(f.Errors, fixtures.Error{
			ID: entry.ID, Scope: e.scope(entry.Scope), ErrorAt: fixtures.At(entry.At), Status: entry.Status, Code: entry.Code, Message: entry.Message, IP: entry.IP,
		})
	}
}
