package v2

import (
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// tokenDetail is v2 TokenDetail.
type tokenDetail struct {
	Token        string      `json:"token"`
	Name         string      `json:"name"`
	CreatedAt    timestamp   `json:"createdAt"`
	ExpireAt     timestamp   `json:"expireAt"`
	UpdatedAt    timestamp   `json:"updatedAt"`
	Scopes       []string    `json:"scopes"`
	RefreshToken string      `json:"refreshToken"`
	Limits       tokenLimits `json:"limits"`
	Stats        tokenStats  `json:"stats"`
}

// detailInList is a single token where the document has it under data alone (v2 TokenListOrDetail).
type detailInList struct{ *tokenDetail }

// tokenLimits is v2 TokenLimits: only what is set.
type tokenLimits struct {
	TotalRequests        *int64    `json:"totalRequests,omitempty"`
	WalletRequests       *int64    `json:"walletRequests,omitempty"`
	SubscriptionRequests *int64    `json:"subscriptionRequests,omitempty"`
	WalletAmount         *money    `json:"walletAmount,omitempty"`
	IP                   *[]string `json:"ip,omitempty"`
}

// tokenStats is v2 TokenStats.
type tokenStats struct {
	TotalRequests        int64    `json:"totalRequests"`
	WalletRequests       int64    `json:"walletRequests"`
	SubscriptionRequests int64    `json:"subscriptionRequests"`
	ErrorRequests        int64    `json:"errorRequests"`
	WalletAmount         money    `json:"walletAmount"`
	IP                   []string `json:"ip"`
}

func wireToken(t *account.Token) *tokenDetail {
	limits := t.Limits
	if limits == nil {
		limits = &account.TokenLimits{}
	}
	created := wireTime(t.CreatedAt.Time())
	updated := created
	if t.UpdatedAt != t.CreatedAt {
		updated = wireTime(t.UpdatedAt.Time())
	}
	return &tokenDetail{
		Token: t.Value, Name: t.Name, CreatedAt: created, ExpireAt: wireTime(t.ExpireAt.Time()), UpdatedAt: updated,
		Scopes: t.Scopes, RefreshToken: t.RefreshToken,
		Limits: tokenLimits{
			TotalRequests: limits.TotalRequests, WalletRequests: limits.WalletRequests,
			SubscriptionRequests: limits.SubscriptionRequests, WalletAmount: wireLimit(limits.WalletAmount), IP: wireIPs(limits.IP),
		},
		Stats: tokenStats{
			TotalRequests: t.Stats.TotalRequests, WalletRequests: t.Stats.WalletRequests, SubscriptionRequests: t.Stats.SubscriptionRequests,
			ErrorRequests: t.Stats.ErrorRequests, WalletAmount: wireMoney(t.Stats.WalletAmount), IP: present(t.Stats.IPs.List()),
		},
	}
}

func wireLimit(m *account.Money) *money {
	if m == nil {
		return nil
	}
	amount := wireMoney(*m)
	return &amount
}

// wireIPs leaves out what is not limited, and renders a limit that lets nobody in as [].
func wireIPs(list []string) *[]string {
	if list == nil {
		return nil
	}
	return &list
}

// present renders an empty list as [] and not as null.
func present(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// createToken is POST /tokens.
func (s *Surface) createToken(c *call) (any, account.Receipt, error) {
	r, err := tokenRequest(c.body, true)
	if err != nil {
		return s.refused(c, err)
	}
	t, receipt, err := s.accounts.CreateToken(c.context(), c.Call, r)
	return wireToken(&t), receipt, err
}

// listTokens is GET /tokens, and with ?id= the detail that its summary speaks of.
func (s *Surface) listTokens(c *call) (any, account.Receipt, error) {
	query := c.query()
	if id := query.Get("id"); id != "" {
		t, receipt, err := s.accounts.Token(c.context(), c.Call, id)
		return detailInList{wireToken(&t)}, receipt, err
	}
	p, _ := page(query) // the operation has no query error: defaults
	tokens, receipt, err := s.accounts.Tokens(c.context(), c.Call, p)
	return list(tokens, wireToken), receipt, err
}

// getToken is GET /tokens/{token}.
func (s *Surface) getToken(c *call) (any, account.Receipt, error) {
	t, receipt, err := s.accounts.Token(c.context(), c.Call, c.gin.Param("token"))
	return wireToken(&t), receipt, err
}

// updateToken is PATCH /tokens/{token}: with Basic an update, with the refresh token as Bearer a rotation.
func (s *Surface) updateToken(c *call) (any, account.Receipt, error) {
	r, err := tokenRequest(c.body, false)
	if err != nil {
		return s.refused(c, err)
	}
	var t account.Token
	var receipt account.Receipt
	if value := c.gin.Param("token"); c.bearer != "" {
		t, receipt, err = s.accounts.UpdateTokenAsBearer(c.context(), c.Call, value, c.bearer, r)
	} else {
		t, receipt, err = s.accounts.UpdateToken(c.context(), c.Call, value, r)
	}
	return wireToken(&t), receipt, err
}

// deleteToken is DELETE /tokens/{token}.
func (s *Surface) deleteToken(c *call) (any, account.Receipt, error) {
	receipt, err := s.accounts.DeleteToken(c.context(), c.Call, c.gin.Param("token"))
	return deleted{}, receipt, err
}

// missTokenID is PATCH or DELETE on /tokens/ without an id.
func (s *Surface) missTokenID(c *call) (any, account.Receipt, error) {
	return s.refused(c, account.Refuse(surface.TokenIDMissing, "the path ends where the token should stand"))
}
