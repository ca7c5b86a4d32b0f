package world

import (
	"fmt"
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
)

func (d decoder) clock(a *account.Account, f *fixtures.Account) error {
	if f.Clock == nil {
		return nil
	}
	if f.Clock.Offset != "" {
		offset, err := time.ParseDuration(f.Clock.Offset)
		if err != nil {
			return fmt.Errorf("clock.offset %q is not a duration such as 24h", f.Clock.Offset)
		}
		a.Clock.Offset = offset
	}
	if f.Clock.FrozenAt != nil {
		a.Clock.FrozenAt = d.at(*f.Clock.FrozenAt)
	}
	return nil
}

// relative returns an account's clock as fixtures write it; nil is the server's clock.
func relative(s clock.Setting) *fixtures.Clock {
	if s == (clock.Setting{}) {
		return nil
	}
	c := &fixtures.Clock{}
	if s.Offset != 0 {
		c.Offset = s.Offset.String()
	}
	if s.Frozen() {
		at := fixtures.At(s.FrozenAt)
		c.FrozenAt = &at
	}
	return c
}
