package account

import (
	"slices"
	"strings"
	"time"
)

// Async makes a scope asynchronous: each call starts a job, and calls of another scope report its
// progress until it is done.
type Async struct {
	// After is how long a job takes, on the account's clock.
	After time.Duration
	// Get is the production name of the scope whose calls, with the job's ID after its endpoint,
	// report the progress.
	Get ScopeName
	// Pending and Done are the service's names for the two states.
	Pending, Done string
}

// Job is a call of an asynchronous scope.
type Job struct {
	ID string
	// Scope was called, and Get reports the progress; both are named as in the account's
	// environment.
	Scope, Get string
	CreatedAt  time.Time
	DoneAt     time.Time
	Done       bool // DoneAt has come. A clock that goes back undoes nothing.
	// Pending and Result are the JSON bodies that report the progress before and after. They are
	// never modified.
	Pending, Result []byte
}

// Body returns the body that reports the progress.
func (j *Job) Body() []byte {
	if j.Done {
		return j.Result
	}
	return j.Pending
}

// JobRequest starts a job.
type JobRequest struct {
	// Scope is the name of the scope that was called, in the account's environment.
	Scope string
	// Body renders the body that reports the progress of a job with an ID in a state: its Pending,
	// or its Result.
	Body func(id, state string, done bool) ([]byte, error)
	// Callback is to be made when the job is done, with the payload that Payload makes from the
	// result; nil for none.
	Callback *CallbackRequest
	Payload  func(result []byte) CallbackPayload
}

// Bounds of the jobs that an account keeps; the oldest are dropped.
const (
	maxJobs     = 10_000
	maxJobBytes = 32 << 20
)

// addJob adds a job, and the requested callback, which is due when the job is done.
func (a *Account) addJob(r JobRequest, async *Async, now time.Time) (*Job, *Callback, error) {
	j := &Job{
		ID: a.IDs.Next("job", now), Scope: r.Scope, Get: async.Get.In(a.Environment), CreatedAt: now, DoneAt: now.Add(async.After),
	}
	var err error
	if j.Pending, err = r.Body(j.ID, async.Pending, false); err != nil {
		return nil, nil, err
	}
	if j.Result, err = r.Body(j.ID, async.Done, true); err != nil {
		return nil, nil, err
	}
	a.RestoreJob(j)
	for len(a.Jobs) > 1 && (len(a.Jobs) > maxJobs || a.jobBytes > maxJobBytes) {
		a.jobBytes -= a.Jobs[0].size()
		a.Jobs = a.Jobs[1:]
	}
	a.settleJobs(now)
	if r.Callback == nil {
		return j, nil, nil
	}
	return j, a.addCallback(r.Scope, *r.Callback, r.Payload(j.Result), now, j.DoneAt), nil
}

func (j *Job) size() int { return len(j.Pending) + len(j.Result) }

// RestoreJob adds a job as it is, as the newest.
func (a *Account) RestoreJob(j *Job) {
	a.Jobs = append(a.Jobs, j)
	a.jobBytes += j.size()
	if !j.Done && (a.nextJob.IsZero() || j.DoneAt.Before(a.nextJob)) {
		a.nextJob = j.DoneAt
	}
}

// settleJobs completes the jobs that are done by now.
func (a *Account) settleJobs(now time.Time) {
	if a.nextJob.IsZero() || now.Before(a.nextJob) {
		return
	}
	a.attempts++
	a.nextJob = time.Time{}
	for _, j := range a.Jobs {
		if j.Done = j.Done || !now.Before(j.DoneAt); !j.Done && (a.nextJob.IsZero() || j.DoneAt.Before(a.nextJob)) {
			a.nextJob = j.DoneAt
		}
	}
}

// progress returns the job whose progress a call of a scope reports, or nil if it does not exist.
// asked is false for calls of other scopes.
func (a *Account) progress(c *Charge, t Target) (job *Job, asked bool) {
	id, ok := strings.CutPrefix(strings.TrimSuffix(t.Path, "/"), c.Scope.Endpoint+"/")
	if !ok || strings.Contains(id, "/") || !a.Entitlements.catalogue.showsProgress(c.Scope) {
		return nil, false
	}
	if i := slices.IndexFunc(a.Jobs, func(j *Job) bool { return j.ID == id && j.Get == c.Name }); i >= 0 {
		return a.Jobs[i], true
	}
	return nil, true
}
