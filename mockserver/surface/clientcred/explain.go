package clientcred

import (
	"net/http"

	"oauthmock/mockserver/exchange"
)

// explain mentions what generic OAuth libraries trip over.
func (s *api) explain(e *exchange.Exchange) []string {
	if e.Operation == tokenName && e.Response.Status == http.StatusOK && s.shape == Wrapped {
		return []string{"The token is under data, as the provider's page shows, and not where generic OAuth libraries look for it; --client-credentials-shape both sends it in both places."}
	}
	return nil
}
