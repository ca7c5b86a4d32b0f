package surface

import (
	"errors"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
)

// Unreadable says why a body could not be read, as a refusal.
func Unreadable(err error) error {
	switch {
	case errors.Is(err, exchange.ErrBodyTooLarge):
		return account.Refuse(BodyTooLarge, err.Error())
	case errors.Is(err, exchange.ErrBodyTimeout):
		return account.Refuse(RequestTimeout, err.Error())
	default:
		return account.Refuse(BodyMalformed, err.Error())
	}
}
