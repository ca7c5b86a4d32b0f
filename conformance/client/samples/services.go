package samples

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// transactions counts the transactions of the wallet.
func (w *worker) transactions() (int, error) {
	var list struct {
		Data []json.RawMessage `json:"data"`
	}
	err := w.read(asked{method: http.MethodGet, url: w.base + "/wallet/transactions"}, &list)
	return len(list.Data), err
}

func callService(w *worker) (any, error) {
	a := asked{method: w.given.Method, url: w.given.URL, bearer: w.given.Token}
	if w.given.Body != nil {
		a.body = w.given.Body
	}
	if w.broken("token-in-the-query") {
		a.url += "?token=" + w.given.Token
	}
	before, err := w.transactions()
	if err != nil {
		return nil, err
	}
	got, err := w.ask(a)
	if errors.Is(err, errLost) {
		return w.afterLoss(a, before)
	}
	if err != nil {
		return nil, err
	}
	switch err := got.decode(nil); {
	case err == nil:
		return map[string]any{"outcome": "ok"}, nil
	case got.status == http.StatusPaymentRequired && w.broken("takes-402-for-401"):
		return map[string]any{"outcome": "unauthorized"}, nil
	case got.status == http.StatusPaymentRequired:
		if w.broken("signs-in-anew-for-402") {
			_, _ = w.create(w.base+"/tokens", "anew", []string{"POST:sms.openapi.com/IT-messages"})
		}
		return map[string]any{"outcome": "payment-required"}, nil
	case got.status == http.StatusUnauthorized:
		if w.broken("hammers") {
			for range 5 {
				_, _ = w.ask(a)
			}
		}
		refused, _ := errors.AsType[refusal](err)
		if w.broken("takes-errors-for-integers") && strings.Contains(string(refused.code), ".") {
			return nil, errors.New("the error is not an integer")
		}
		return map[string]any{"outcome": "unauthorized", "error": refused.code}, nil
	default:
		return nil, err
	}
}

// afterLoss finds out whether a call was paid, whose answer was lost.
func (w *worker) afterLoss(a asked, before int) (any, error) {
	if w.broken("repeats-blindly") {
		got, err := w.ask(a)
		if err == nil {
			err = got.decode(nil)
		}
		return map[string]any{"outcome": "ok"}, err
	}
	now, err := w.transactions()
	if err != nil {
		return nil, err
	}
	if now > before {
		return map[string]any{"outcome": "ok"}, nil
	}
	return map[string]any{"outcome": "unknown"}, nil
}

func rotateToken(w *worker) (any, error) {
	if w.broken("reads-with-the-refresh-token") {
		_, _ = w.once(asked{method: http.MethodGet, url: w.base + "/wallet", bearer: w.given.RefreshToken})
	}
	fresh, err := w.rotate(max(1, w.given.AtOnce))
	if err != nil {
		return nil, err
	}
	if w.broken("goes-on-with-the-old-token") {
		_, _ = w.once(asked{method: http.MethodGet, url: w.given.URL, bearer: w.given.Token})
	}
	if w.broken("rotates-with-the-old-pair-again") {
		_, _ = w.once(w.rotation(w.given.Token, w.given.RefreshToken))
	}
	err = w.read(asked{method: http.MethodGet, url: w.given.URL, bearer: fresh.Token}, nil)
	return map[string]any{"rotated": err == nil}, err
}

func (w *worker) rotation(old, refresh string) asked {
	return asked{method: http.MethodPatch, url: w.base + "/tokens/" + old, bearer: refresh, body: map[string]any{}}
}

// rotate rotates the token, several times at once if need be, and returns the pair of the one that
// won.
func (w *worker) rotate(atOnce int) (token, error) {
	fresh, errs := make([]token, atOnce), make([]error, atOnce)
	var rotating sync.WaitGroup
	for i := range atOnce {
		rotating.Go(func() {
			got, err := w.ask(w.rotation(w.given.Token, w.given.RefreshToken))
			if err == nil {
				err = got.decode(nil)
			}
			if err == nil {
				fresh[i], err = w.single(got.body)
			}
			errs[i] = err
		})
	}
	rotating.Wait()
	won := slices.IndexFunc(errs, func(err error) bool { return err == nil })
	if atOnce > 1 && w.broken("keeps-the-last-answer") {
		won = slices.IndexFunc(errs, func(err error) bool { return err != nil }) // the refusal came last
	}
	if won < 0 {
		return token{}, errors.Join(errs...)
	}
	return fresh[won], errs[won]
}

func keepFresh(w *worker) (any, error) {
	now, err := time.Parse(time.RFC3339, w.given.Now)
	if err != nil {
		return nil, err
	}
	expires, err := time.Parse(time.RFC3339, w.given.ExpireAt)
	if err != nil {
		return nil, err
	}
	current := w.given.Token
	if !now.Before(expires) && !w.broken("never-looks-at-the-clock") {
		if current, err = w.replacement(); err != nil {
			return nil, err
		}
	}
	for done := 0; done < w.given.Calls; {
		a := asked{method: http.MethodGet, url: w.given.URL, bearer: current}
		err := w.read(a, nil)
		switch {
		case err == nil:
			done++
		case statusOf(err) == http.StatusUnauthorized && current == w.given.Token:
			if w.broken("hammers") {
				for range 5 {
					_, _ = w.ask(a)
				}
			}
			if current, err = w.replacement(); err != nil {
				return nil, err
			}
		default:
			return nil, err
		}
	}
	return map[string]any{"calls": w.given.Calls}, nil
}

// replacement makes a token with the scopes of one that is gone.
func (w *worker) replacement() (string, error) {
	made, err := w.create(w.base+"/tokens", "replacement", w.given.Scopes)
	return made.Token, err
}
