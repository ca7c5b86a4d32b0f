package client

import "encoding/json"

// Task is something that a client is asked to do, by OAUTH_TASK and OAUTH_TASK_JSON.
type Task struct {
	Name string
	// Does describes what to do.
	Does string
	// Parameters are the members of OAUTH_TASK_JSON, Prints those of the JSON object that the last
	// line of standard output holds.
	Parameters, Prints []Field
}

// Field is a member of a JSON object.
type Field struct {
	Name string
	// Type is a type of JSON Schema, "texts" for a list of them, or "any".
	Type    string
	Meaning string
	// Optional members are only there in some cases.
	Optional bool
}

// Tasks returns the closed table of tasks.
func Tasks() []Task {
	url := Field{"url", "string", "the address to call with the token as Bearer", false}
	token := Field{"token", "string", "a token that there is already", false}
	refresh := Field{"refreshToken", "string", "its refresh token", false}
	names := Field{"names", "texts", "the name of each token, once", false}
	return []Task{
		{"create-token", "Make a v2 token.", []Field{
			{"name", "string", "its name", false}, {"scopes", "texts", "its scopes", false},
		}, []Field{{"name", "string", "the name, as answered", false}, {"scopes", "texts", "the scopes, as answered", false}}},
		{"list-all-tokens", "Read all v2 tokens of the account.", nil, []Field{names}},
		{"read-wallet", "Read the credit.", nil, []Field{{"credit", "number", "the credit", false}}},
		{"read-subscriptions", "Read the subscriptions.", nil, []Field{{"available", "number", "the sum of their availableRequests", false}}},
		{"read-callbacks", "Read the log of callbacks.", nil, []Field{
			{"pending", "integer", "how many have no completedAt", false}, {"completed", "integer", "how many have one", false},
		}},
		{"read-statistics", "Read how many requests there were in a period.", []Field{
			{"year", "integer", "of the period", false}, {"month", "integer", "of the period, 1 to 12", true}, {"day", "integer", "of the period, 1 to 31", true},
		}, []Field{{"totalRequests", "integer", "as answered", false}}},
		{"call-paid-service", "Call a paid service once, and tell how it went.", []Field{
			url, {"method", "string", "GET or POST", false}, {"body", "any", "the body of a POST", true}, token,
		}, []Field{
			{"outcome", "string", `"ok", "payment-required", "unauthorized" or "unknown"; the exit status is 0 for each`, false},
			{"error", "number", "the error number of a refusal", true},
		}},
		{"rotate-token", "Rotate a token by its refresh token, then call with the new token.", []Field{
			token, refresh, url, {"atOnce", "integer", "how many rotations to begin at the same time, 1 where it is absent; one wins", true},
		}, []Field{{"rotated", "boolean", "true when the call with the new token succeeded", false}}},
		{"keep-token-fresh", "Call several times with a token, and renew or replace it when it has expired, or is refused as if it had. A new token has the same scopes.", []Field{
			token, refresh, {"expireAt", "string", "when the token expires, RFC 3339", false}, {"now", "string", "what time it is on the account's clock, RFC 3339", false},
			{"scopes", "texts", "the token's scopes", false}, url, {"calls", "integer", "how many calls must succeed", false},
		}, []Field{{"calls", "integer", "how many succeeded", false}}},
		{"handle-outage", "Read the credit, although the API fails for a while. Give up in the end, and exit with 1.", []Field{
			{"patience", "integer", "for how many seconds an answer may be waited for", false},
		}, []Field{{"credit", "number", "the credit", false}}},
		{"receive-callback", "Listen for callbacks, check their signatures, and end after so many requests.", []Field{
			{"listen", "string", "HOST:PORT to listen on", false}, {"path", "string", "the path of callbacks", false},
			{"secret", "string", "the account's webhookSecret", false}, {"requests", "integer", "how many requests will come, right and wrong ones", false},
		}, []Field{{"accepted", "texts", "the member id of each callback that was taken for true, once", false}}},
		{"client-credentials", "Get a token by client credentials, and call GET /v1/ping with it.", []Field{
			{"calls", "integer", "how many calls to make, one after the other", false},
		}, []Field{{"clientId", "string", "the client_id that /v1/ping answered", false}, {"calls", "integer", "how many calls succeeded", false}}},
		{"authorization-code", "Sign a user in by the authorization code flow with PKCE. The page consents by itself: ask for it without following the redirect, take code and state from where it leads, exchange the code, and ask who the user is. Exit with 1 when nobody was signed in.", nil,
			[]Field{{"username", "string", "as /api/userinfo.php answered", false}}},
		{"migrate-v1", "Read all tokens by version 1, and each of them by version 2.", nil, []Field{
			{"tokens", "any", "for each token an object with its scopes, and its expireAt as version 2 has it, RFC 3339", false},
		}},
		{"create-token-v1", "Make a token by version 1.", []Field{{"scopes", "texts", "its scopes", false}, {"ttl", "integer", "how many seconds it lives", false}},
			[]Field{{"scopes", "texts", "the scopes, as answered", false}}},
		{"list-tokens-v1", "Read all tokens by version 1.", nil, []Field{{"count", "integer", "how many there are", false}}},
		{"read-counters-v1", "Read the counters of a day by version 1.", []Field{
			{"year", "integer", "of the day", false}, {"month", "integer", "of the day, 1 to 12", false}, {"day", "integer", "of the day, 1 to 31", false},
		}, []Field{{"scopes", "integer", "how many scopes were called on it", false}}},
	}
}

// schema is the JSON Schema of an object with the fields.
func schema(fields []Field) json.RawMessage {
	properties, required := map[string]any{}, []string{}
	for _, f := range fields {
		property := map[string]any{"description": f.Meaning}
		switch f.Type {
		case "texts":
			property["type"], property["items"] = "array", map[string]any{"type": "string"}
		case "any":
		default:
			property["type"] = f.Type
		}
		properties[f.Name] = property
		if !f.Optional {
			required = append(required, f.Name)
		}
	}
	text, _ := json.Marshal(map[string]any{"type": "object", "properties": properties, "required": required}) // of strings only
	return text
}

// MarshalJSON writes the task with schemas of what it is given and what it prints.
func (t Task) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		Parameters  json.RawMessage `json:"parameters"`
		Prints      json.RawMessage `json:"prints"`
	}{t.Name, t.Does, schema(t.Parameters), schema(t.Prints)})
}

// Table is all of it, as `oauthconform client list --json` prints it.
type Table struct {
	Version string `json:"version"`
	Tasks   []Task `json:"tasks"`
	Cases   []Case `json:"cases"`
	Rules   []Rule `json:"rules"`
}

// All returns the tables.
func All() Table { return Table{Version, Tasks(), Cases(), Rules()} }
