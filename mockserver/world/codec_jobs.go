package world

import (
	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
)

func (d decoder) jobs(a *account.Account, f *fixtures.Account) {
	for _, j := range f.Jobs {
		a.RestoreJob(&account.Job{
			ID: j.ID, Scope: d.scope(j.Scope), Get: d.scope(j.Get), CreatedAt: d.at(j.CreatedAt), DoneAt: d.at(j.DoneAt), Done: j.Done,
			Pending: []byte(j.Pending), Result: []byte(j.Result),
		})
	}
}

func (e encoder) jobs(f *fixtures.Account, a *account.Account) {
	for _, j := range a.Jobs {
		f.Jobs = append(f.Jobs, fixtures.Job{
			ID: j.ID, Scope: e.scope(j.Scope), Get: e.scope(j.Get), CreatedAt: fixtures.At(j.CreatedAt), DoneAt: fixtures.At(j.DoneAt), Done: j.Done,
			Pending: string(j.Pending), Result: string(j.Result),
		})
	}
}
