package v2

import (
	"strconv"
	"sync"

	"github.com/segmentio/encoding/json"

	"oauthmock/mockserver/account"
)

// detail is v2 TokenDetail. It is written by hand, because no answer is larger for what it says: a
// test holds it against the document's members as the library renders them.
type detail struct{ *account.Token }

// detailInList is a single token where the document has it under data alone (v2 TokenListOrDetail).
type detailInList struct{ detail }

// detailList is v2 TokenList. It is written once: then its memory waits for the next page, because
// new memory for a page of 100 tokens costs as much as writing them.
type detailList struct {
	tokens []account.Token
	idle   *sync.Pool // of *detailList
}

func newLists() *sync.Pool {
	idle := new(sync.Pool)
	idle.New = func() any { return &detailList{idle: idle} }
	return idle
}

func (l *detailList) append(b []byte) []byte {
	var times moments
	b = append(b, '[')
	for i := range l.tokens {
		if i > 0 {
			b = append(b, ',')
		}
		b = detail{&l.tokens[i]}.appendWith(b, &times)
	}
	l.idle.Put(l)
	return append(b, ']')
}

// appendAs appends a single token in a shape, without the members beside data if bare. Members that
// occur twice are written once and copied.
func (d detail) appendAs(b []byte, shape TokenShape, bare bool) []byte {
	if shape == Flat {
		return d.append(b)
	}
	b = append(b, `{"data":`...)
	begin := len(b)
	b = d.append(b)
	members := b[begin+len("{") : len(b)-len("}")]
	if !bare {
		b = append(b, ","+afterData...)
	}
	if shape == Both {
		b = append(b, ',')
		b = append(b, members...)
	}
	return append(b, '}')
}

func (d detail) append(b []byte) []byte { return d.appendWith(b, new(moments)) }

func (d detail) appendWith(b []byte, times *moments) []byte {
	b = appendText(append(b, `{"token":`...), d.Value)
	b = appendText(append(b, `,"name":`...), d.Name)
	b = append(b, `,"createdAt":"`...)
	created := len(b)
	b = times.append(b, d.CreatedAt)
	createdEnd := len(b)
	b = times.append(append(b, `","expireAt":"`...), d.ExpireAt)
	b = append(b, `","updatedAt":"`...)
	if d.UpdatedAt == d.CreatedAt {
		b = append(b, b[created:createdEnd]...)
	} else {
		b = times.append(b, d.UpdatedAt)
	}
	b = append(b, `","scopes":`...)
	if d.Scopes == nil {
		b = append(b, "null"...)
	} else {
		b = appendTexts(b, d.Scopes)
	}
	b = appendText(append(b, `,"refreshToken":`...), d.RefreshToken)
	b = appendLimits(append(b, `,"limits":`...), d.Limits)
	b = appendStats(append(b, `,"stats":`...), &d.Stats)
	return append(b, '}')
}

// appendLimits is v2 TokenLimits: only what is set. A limit that lets no address in is [].
func appendLimits(b []byte, l *account.TokenLimits) []byte {
	if l == nil {
		return append(b, "{}"...)
	}
	begin := len(b)
	b = appendLimit(b, `,"totalRequests":`, l.TotalRequests)
	b = appendLimit(b, `,"walletRequests":`, l.WalletRequests)
	b = appendLimit(b, `,"subscriptionRequests":`, l.SubscriptionRequests)
	if l.WalletAmount != nil {
		b = l.WalletAmount.Append(append(b, `,"walletAmount":`...))
	}
	if l.IP != nil {
		b = appendTexts(append(b, `,"ip":`...), l.IP)
	}
	if len(b) == begin {
		return append(b, "{}"...)
	}
	b[begin] = '{' // index of the first comma
	return append(b, '}')
}

func appendLimit(b []byte, name string, n *int64) []byte {
	if n == nil {
		return b
	}
	return strconv.AppendInt(append(b, name...), *n, 10)
}

// appendStats is v2 TokenStats.
func appendStats(b []byte, s *account.TokenStats) []byte {
	if len(s.IPs.List()) == 0 && s.TotalRequests|s.WalletRequests|s.SubscriptionRequests|s.ErrorRequests|int64(s.WalletAmount) == 0 {
		const unused = `{"totalRequests":0,"walletRequests":0,"subscriptionRequests":0,"errorRequests":0,"walletAmount":0,"ip":[]}`
		return append(b, unused...) // in one piece: most tokens that a test makes are never used
	}
	b = strconv.AppendInt(append(b, `{"totalRequests":`...), s.TotalRequests, 10)
	b = strconv.AppendInt(append(b, `,"walletRequests":`...), s.WalletRequests, 10)
	b = strconv.AppendInt(append(b, `,"subscriptionRequests":`...), s.SubscriptionRequests, 10)
	b = strconv.AppendInt(append(b, `,"errorRequests":`...), s.ErrorRequests, 10)
	b = s.WalletAmount.Append(append(b, `,"walletAmount":`...))
	b = appendTexts(append(b, `,"ip":`...), s.IPs.List())
	return append(b, '}')
}

func appendTexts(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, text := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, text)
	}
	return append(b, ']')
}

// appendText appends a text with what JSON must escape.
func appendText(b []byte, text string) []byte { return json.AppendEscape(b, text, 0) }
