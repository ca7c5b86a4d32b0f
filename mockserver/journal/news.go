package journal

import (
	"slices"
	"sync"

	"oauthmock/mockserver/exchange"
)

// News is an entry that subscribers are told of, once for all of them: it is shared, and not to be
// changed.
type News struct {
	Exchange *exchange.Exchange

	size    int64
	waiting int // buffers that hold it; the journal is locked
	once    sync.Once
	text    []byte
}

// Text returns what render makes of the entry, which it is asked for once, however many subscribers
// there are. All of them must render alike.
func (n *News) Text(render func(*exchange.Exchange) []byte) []byte {
	n.once.Do(func() { n.text = render(n.Exchange) })
	return n.text
}

// maxWaiting bounds what waits in the buffers of all subscriptions, in bytes. An entry counts once,
// however many wait for it.
const maxWaiting = 16 << 20

// publish tells the subscribers of a new entry. The journal is locked, which keeps the entries in
// order.
func (j *Journal) publish(e *exchange.Exchange, record []byte) {
	var news *News
	for _, s := range j.subscriptions {
		switch {
		case !s.filter.Match(e):
		case len(s.c) == cap(s.c): // nobody else sends
			s.dropped.Add(1)
		default:
			if news == nil {
				news = &News{Exchange: read(record), size: int64(len(record))} // a copy, because the exchange is used again
				j.waiting += news.size
			}
			news.waiting++
			s.c <- news
		}
	}
	for j.waiting > maxWaiting {
		slowest := slices.MaxFunc(j.subscriptions, func(a, b *Subscription) int { return len(a.c) - len(b.c) })
		j.empty(slowest)
	}
}

// empty drops what waits for a subscriber, who is told how much it was. The journal is locked.
func (j *Journal) empty(s *Subscription) {
	for {
		select {
		case n := <-s.c:
			j.taken(n)
			s.dropped.Add(1)
		default:
			return
		}
	}
}

// taken notes that an entry was taken out of a buffer. The journal is locked.
func (j *Journal) taken(n *News) {
	if n == nil { // of a buffer that is closed
		return
	}
	if n.waiting--; n.waiting == 0 {
		j.waiting -= n.size
	}
}
