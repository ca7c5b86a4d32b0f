package account

import (
	"maps"
	"slices"
)

// Clone returns an independent copy of the account. Lists that are only appended to, and values
// that are never modified in place, share memory. Call it within a transaction, and not while
// TakeSecretChanges has changes to return.
func (a *Account) Clone() *Account {
	out := *a
	out.issued, out.revoked = nil, nil
	out.lease.id = "" // nobody makes the attempt for the copy
	out.IDs = a.IDs.clone()
	out.Tokens = a.Tokens.clone()
	out.Wallet.transactions = slices.Clip(a.Wallet.transactions)
	out.alerts = slices.Clip(a.alerts)
	out.endings = slices.Clip(a.endings)
	out.Errors.entries = slices.Clip(a.Errors.Entries())
	out.Usage = a.Usage.clone()
	out.Subscriptions, out.terms = copies(a.Subscriptions), slices.Clone(a.terms)
	out.Callbacks, out.callbackIndex = copies(a.Callbacks), callbackIndex{}
	out.queue = a.queue.clone(out.Callbacks)
	out.Jobs = copies(a.Jobs)
	out.Grants = a.Grants.Clone()
	out.free = nil // follows from the usage
	out.clients = make(map[string]*Quota, len(a.clients))
	for id, q := range a.clients {
		own := *q
		out.clients[id] = &own
	}
	out.scopes = make(map[string]*Quota, len(a.scopes))
	for scope, q := range a.scopes {
		own := *q
		out.scopes[scope] = &own
	}
	return &out
}

// copies copies what the pointers point to, in one allocation.
func copies[T any](list []*T) []*T {
	if list == nil {
		return nil
	}
	values, out := make([]T, len(list)), make([]*T, len(list))
	for i, v := range list {
		values[i], out[i] = *v, &values[i]
	}
	return out
}

func (i *IDs) clone() IDs {
	out := IDs{seed: i.seed, series: make(map[string]*series, len(i.series)+1)}
	for kind, s := range i.series {
		own := *s
		out.series[kind] = &own
	}
	return out
}

func (ts *Tokens) clone() Tokens {
	out := Tokens{ordered: make([]*Token, len(ts.ordered)), expiring: slices.Clone(ts.expiring), lastSeq: ts.lastSeq, changes: ts.changes, scopes: maps.Clone(ts.scopes)}
	for i, t := range ts.ordered {
		own := *t
		own.Stats.IPs = t.Stats.IPs.clone()
		out.ordered[i] = &own
		out.byValue.Set(own.Value, &own)
	}
	return out
}

func (s IPs) clone() IPs { return IPs{list: slices.Clip(s.list), index: maps.Clone(s.index)} }

func (u *Usage) clone() Usage {
	out := Usage{days: make(map[Day]map[string]*Counter, len(u.days)), shared: u.shared, begun: u.begun}
	for day, scopes := range u.days {
		counters, own := make([]Counter, 0, len(scopes)), make(map[string]*Counter, len(scopes))
		for scope, c := range scopes {
			counters = append(counters, *c)
			last := &counters[len(counters)-1]
			last.IPs = c.IPs.clone()
			own[scope] = last
		}
		out.days[day] = own
	}
	return out
}
