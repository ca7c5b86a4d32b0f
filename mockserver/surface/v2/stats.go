package v2

import (
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// counts are the five numbers that all statistics have.
type counts struct {
	TotalRequests        int64 `json:"totalRequests"`
	WalletRequests       int64 `json:"walletRequests"`
	SubscriptionRequests int64 `json:"subscriptionRequests"`
	ErrorRequests        int64 `json:"errorRequests"`
	WalletAmount         money `json:"walletAmount"`
}

func wireCounts(c *account.Counter) counts {
	return counts{
		TotalRequests: c.Requests, WalletRequests: c.WalletRequests, SubscriptionRequests: c.SubscriptionRequests,
		ErrorRequests: c.ErrorRequests, WalletAmount: wireMoney(c.WalletAmount),
	}
}

// statsOverall is the answer of GET /stats.
type statsOverall struct {
	counts
	TotalIPs  int `json:"totalIps"`
	TotalAPIs int `json:"totalApis"`
}

// statsOfDomain is one entry of GET /stats/apis.
type statsOfDomain struct {
	counts
	TotalIPs    int `json:"totalIps"`
	TotalScopes int `json:"totalScopes"`
}

// statsDetail is the answer of GET /stats/apis/{domain}.
type statsDetail struct {
	counts
	IP          []string                `json:"ip"`
	TotalIPs    int                     `json:"totalIps"`
	TotalScopes int                     `json:"totalScopes"`
	Scopes      map[string]statsOfScope `json:"scopes"`
}

// statsOfScope is one scope of a statsDetail.
type statsOfScope struct {
	counts
	IP []string `json:"ip"`
}

// statsTotal is GET /stats.
func (s *api) statsTotal(c *surface.Call) (any, account.Receipt, error) {
	p, ok := period(c.Query())
	if !ok {
		return s.dateInvalid(c)
	}
	total, receipt, err := s.accounts.UsageTotal(c.Context(), c.Call, p)
	return statsOverall{counts: wireCounts(&total.Counter), TotalIPs: len(total.IPs.List()), TotalAPIs: total.APIs}, receipt, err
}

// statsIPs is GET /stats/ips.
func (s *api) statsIPs(c *surface.Call) (any, account.Receipt, error) {
	p, ok := period(c.Query())
	if !ok {
		return s.dateInvalid(c)
	}
	total, receipt, err := s.accounts.UsageTotal(c.Context(), c.Call, p)
	return present(total.IPs.Sorted()), receipt, err
}

// statsAPIs is GET /stats/apis.
func (s *api) statsAPIs(c *surface.Call) (any, account.Receipt, error) {
	p, ok := period(c.Query())
	if !ok {
		return s.dateInvalid(c)
	}
	apis, receipt, err := s.accounts.UsageByAPI(c.Context(), c.Call, p)
	out := make(map[string]statsOfDomain, len(apis))
	for domain, api := range apis {
		out[domain] = statsOfDomain{counts: wireCounts(&api.Counter), TotalIPs: len(api.IPs.List()), TotalScopes: len(api.Scopes)}
	}
	return out, receipt, err
}

// statsAPI is GET /stats/apis/{domain}. A domain that was never called has zeros.
func (s *api) statsAPI(c *surface.Call) (any, account.Receipt, error) {
	p, ok := period(c.Query())
	if !ok {
		return s.dateInvalid(c)
	}
	api, receipt, err := s.accounts.UsageOfAPI(c.Context(), c.Call, c.Param("domain"), p)
	if err != nil {
		return nil, receipt, err
	}
	out := statsDetail{
		counts: wireCounts(&api.Counter), IP: present(api.IPs.Sorted()), TotalIPs: len(api.IPs.List()),
		TotalScopes: len(api.Scopes), Scopes: make(map[string]statsOfScope, len(api.Scopes)),
	}
	for scope, counter := range api.Scopes {
		out.Scopes[scope] = statsOfScope{counts: wireCounts(counter), IP: present(counter.IPs.Sorted())}
	}
	return out, receipt, nil
}

// dateInvalid refuses a date that is not a date.
func (s *api) dateInvalid(c *surface.Call) (any, account.Receipt, error) {
	return s.refused(c, account.Refuse(surface.DateInvalid, "date is not YYYY, YYYY-MM or YYYY-MM-DD, or no real day"))
}
