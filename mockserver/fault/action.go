package fault

import (
	"context"
	"errors"
	"math"
	"strconv"
	"time"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/world"
)

// maxAdvance is how far a rule may move a clock at once.
const maxAdvance = 100 * 365 * 24 * time.Hour

// Action is what a rule does to the account of a call when it fires, before or after the call is
// carried out, as the rule says. Its parts are done in this order.
type Action struct {
	// Credit is what the wallet holds afterwards: an amount of up to four decimals, 0 or more. It
	// is changed by a transaction.
	Credit *float64 `json:"credit,omitempty"`
	// Expire is "token" for those that the call names (in its path, as parameter "id", as Bearer),
	// "all", or a token.
	Expire string `json:"expire,omitempty"`
	// Advance is how far the account's clock is moved on.
	Advance Duration `json:"advance,omitempty"`
}

// action is an Action that has been checked.
type action struct {
	credit  *account.Money
	expire  string
	advance time.Duration
}

func newAction(a Action) (out action, err error) {
	if a == (Action{}) {
		return out, wrongf("", "is empty; want credit, expire or advance")
	}
	if a.Credit != nil {
		amount, err := account.ParseMoney(strconv.FormatFloat(*a.Credit, 'f', -1, 64))
		if err != nil || amount < 0 || math.IsNaN(*a.Credit) || amount > account.MaxCredit {
			return out, wrongf("credit", "is %v; want an amount of up to four decimals, 0 or more", *a.Credit)
		}
		out.credit = &amount
	}
	out.expire = a.Expire
	if out.advance, err = a.Advance.read(); err != nil || out.advance < 0 || a.Advance != "" && out.advance == 0 {
		return out, wrongf("advance", "is %q; want a duration above zero such as \"1h\"", a.Advance)
	}
	if out.advance > maxAdvance {
		return out, wrongf("advance", "is %q; want a hundred years (%s) at most", a.Advance, maxAdvance)
	}
	return out, nil
}

// do does it to the account of a call, if the life of it that the caller was authenticated to is
// not over.
func (a action) do(ctx context.Context, w *world.World, e *exchange.Exchange) error {
	var errs []error
	if a.credit != nil {
		errs = append(errs, w.SetCredit(ctx, e.Caller(), *a.credit, "Set by a fault rule"))
	}
	switch a.expire {
	case "":
	case "all":
		errs = append(errs, w.ExpireTokens(ctx, e.Caller()))
	case "token":
		if named := tokensOf(e); len(named) > 0 {
			errs = append(errs, w.ExpireTokens(ctx, e.Caller(), named...))
		}
	default:
		errs = append(errs, w.ExpireTokens(ctx, e.Caller(), a.expire))
	}
	if a.advance > 0 {
		_, _, err := w.AdvanceAccount(ctx, e.Caller(), a.advance)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
