package admin

// loading waits for its turn to read a world or an account, and answers how to end it. Reading takes many times the memory of what is read,
// so one is read at a time, however many are sent.
func (a *API) loading() (done func()) {
	a.loads.Lock()
	return a.loads.Unlock
}
