package world

import (
	"encoding/json"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
)

// catalogue builds the catalogue of a world.
func catalogue(services []fixtures.Service) *account.Catalogue {
	count := 0
	for _, service := range services {
		count += len(service.Scopes)
	}
	scopes := make([]account.CatalogueScope, 0, count)
	for _, service := range services {
		for _, s := range service.Scopes {
			prices := make([]account.Price, len(s.Prices))
			for i, p := range s.Prices {
				prices[i] = account.Price{Key: p.Key, Amount: account.Money(p.Amount)}
			}
			var answer []byte
			if s.Response != nil {
				answer, _ = json.Marshal(s.Response) // it was decoded from JSON or YAML, so it can be encoded
			}
			var async *account.Async
			if s.Async != nil {
				async = &account.Async{After: s.Async.Duration(), Pending: s.Async.State.Pending, Done: s.Async.State.Done}
				if p, ok := account.ParsePattern(s.Async.Get); ok { // fixtures are validated
					async.Get = account.NameScope(p.Method, p.Host, p.Path)
				}
			}
			scopes = append(scopes, account.CatalogueScope{
				Answer: answer, Everybody: s.Everybody, Async: async,
				ID: s.ID, Method: s.Method, Domain: service.Domain, Endpoint: s.Endpoint, RateLimit: s.RateLimit,
				Free:         account.FreeLimits{Day: s.FreeLimits.Day, Month: s.FreeLimits.Month, Year: s.FreeLimits.Year, Total: s.FreeLimits.Total},
				Requirements: s.Requirements, Prices: prices,
			})
		}
	}
	return account.NewCatalogue(scopes)
}
