package account

import "container/heap"

// queue holds the callbacks that wait for an attempt, as a heap: the first due is on top, and of
// several due at once the oldest. Each callback knows its place in it.
type queue []*Callback

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	switch x, y := q[i], q[j]; {
	case !x.Due.Equal(y.Due):
		return x.Due.Before(y.Due)
	case !x.CreatedAt.Equal(y.CreatedAt):
		return x.CreatedAt.Before(y.CreatedAt)
	default:
		return x.seq < y.seq
	}
}

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

// Push implements heap.Interface.
func (q *queue) Push(x any) {
	c := x.(*Callback)
	c.place = len(*q)
	*q = append(*q, c)
}

// Pop implements heap.Interface.
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	old[len(old)-1] = nil // so that it can be forgotten
	*q = old[:len(old)-1]
	last.place = 0
	return last
}

// enqueue puts a callback that has a Due among those that wait.
func (a *Account) enqueue(c *Callback) {
	heap.Push(&a.queue, c)
	a.dueBytes += c.Size
}

// reschedule follows a Due that was changed.
func (a *Account) reschedule(c *Callback) { heap.Fix(&a.queue, c.place) }

// dequeue takes a callback out of those that wait.
func (a *Account) dequeue(c *Callback) {
	heap.Remove(&a.queue, c.place)
	a.dueBytes -= c.Size
}

// nextDue returns the callback whose attempt is due first, or nil.
func (a *Account) nextDue() *Callback {
	if len(a.queue) == 0 {
		return nil
	}
	return a.queue[0]
}

// clone returns the queue of a copy of the account, which holds copies of the callbacks in the same
// order.
func (q queue) clone(copied []*Callback) queue {
	if len(q) == 0 {
		return nil
	}
	out := make(queue, len(q))
	for _, c := range copied {
		if !c.Due.IsZero() {
			out[c.place] = c
		}
	}
	return out
}

// callbackIndex finds callbacks by their IDs. It is built when it is first asked, because most
// accounts never are.
type callbackIndex struct {
	byID Index[*Callback]
	seen int // so many of the account's callbacks are in it
}

// callback returns the callback of an ID, or nil.
func (a *Account) callback(id string) *Callback {
	x := &a.callbackIndex
	for ; x.seen < len(a.Callbacks); x.seen++ {
		x.byID.Set(a.Callbacks[x.seen].ID, a.Callbacks[x.seen])
	}
	c, _ := x.byID.Get(id)
	return c
}
