package mutant

import (
	"encoding/json"
	"math/big"
	"strings"
)

// money are lies about the wallet and its transactions.
func money() []Mutant {
	first := func(edit func(map[string]any)) func([]any) []any {
		return func(items []any) []any {
			if len(items) > 0 {
				edit(asObject(items[0]))
			}
			return items
		}
	}
	return []Mutant{
		{Name: "money/credit-off-by-a-cent", What: "the credit is a cent more than the transactions make", Scenarios: []string{"v2/wallet/credit/sum-of-transactions"},
			Lie: onData("wallet.get", change("credit", func(n json.Number) any { return decimal(n, "0.01") }))},
		{Name: "money/credit-off-by-a-ten-thousandth", What: "the credit is 1/10000 less than the transactions make", Scenarios: []string{"v2/wallet/credit/decimals"},
			Lie: onData("wallet.get", change("credit", func(n json.Number) any { return decimal(n, "-0.0001") }))},
		{Name: "money/credit-as-text", What: "the credit is text", Scenarios: []string{"v2/wallet/get/shape"},
			Lie: onData("wallet.get", change("credit", func(n json.Number) any { return n.String() }))},
		{Name: "money/credit-rounded", What: "the credit is rounded to cents", Scenarios: []string{"v2/wallet/credit/recharge-and-debit"},
			Lie: onData("wallet.get", change("credit", func(n json.Number) any {
				whole, rest, _ := strings.Cut(n.String(), ".")
				return json.Number(strings.TrimSuffix(whole+"."+rest[:min(2, len(rest))], "."))
			}))},
		{Name: "money/recharge-not-seen", What: "the credit is that of the first reading", Scenarios: []string{"v2/wallet/credit/recharge-and-debit"},
			Lie: firstCredit},
		{Name: "money/updated-never", What: "updatedAt of the wallet stays at its creation", Scenarios: []string{"v2/wallet/credit/recharge-and-debit"},
			Lie: onData("wallet.get", func(w map[string]any) { w["updatedAt"] = w["createdAt"] })},
		{Name: "money/transaction-lost", What: "the newest transaction is not listed", Scenarios: []string{"v2/wallet/credit/sum-of-transactions"},
			Lie: on("wallet.transactions", func(x *Exchange) {
				if items := x.Answer.items(); x.Query.Get("skip") == "" || x.Query.Get("skip") == "0" {
					x.Answer.setItems(items[min(1, len(items)):])
				}
			})},
		{Name: "money/sign-flipped", What: "debits are listed as positive amounts", Scenarios: []string{"v2/wallet/credit/recharge-and-debit"},
			Lie: onItems("wallet.transactions", each(change("amount", func(n json.Number) any { return json.Number(strings.TrimPrefix(n.String(), "-")) })))},
		{Name: "money/another-description", What: "a transaction has another description than it was booked with", Scenarios: []string{"v2/wallet/credit/recharge-and-debit"},
			Lie: onItems("wallet.transactions", first(set("description", "Wallet")))},
		{Name: "money/transaction-id-bare", What: "the ids of transactions have no txn_", Scenarios: []string{"v2/transactions/list/members"},
			Lie: onItems("wallet.transactions", each(change("id", func(s string) any { return strings.TrimPrefix(s, "txn_") })))},
		{Name: "money/transaction-dated-later", What: "a transaction is dated a day after it was made", Scenarios: []string{"v2/wallet/credit/recharge-and-debit"},
			Lie: onItems("wallet.transactions", first(func(t map[string]any) { shift(t, "createdAt", 86400) }))},
		{Name: "money/everybodys-credit", What: "all accounts show the credit of the first that asked", Scenarios: []string{"v2/wallet/credit/of-one-account-only"},
			Lie: firstCredit},
	}
}

// decimal adds to a number exactly.
func decimal(n json.Number, by string) any {
	a, ok := new(big.Rat).SetString(n.String())
	b, also := new(big.Rat).SetString(by)
	if !ok || !also {
		return n
	}
	text := strings.TrimRight(a.Add(a, b).FloatString(4), "0")
	return json.Number(strings.TrimSuffix(text, "."))
}

// firstCredit answers every reading of a wallet with the credit of the first.
func firstCredit() Lie {
	var seen any
	return func(x *Exchange) {
		if data := x.Answer.payload(); x.Operation == "wallet.get" && x.Answer.Status == 200 {
			if seen == nil {
				seen = data["credit"]
			}
			data["credit"] = seen
		}
	}
}

// rounded is a number with fewer decimals.
func rounded(n json.Number, places int) string {
	a, ok := new(big.Rat).SetString(n.String())
	if !ok {
		return n.String()
	}
	return a.FloatString(places)
}
