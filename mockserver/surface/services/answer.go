package services

import (
	"encoding/json"
	"errors"
	"net/http"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/surface"
)

// Headers of the mock's own that say what a call cost.
const (
	headerCharge = "X-Mock-Charge"  // what left the wallet, "0.06"; 0 for other payers
	headerPaidBy = "X-Mock-Paid-By" // wallet, subscription or free
)

// answer is one answer of the surface, while it is written.
type answer struct {
	*Surface
	w http.ResponseWriter
	e *exchange.Exchange
}

// receiptBody is what a service says that has nothing else to say.
type receiptBody struct {
	Data struct {
		Scope  string      `json:"scope"`
		Charge json.Number `json:"charge"`
		PaidBy string      `json:"paidBy"`
	} `json:"data"`
	Success bool   `json:"success"`
	Message string `json:"message"`
	Error   any    `json:"error"`
}

// succeed writes what the service answers: the fixture's body, else the document's, else what was charged.
func (a answer) succeed(r *http.Request, to place, c account.Charge) {
	h := a.w.Header()
	h[headerCharge] = []string{c.Amount.String()}
	h[headerPaidBy] = []string{string(c.PaidBy)}
	if c.Scope.Answer != nil {
		a.write(http.StatusOK, "application/json", c.Scope.Answer)
		return
	}
	if made, ok := a.answers.answer(a.config.Documents, a.config.Seed, r, to); ok {
		a.write(made.Status, made.ContentType, made.Body)
		return
	}
	body := receiptBody{Success: true}
	body.Data.Scope, body.Data.Charge, body.Data.PaidBy = c.Name, json.Number(c.Amount.String()), string(c.PaidBy)
	text, err := json.Marshal(body)
	if err != nil {
		a.config.Log.Error("answer cannot be rendered", "error", err)
		a.fail(account.Internal, err.Error())
		return
	}
	a.write(http.StatusOK, "application/json", text)
}

// refuse writes the answer to a refusal, or to an error that no rule foresaw: that is logged, and never shown.
func (a answer) refuse(err error, c account.Charge, receipt account.Receipt) {
	var refusal *account.Refusal
	switch {
	case errors.As(err, &refusal):
		switch refusal.Reason {
		case account.RateLimited:
			a.w.Header().Set("Retry-After", surface.Seconds(receipt.Quota.Reset))
		case account.MethodNotOffered:
			a.w.Header().Set("Allow", allow(c.Methods))
		}
		a.fail(refusal.Reason, refusal.Detail)
	case errors.Is(err, account.ErrNoAccount):
		a.fail(account.AccessTokenInvalid, "the account was reset, replaced or removed between authentication and transaction")
	default:
		a.config.Log.Error("call failed", "operation", Operation, "error", err)
		a.fail(account.Internal, err.Error())
	}
}

// fail writes the refusals table's row of a reason. The detail is for explanations; callers are told only what their request violates, because
// they gave the document.
func (a answer) fail(reason account.Reason, detail string) {
	row := a.refusals.Row(Operation, reason)
	a.e.Reason, a.e.Detail, a.e.Code = row.Reason, detail, row.Code.String()
	a.e.Grade, a.e.Source = string(row.Grade), row.Source
	body := row.Body
	if reason == surface.RequestViolates {
		body = row.BodyWith(row.Message + ": " + detail)
	}
	a.write(row.Status, "application/json", body)
}

func (a answer) write(status int, contentType string, body []byte) {
	if contentType != "" {
		a.w.Header()["Content-Type"] = []string{contentType}
	}
	a.w.WriteHeader(status)
	_, _ = a.w.Write(body) // into memory
}
