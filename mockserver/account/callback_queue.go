package account

import "container/heap"

// queue is a heap of the callbacks that wait for an attempt: the first due is on top, and the
// oldest of several due at once. Each callback knows its index.
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
	old[len(old)-1] = nil // so that it can be collected
	*q = old[:len(old)-1]
	last.place = 0
	return last
}

// enqueue adds a callback with a Due to the queue.
func (a *Account) enqueue(c *Callback) {
	heap.Push(&a.queue, c)
	a.dueBytes += c.Size
}

// reschedule updates the queue after a Due was changed.
func (a *Account) reschedule(c *Callback) { heap.Fix(&a.queue, c.place) }

// dequeue removes a callback from the queue.
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

// clone returns the queue for a copy of the account, whose callbacks are copied in the same order.
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

// callbackIndex finds callbacks by ID. It is built on first use, because most accounts never need
// it.
type callbackIndex struct {
	byID Index[*Callback]
	seen int // how many of the account's callbacks it includes
}

// callback returns the callback with an ID, or nil.
func (a *Account) callback(id string) *Callback {
	x := &a.callbackIndex
	for ; x.seen < len(a.Callbacks); x.seen++ {
		x.byID.Set(a.Callbacks[x.seen].ID, a.Callbacks[x.seen])
	}
	c, _ := x.byID.Get(id)
	return c
}
