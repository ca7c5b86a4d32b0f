package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"oauthmock/conformance/report"
)

// leaving is what scenarios created and could not remove. It is safe for concurrent use.
type leaving struct {
	mu       sync.Mutex
	tokens   []createdToken
	accounts []*account
	others   []report.Leftover
}

func (l *leaving) add(token createdToken) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tokens = append(l.tokens, token)
}

func (l *leaving) addAccount(made *account) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.accounts = append(l.accounts, made)
}

func (l *leaving) addOther(other report.Leftover) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.others = append(l.others, other)
}

// cleanUp removes what the scenario made. It takes the time that it needs, also after an
// interruption.
func (s *session) cleanUp(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	if s.mail != nil {
		defer s.receiver.forget(s.mail)
	}
	s.removeFaults(ctx)
	for _, made := range s.made {
		if reason := s.removeAccount(ctx, made); reason != "" {
			s.leaving.addAccount(made)
		}
	}
	if !s.shared {
		return
	}
	for _, token := range slices.Backward(s.created) {
		if reason := s.remove(ctx, token); reason != "" {
			s.leaving.add(token)
		}
	}
}

// remove removes what a scenario made, and returns why it could not.
func (r *Runner) remove(ctx context.Context, made createdToken) string {
	if reason := r.removal.given(made.surface.Name); reason != "" {
		return reason
	}
	got, err := r.send(ctx, r.undoing(made))
	switch {
	case err != nil:
		r.removal.failure(made.surface.Name, err)
		return err.Error()
	case got.exchange.Success(), got.status == http.StatusNotFound, got.status == http.StatusGone:
		r.removal.success(made.surface.Name)
		r.journal.gone(0, made.surface.Name, kindToken, made.id)
		return ""
	}
	r.removal.success(made.surface.Name)
	if r.isGone(ctx, made) {
		r.journal.gone(0, made.surface.Name, kindToken, made.id)
		return ""
	}
	return fmt.Sprintf("%s answered %s", got.method, describeAnswer(got.exchange))
}

// isGone reports whether what a scenario created is proven to be gone, since how a target refuses
// to remove what does not exist is its own choice.
func (r *Runner) isGone(ctx context.Context, made createdToken) bool {
	read := made.surface.Operation(made.surface.Lifecycle.Read)
	if read == nil {
		return false
	}
	asked := r.undoing(made)
	asked.method, asked.path = read.Method, fillPath(read.Path, map[string]string{made.surface.Lifecycle.ID: made.id})
	asked.how = manner{}
	got, err := r.send(ctx, asked)
	switch {
	case err != nil, got.status >= 500, got.status == http.StatusUnauthorized, got.status == http.StatusForbidden, got.status == http.StatusTooManyRequests:
		return false
	case got.exchange.Success():
		return !bytes.Contains(got.answer.body, []byte(made.id))
	}
	return true
}

const (
	kindToken   = "token"
	kindAccount = "account"
	kindFault   = "fault"
)

func (r *Runner) removeAccount(ctx context.Context, made *account) string {
	err := made.by.deleteAccount(ctx, made.ID)
	if refused, ok := errors.AsType[controlError](err); err != nil && (!ok || refused.status != http.StatusNotFound) {
		return err.Error()
	}
	r.journal.gone(0, "", kindAccount, made.ID)
	return ""
}

// undoing is the call that removes what a scenario made.
func (r *Runner) undoing(made createdToken) call {
	undo := made.surface.Operation(made.surface.Lifecycle.Undo)
	return call{step: "clean up", surface: made.surface, base: r.addresses.of(made.surface), method: undo.Method, how: manner{why: removing},
		path: fillPath(undo.Path, map[string]string{made.surface.Lifecycle.ID: made.id}), account: made.account, basic: true, header: basicHeader(made.account)}
}

// Leftovers tries once more to remove what is left when all scenarios are over, and returns what
// stays.
func (r *Runner) Leftovers(ctx context.Context) []report.Leftover {
	ctx = context.WithoutCancel(ctx)
	left := r.leaving
	left.mu.Lock()
	defer left.mu.Unlock()
	r.removal = newBreaker("the target")
	all := left.others
	for _, token := range left.tokens {
		if reason := r.remove(ctx, token); reason != "" {
			all = append(all, report.Leftover{Surface: token.surface.Name, Kind: kindToken, ID: r.secrets.Text(token.id), Reason: reason})
		}
	}
	for _, made := range left.accounts {
		if reason := r.removeAccount(ctx, made); reason != "" {
			all = append(all, report.Leftover{Surface: whatControl, Kind: kindAccount, ID: made.ID, Reason: reason})
		}
	}
	return all
}

// noteLost notes a call that would have made something, and whose answer did not come.
func (s *session) noteLost(sent *sent, err error) {
	if sent.how.why == making && (hungUp(err) || errors.As(err, new(errSlow))) {
		s.leaving.addOther(report.Leftover{Surface: sent.surface.Name, Kind: kindToken,
			Reason: fmt.Sprintf("%s %s got no answer and may have made one (%s)", sent.method, sent.path, sent.failure)})
	}
}
