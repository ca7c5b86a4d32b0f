package console

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// account is an account in the list of accounts.
type account struct {
	ID          string `json:"id"`
	Email       string `json:"email"`
	APIKey      string `json:"apiKey"`
	Environment string `json:"environment"`
}

func (v *visit) accounts() ([]account, error) {
	var out list[account]
	err := v.ask("/accounts", nil, &out)
	return out.Items, err
}

// state is an account's whole state, of which a page shows the newest of each list.
type state struct {
	account
	CreatedAt     time.Time `json:"createdAt"`
	EnabledScopes []string  `json:"enabledScopes"`
	Wallet        struct {
		Transactions []transaction `json:"transactions"`
		Autorecharge *struct{ Below, Amount json.Number }
	} `json:"wallet"`
	Tokens []struct {
		Token        string         `json:"token"`
		RefreshToken string         `json:"refreshToken"`
		Name         string         `json:"name"`
		Scopes       []string       `json:"scopes"`
		CreatedAt    time.Time      `json:"createdAt"`
		ExpireAt     time.Time      `json:"expireAt"`
		Limits       map[string]any `json:"limits"`
		Stats        struct {
			TotalRequests int64       `json:"totalRequests"`
			ErrorRequests int64       `json:"errorRequests"`
			WalletAmount  json.Number `json:"walletAmount"`
		} `json:"stats"`
	} `json:"tokens"`
	Subscriptions []struct {
		ID, Scope, Type                  string
		Active, Autorenew                bool
		TotalRequests, AvailableRequests int64
		Price                            json.Number
		StartsAt, ExpiresAt              time.Time
	} `json:"subscriptions"`
	Callbacks []struct {
		ID, Scope, URL   string
		Active           bool
		CreatedAt        time.Time
		CompletedAt, Due *time.Time
		HTTPResponseCode int
		Attempt, Retries int
	} `json:"callbacks"`
	Errors []struct {
		ID, Scope, Code, Message, IP string
		ErrorAt                      time.Time
		Status                       int
	} `json:"errors"`
	Usage   []usage `json:"usage"`
	Clients []struct {
		ID, Secret   string
		RedirectURIs []string `json:"redirectUris"`
		Disabled     bool
	} `json:"clients"`
	Users       []struct{ Username, Password, Email, FullName string } `json:"users"`
	GrantTokens []json.RawMessage                                      `json:"grantTokens"`
}

type transaction struct {
	ID          string      `json:"id"`
	Amount      json.Number `json:"amount"`
	CreatedAt   time.Time   `json:"createdAt"`
	Description string      `json:"description"`
}

type usage struct {
	Day                                                                time.Time
	Scope                                                              string
	TotalRequests, WalletRequests, SubscriptionRequests, ErrorRequests int64
}

// accountView is the data of the page of one account.
type accountView struct {
	frame
	state
	Now    time.Time
	Credit string
	// Line is the credit over time, as points of an SVG; Days, Services and Scopes count calls.
	Line                   string
	Days, Services, Scopes []bar
	Requests               []entry
}

// bar is a bar of a chart.
type bar struct {
	Name  string
	Count int64
	Share int // of the longest one, 0 to 100
}

// shownOf is how many entries of a list an account's page shows.
const shownOf = 100

func showAccounts(v *visit) (templ.Component, error) {
	items, err := v.accounts()
	return accountsPage(v.frame("Accounts", "/accounts"), items), err
}

func showAccount(v *visit) (templ.Component, error) {
	id := v.r.PathValue("id")
	view := accountView{frame: v.frame("Account "+id, "/accounts")}
	if err := v.ask("/accounts/"+url.PathEscape(id), nil, &view.state); err != nil {
		return nil, err
	}
	now, err := v.now(id)
	if err != nil {
		return nil, err
	}
	view.Now = now.Now
	var recent list[entry]
	err = v.ask("/requests", url.Values{"account": {id}, "kind": {"*"}, "limit": {"10"}}, &recent)
	slices.Reverse(recent.Items)
	view.Requests = recent.Items
	view.chart()
	return accountPage(view), err
}

// moment is the time of a clock.
type moment struct {
	Now    time.Time `json:"now"`
	Frozen bool      `json:"frozen"`
}

func (v *visit) now(account string) (moment, error) {
	var out moment
	query := url.Values{}
	if account != "" {
		query.Set("account", account)
	}
	return out, errors.Join(v.ask("/clock", query, &out))
}

// chart computes what the charts show: sums of what the state holds.
func (v *accountView) chart() {
	credit, points := int64(0), make([]int64, 0, len(v.Wallet.Transactions))
	for _, t := range v.Wallet.Transactions {
		credit += tenThousandths(t.Amount)
		points = append(points, credit)
	}
	v.Credit, v.Line = money(credit), polyline(points)
	days, services, scopes := map[string]int64{}, map[string]int64{}, map[string]int64{}
	for _, u := range v.Usage {
		days[u.Day.UTC().Format(time.DateOnly)] += u.TotalRequests
		_, place, _ := strings.Cut(u.Scope, ":")
		host, _, _ := strings.Cut(place, "/")
		services[host] += u.TotalRequests
		scopes[u.Scope] += u.TotalRequests
	}
	const days30, most = 30, 12
	v.Days = bars(days, days30, func(a, b bar) int { return strings.Compare(b.Name, a.Name) })
	slices.Reverse(v.Days)
	byCount := func(a, b bar) int { return int(b.Count - a.Count) }
	v.Services, v.Scopes = bars(services, most, byCount), bars(scopes, most, byCount)
}

func bars(counts map[string]int64, most int, order func(a, b bar) int) []bar {
	var out []bar
	for name, n := range counts {
		out = append(out, bar{Name: name, Count: n})
	}
	slices.SortFunc(out, func(a, b bar) int {
		if n := order(a, b); n != 0 {
			return n
		}
		return strings.Compare(a.Name, b.Name)
	})
	out = out[:min(len(out), most)]
	longest := int64(1)
	for _, b := range out {
		longest = max(longest, b.Count)
	}
	for i := range out {
		out[i].Share = int(out[i].Count * 100 / longest)
	}
	return out
}

// tenThousandths reads an amount as the control API writes it, with at most four decimals, in its
// smallest unit.
func tenThousandths(n json.Number) int64 {
	const decimals = 4
	whole, fraction, _ := strings.Cut(n.String(), ".")
	fraction = (fraction + "0000")[:decimals]
	value, err := strconv.ParseInt(strings.TrimPrefix(whole, "-")+fraction, 10, 64)
	if err != nil { // an exponent, which the control API does not write
		return 0
	}
	if strings.HasPrefix(whole, "-") {
		return -value
	}
	return value
}

// money writes an amount in units of 1/10000 as people do.
func money(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	const unit = 10_000
	text := strings.TrimRight((strconv.FormatInt(n%unit+unit, 10))[1:], "0")
	for len(text) < 2 {
		text += "0"
	}
	return sign + strconv.FormatInt(n/unit, 10) + "." + text
}

// polyline is a line through points, in a box of 600 by 120.
func polyline(points []int64) string {
	const width, height, most = 600, 116, 300
	if len(points) > most {
		points = points[len(points)-most:]
	}
	if len(points) < 2 {
		return ""
	}
	low, high := min(0, slices.Min(points)), max(1, slices.Max(points))
	var b strings.Builder
	for i, p := range points {
		x := i * width / (len(points) - 1)
		y := height - int((p-low)*height/(high-low)) + 2
		b.WriteString(strconv.Itoa(x) + "," + strconv.Itoa(y) + " ")
	}
	return strings.TrimSpace(b.String())
}

// newest is the last entries of a list, newest first.
func newest[T any](items []T) []T {
	items = slices.Clone(items[max(0, len(items)-shownOf):])
	slices.Reverse(items)
	return items
}
