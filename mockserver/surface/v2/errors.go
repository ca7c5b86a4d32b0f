package v2

import (
	"encoding/json"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// errorLog is v2 ErrorLog.
type errorLog struct {
	ID               string      `json:"id"`
	Scope            string      `json:"scope"`
	Domain           string      `json:"domain"`
	ErrorAt          timestamp   `json:"errorAt"`
	HTTPResponseCode int         `json:"httpResponseCode"`
	ErrorCode        json.Number `json:"errorCode"` // a number, as the document has it; 125.22 is one
	Message          string      `json:"message"`
	IP               string      `json:"ip"`
}

func wireError(e *account.ErrorEntry) errorLog {
	return errorLog{
		ID: e.ID, Scope: e.Scope, Domain: account.DomainOf(e.Scope), ErrorAt: wireTime(e.At), HTTPResponseCode: e.Status,
		ErrorCode: json.Number(e.Code), Message: e.Message, IP: e.IP,
	}
}

// listErrors is GET /errors.
func (s *api) listErrors(c *surface.Call) (any, account.Receipt, error) {
	query := c.Query()
	p, ok := page(query)
	if !ok {
		return s.queryInvalid(c)
	}
	errors, receipt, err := s.accounts.Errors(c.Context(), c.Call, filter(query), p)
	return list(errors, wireError), receipt, err
}
