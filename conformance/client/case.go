package client

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// End is how a command must end in a case.
type End string

// The ends.
const (
	Done   End = "done"   // exit status 0, with the required output
	Failed End = "failed" // any exit status but 0 and 77
	Either End = "either" // failed, or done with the required output
)

// Case is a task under circumstances. In Parameters, Prints and the faults ${NAME} is replaced by a
// value of the stage: token, refreshToken, expireAt, now, base, v1Base, elsewhere, listen,
// webhookSecret, clientId.
type Case struct {
	ID    string
	Task  string
	Title string
	Given Given
	// Parameters is OAUTH_TASK_JSON, Prints what must be printed: a JSON object, of which every
	// member must be there.
	Parameters, Prints string
	End                End
	// Outcome is the rule that the outcome proves.
	Outcome string
	// Needs are the traffic rules that must have had something to judge: without it the case proves
	// nothing.
	Needs []string
}

// Given is what exists before the command starts.
type Given struct {
	// Fixture is the world that the account is made from: "empty" where it is "".
	Fixture string
	// Settings of the server.
	Settings Settings
	// Credit of the wallet, as a JSON number.
	Credit string
	// Tokens is how many tokens there are, called token-001 and so on, with the scopes; TTL is how
	// long they live, in seconds.
	Tokens int
	Scopes []string
	TTL    int
	// Advance moves the account's clock on, after the tokens were made.
	Advance string
	// Faults are rules of the control API, a JSON list.
	Faults string
	// Deliveries are the callbacks that come when the command listens.
	Deliveries []Delivery
	// Redirect is registered as a redirect URI of the OAuth client, instead of those of the world.
	Redirect string
}

// Delivery is a callback.
type Delivery struct {
	ID string
	// Forged: the judge itself sends it, with a wrong signature; Unsigned: without one.
	Forged, Unsigned bool
}

// MarshalJSON writes what a user of the case needs to know.
func (c Case) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		ID         string          `json:"id"`
		Task       string          `json:"task"`
		Title      string          `json:"title"`
		Parameters json.RawMessage `json:"parameters"`
		Ends       End             `json:"ends"`
		Proves     []string        `json:"proves"`
	}{c.ID, c.Task, c.Title, json.RawMessage(c.parameters()), c.End, c.proves()})
}

// proves are the rules that the case is there for.
func (c Case) proves() []string { return append([]string{c.Outcome}, c.Needs...) }

func (c Case) parameters() string {
	if c.Parameters == "" {
		return "{}"
	}
	return c.Parameters
}

// CaseIDs are the ids of the results of a command.
func CaseIDs() []string {
	var ids []string
	for _, c := range Cases() {
		ids = append(ids, "client/"+c.ID)
	}
	return ids
}

// TrafficIDs are the ids of the results of traffic.
func TrafficIDs() []string {
	var ids []string
	for _, rule := range Rules() {
		if rule.Scope == Anywhere {
			ids = append(ids, "client/traffic/"+rule.ID)
		}
	}
	return ids
}

// Choose returns the cases with these IDs; an ID that ends in / selects all that begin with it.
// Without IDs it returns all. An ID may begin with client/, as in results. An error names an ID
// that matches none.
func Choose(ids []string) ([]Case, error) {
	all := Cases()
	if len(ids) == 0 {
		return all, nil
	}
	chosen := map[string]bool{}
	for _, id := range ids {
		id = strings.TrimPrefix(id, "client/")
		found := false
		for _, c := range all {
			if c.ID == id || strings.HasSuffix(id, "/") && strings.HasPrefix(c.ID, id) {
				chosen[c.ID], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("there is no case %q; oauthconform client list shows them", id)
		}
	}
	return slices.DeleteFunc(all, func(c Case) bool { return !chosen[c.ID] }), nil
}
