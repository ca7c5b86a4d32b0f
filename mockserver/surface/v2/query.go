package v2

import (
	"net/url"
	"strings"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// query reads the query leniently: a pair that cannot be unescaped is taken as it stands.
func (c *call) query() url.Values {
	query := url.Values{}
	for pair := range strings.SplitSeq(c.gin.Request.URL.RawQuery, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		query.Add(unescape(name), unescape(value))
	}
	return query
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// refused records a call that the surface itself refuses.
func (s *Surface) refused(c *call, refusal error) (any, account.Receipt, error) {
	receipt, err := s.accounts.Refuse(c.context(), c.Call, refusal)
	return nil, receipt, err
}

// queryInvalid refuses a limit or skip that is no number of entries.
func (s *Surface) queryInvalid(c *call) (any, account.Receipt, error) {
	return s.refused(c, account.Refuse(surface.QueryInvalid, "limit and skip are integers that are not negative"))
}
