package v2

import (
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// queryInvalid refuses a limit or skip that is not a number of entries.
func (s *api) queryInvalid(c *surface.Call) (any, account.Receipt, error) {
	return s.refused(c, account.Refuse(surface.QueryInvalid, "limit and skip are integers that are not negative"))
}
