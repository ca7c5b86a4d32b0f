package mutant

import (
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// services are lies about the paid services and what their calls leave behind.
func services() []Mutant {
	return slices.Concat(servicePayments(), serviceTransactions(), serviceSubscriptions(), serviceFree(),
		serviceRefusals(), serviceLimits(), serviceScopes(), serviceRates(), serviceTokens(), serviceStatistics(), serviceErrors(), serviceRaces(), serviceCounts(), serviceJobs())
}

const servicesPrefix = "/__services/"

// service is the domain and path of a paid service that is called, "company.openapi.com/EU-start";
// empty for any other request.
func (x *Exchange) service() string {
	rest, _ := strings.CutPrefix(x.Path, servicesPrefix)
	if rest == x.Path {
		return ""
	}
	return rest
}

// paidBy says who paid a call of a service that was answered; empty where none was.
func (x *Exchange) paidBy() string {
	if x.service() == "" || x.Answer.Status >= 300 {
		return ""
	}
	return x.Answer.Header.Get("X-Mock-Paid-By")
}

// served are lies about calls of services that were answered.
func served(edit func(x *Exchange)) func() Lie {
	return always(func(x *Exchange) {
		if x.paidBy() != "" {
			edit(x)
		}
	})
}

// refused are lies about calls of services that were refused with a message.
func refused(message string, edit func(x *Exchange)) func() Lie {
	return always(func(x *Exchange) {
		if x.isRefused(message) {
			edit(x)
		}
	})
}

// isRefused reports whether a service refused the call with a message. The question whether there
// are services at all carries no credentials.
func (x *Exchange) isRefused(message string) bool {
	return x.service() != "" && x.Caller != "" && x.Answer.Status >= 400 && text(x.Answer.body(), "message") == message
}

// serve answers a refused call as if it had been paid.
func serve(x *Exchange) {
	x.Answer.Status, x.Answer.JSON = 200, map[string]any{"data": map[string]any{}, "success": true, "message": "", "error": nil}
	header(x, "X-Mock-Charge", "0.08")
	header(x, "X-Mock-Paid-By", "wallet")
}

// refuse answers a successful call as if it had been refused.
func refuse(x *Exchange, status int, code, message string) {
	x.Answer.Status = status
	x.Answer.JSON = map[string]any{"success": false, "message": message, "error": json.Number(code), "data": nil}
	header(x, "X-Mock-Charge", "")
	header(x, "X-Mock-Paid-By", "")
}

// header sets a header of the answer, or removes it.
func header(x *Exchange, name, value string) {
	x.Answer.Header = maps.Clone(x.Answer.Header)
	x.Answer.Header.Del(name)
	if value != "" {
		x.Answer.Header.Set(name, value)
	}
}

// spent adds up what calls of services took from the wallet, and lies with the sum.
func spent(lie func(x *Exchange, sum *big.Rat)) func() Lie {
	return func() Lie {
		sum := new(big.Rat)
		return func(x *Exchange) {
			if charge, ok := new(big.Rat).SetString(x.Answer.Header.Get("X-Mock-Charge")); ok && x.paidBy() != "" {
				sum.Add(sum, charge)
			}
			lie(x, sum)
		}
	}
}

// moveCredit changes the wallet's credit in an answer by an amount.
func moveCredit(x *Exchange, by *big.Rat) {
	if x.Operation == "wallet.get" && x.Answer.Status == 200 {
		change("credit", func(n json.Number) any { return decimal(n, by.FloatString(4)) })(x.Answer.payload())
	}
}

// servicePayments are lies about what leaves the wallet.
func servicePayments() []Mutant {
	paid := func(edit func(x *Exchange)) func() Lie {
		return served(func(x *Exchange) {
			if x.paidBy() == "wallet" {
				edit(x)
			}
		})
	}
	scenario := func(name string) []string { return []string{"services/payment/" + name} }
	return []Mutant{
		{Name: "services/debit-missing", What: "the credit is that of the first reading", Scenarios: scenario("usage-is-told"), Lie: firstCredit},
		{Name: "services/debit-doubled", What: "each call takes its price twice", Scenarios: scenario("debit"),
			Lie: spent(func(x *Exchange, sum *big.Rat) { moveCredit(x, new(big.Rat).Neg(sum)) })},
		{Name: "services/debit-in-cents", What: "the credit is rounded down to cents", Scenarios: scenario("debit"),
			Lie: onData("wallet.get", change("credit", func(n json.Number) any {
				whole, rest, _ := strings.Cut(n.String(), ".")
				return json.Number(strings.TrimSuffix(whole+"."+rest[:min(2, len(rest))], "."))
			}))},
		{Name: "services/debit-by-a-float", What: "the credit shows what floats make of it", Scenarios: scenario("debit"),
			Lie: onData("wallet.get", change("credit", func(n json.Number) any { return json.Number(n.String() + "0000000001") }))},
		{Name: "services/wallet-not-touched", What: "updatedAt of the wallet stays at its creation", Scenarios: scenario("debit"),
			Lie: onData("wallet.get", func(w map[string]any) { w["updatedAt"] = w["createdAt"] })},
		{Name: "services/charge-told-wrong", What: "X-Mock-Charge says a ten-thousandth too much", Scenarios: scenario("debit"),
			Lie: paid(func(x *Exchange) {
				header(x, "X-Mock-Charge", decimal(json.Number(x.Answer.Header.Get("X-Mock-Charge")), "0.0001").(json.Number).String())
			})},
		{Name: "services/charge-untold", What: "X-Mock-Charge is missing", Scenarios: scenario("debit"),
			Lie: paid(func(x *Exchange) { header(x, "X-Mock-Charge", "") })},
		{Name: "services/payer-told-wrong", What: "X-Mock-Paid-By calls the wallet credit", Scenarios: scenario("debit"),
			Lie: paid(func(x *Exchange) { header(x, "X-Mock-Paid-By", "credit") })},
		{Name: "services/free-charge-told", What: "what is free is said to cost something", Scenarios: scenario("debit"),
			Lie: served(func(x *Exchange) {
				if x.paidBy() == "free" {
					header(x, "X-Mock-Charge", "0.0095")
				}
			})},
		{Name: "services/answered-as-201", What: "a call is answered 201", Scenarios: scenario("usage-is-told"), Lie: served(status(201))},
		{Name: "services/first-price", What: "of several prices the first is charged", Scenarios: scenario("price-of-the-endpoint"),
			Lie: paid(func(x *Exchange) {
				if x.Answer.Header.Get("X-Mock-Charge") == "0.1" {
					header(x, "X-Mock-Charge", "0.02")
				}
			})},
		{Name: "services/last-price", What: "where no price is named like the endpoint, another than the first is charged", Scenarios: scenario("price-of-the-endpoint"),
			Lie: paid(func(x *Exchange) {
				if x.Answer.Header.Get("X-Mock-Charge") == "3.5" {
					header(x, "X-Mock-Charge", "4.9")
				}
			})},
		{Name: "services/prices-not-debited", What: "the wallet is charged the first price, whatever is said", Scenarios: scenario("price-of-the-endpoint"),
			Lie: onData("wallet.get", change("credit", func(n json.Number) any { return decimal(n, "0.08") }))},
		{Name: "services/refused-and-debited", What: "a call that is refused for want of credit takes what there is", Scenarios: scenario("credit-exhausted"),
			Lie: afterRefusal("Insufficient Credit in Wallet", func(x *Exchange, _ int) {
				if x.Operation == "wallet.get" {
					set("credit", json.Number("0"))(x.Answer.payload())
				}
			})},
		{Name: "services/refused-and-booked", What: "a call that is refused for want of credit leaves a transaction of 0", Scenarios: scenario("credit-exhausted"),
			Lie: afterRefusal("Insufficient Credit in Wallet", func(x *Exchange, _ int) {
				if items := x.Answer.items(); x.Operation == "wallet.transactions" && len(items) > 0 {
					extra := maps.Clone(asObject(items[0]))
					extra["amount"], extra["id"] = json.Number("0"), reversedID(text(extra, "id"))
					x.Answer.setItems(slices.Insert(items, 0, any(extra)))
				}
			})},
		{Name: "services/refused-and-charged", What: "a refusal says what was charged", Scenarios: scenario("credit-exhausted"),
			Lie: refused("Insufficient Credit in Wallet", func(x *Exchange) { header(x, "X-Mock-Charge", "0.08") })},
		{Name: "services/free-needs-credit", What: "without credit even what is free is refused", Scenarios: scenario("credit-exhausted"),
			Lie: served(func(x *Exchange) {
				if x.paidBy() == "free" {
					refuse(x, 402, "610", "Insufficient Credit in Wallet")
				}
			})},
		{Name: "services/below-zero", What: "a call is answered although a ten-thousandth is missing", Scenarios: scenario("credit-exactly-enough"),
			Lie: refused("Insufficient Credit in Wallet", serve)},
		{Name: "services/never-to-zero", What: "the last call that the credit pays for is refused", Scenarios: scenario("credit-exactly-enough"),
			Lie: afterRefusal("Insufficient Credit in Wallet", func(x *Exchange, _ int) {
				if x.paidBy() == "wallet" {
					refuse(x, 402, "610", "Insufficient Credit in Wallet")
				}
			})},
	}
}

// afterRefusal lies once a service has refused something with a message; n is how often it did.
func afterRefusal(message string, edit func(x *Exchange, n int)) func() Lie {
	return func() Lie {
		n := 0
		return func(x *Exchange) {
			if x.isRefused(message) {
				n++
				return
			}
			if n > 0 {
				edit(x, n)
			}
		}
	}
}

// reversedID is an id of the same form that is another.
func reversedID(id string) string { return "txn_" + reversed(strings.TrimPrefix(id, "txn_")) }

// serviceTransactions are lies about what is booked.
func serviceTransactions() []Mutant {
	usage := func(edit func(map[string]any)) func() Lie {
		return onItems("wallet.transactions", each(func(t map[string]any) {
			if strings.HasPrefix(text(t, "description"), "API usage") {
				edit(t)
			}
		}))
	}
	isUsage := func(item any) bool { return strings.HasPrefix(text(asObject(item), "description"), "API usage") }
	debit := []string{"services/payment/debit"}
	return []Mutant{
		{Name: "services/transaction-missing", What: "usage is not listed among the transactions", Scenarios: debit,
			Lie: onItems("wallet.transactions", func(items []any) []any { return slices.DeleteFunc(items, isUsage) })},
		{Name: "services/transaction-twice", What: "usage is booked twice", Scenarios: debit,
			Lie: onItems("wallet.transactions", func(items []any) []any {
				if len(items) > 0 && isUsage(items[0]) {
					again := maps.Clone(asObject(items[0]))
					again["id"] = reversedID(text(again, "id"))
					items = slices.Insert(items, 0, any(again))
				}
				return items
			})},
		{Name: "services/transactions-merged", What: "all usage is one transaction", Scenarios: []string{"services/payment/credit-exhausted"},
			Lie: onItems("wallet.transactions", func(items []any) []any {
				return slices.CompactFunc(items, func(a, b any) bool { return isUsage(a) && isUsage(b) })
			})},
		{Name: "services/transaction-positive", What: "usage is booked as a positive amount", Scenarios: []string{"services/payment/usage-is-told"},
			Lie: usage(change("amount", func(n json.Number) any { return json.Number(strings.TrimPrefix(n.String(), "-")) }))},
		{Name: "services/transaction-in-cents", What: "amounts of transactions are rounded to cents", Scenarios: debit,
			Lie: usage(change("amount", func(n json.Number) any {
				if n == "-0.0095" {
					return json.Number("-0.01")
				}
				return n
			}))},
		{Name: "services/transaction-other-amount", What: "a transaction shows another amount than was taken", Scenarios: []string{"services/payment/usage-is-told"},
			Lie: usage(change("amount", func(n json.Number) any { return decimal(n, "-0.0001") }))},
		{Name: "services/transaction-bare-id", What: "the ids of transactions have no txn_", Scenarios: debit,
			Lie: usage(change("id", func(s string) any { return strings.TrimPrefix(s, "txn_") }))},
		{Name: "services/transaction-same-id", What: "all usage has one id", Scenarios: debit, Lie: usage(set("id", "txn_64f0c1a2b3d4e5f6a7b8c9d0"))},
		{Name: "services/transaction-unnamed", What: "the description does not name the service", Scenarios: debit, Lie: usage(set("description", "API usage"))},
		{Name: "services/transaction-names-scope", What: "the description names the scope instead of the service", Scenarios: debit,
			Lie: usage(change("description", func(s string) any { return s + "/EU-start" }))},
		{Name: "services/transaction-dated-later", What: "a transaction is dated a second after the call", Scenarios: debit,
			Lie: usage(func(t map[string]any) { shift(t, "createdAt", 1) })},
		{Name: "services/transactions-oldest-first", What: "usage is put at the end of the list", Scenarios: debit,
			Lie: onItems("wallet.transactions", func(items []any) []any { slices.Reverse(items); return items })},
		{Name: "services/other-transactions-touched", What: "a call changes a transaction that was there before", Scenarios: debit,
			Lie: func() Lie {
				return func(x *Exchange) {
					if items := x.Answer.items(); x.Operation == "wallet.transactions" && len(items) > 1 {
						shift(asObject(items[len(items)-1]), "createdAt", 90)
					}
				}
			}},
	}
}
