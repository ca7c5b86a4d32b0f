package scenarios

import (
	"strings"

	"oauthmock/spec/strictyaml"
)

// File is one YAML file: scenarios about one subject.
type File struct {
	written

	// Version of this format, "1.0". A newer minor version reads older files.
	Version   string     `yaml:"version"`
	Scenarios []Scenario `yaml:"scenarios"`
}

// Scenario is one requirement of the contract, with the requests that show whether it is met.
type Scenario struct {
	written

	// ID made of words: "v2/tokens/rotation/old-pair-is-gone". It never changes once published.
	ID    string `yaml:"id"`
	Title string `yaml:"title"`
	// Level: MUST rests on words of a document, SHOULD on what follows from them, or on an RFC, a
	// guide or a report; OBSERVE on a choice of this project alone, which counts against a target
	// only on request.
	Level Level `yaml:"level"`
	// Requirement in words, and the place in the contract that it comes from. A part that starts
	// with "assumed:" is a choice of this project.
	Requirement string `yaml:"requirement"`
	Source      string `yaml:"source"`
	// Quote holds the words of the document that a MUST rests on: of a description or an example,
	// or a piece of its JSON. Blanks do not count.
	Quote Texts `yaml:"quote,omitempty"`
	// Description is for developers that use the starting state: what exists, and what to test with
	// it. One paragraph.
	Description string   `yaml:"description,omitempty"`
	Tags        []string `yaml:"tags,omitempty"`
	// Covers names the documented refusals that the scenario reaches: "PATCH /tokens/{token} 401
	// 130".
	Covers []string `yaml:"covers,omitempty"`
	// Control is the id of the scenario that holds the positive control of this one (a step that
	// succeeds where a step of this scenario must be refused), or a list of ids. Unset where the
	// scenario has its own. See [Lint].
	Control IDs `yaml:"control,omitempty"`
	// Needs names what a target must offer beyond the API itself: "control" (a control API),
	// "services" (the paid services behind the tokens, under [ServicesPrefix]).
	Needs []string `yaml:"needs,omitempty"`
	Given Given    `yaml:"given,omitempty"`
	Steps []Step   `yaml:"steps"`

	// Credentials names what the steps use of the OAuth client and the user that the scenario's
	// account has: "client.id", "client.secret", "client.redirectUri", "user.username",
	// "user.password". The loader finds them, sorted.
	Credentials []string `yaml:"-"`
	// Provided names the states that the scenario takes from its user, as ${provided.NAME}. The
	// loader finds them, sorted.
	Provided []string `yaml:"-"`
	// File and Line locate the scenario; the loader sets them.
	File string `yaml:"-"`
	Line int    `yaml:"-"`
}

// Reference is the source with what is quoted of it.
func (s *Scenario) Reference() string {
	if len(s.Quote) == 0 {
		return s.Source
	}
	quotes := make([]string, len(s.Quote))
	for i, quote := range s.Quote {
		quotes[i] = "“" + strings.Join(strings.Fields(quote), " ") + "”"
	}
	return s.Source + ": " + strings.Join(quotes, ", ")
}

// Given is the state in which a scenario starts. With a control API every scenario gets fresh
// accounts of its own; without one all scenarios share the account whose credentials the user gave,
// and a scenario that needs what only a control API can do (fixture, sandbox, credit, clock, rate
// limit, other accounts) is SKIP.
type Given struct {
	written

	// Fixture is the world whose account is copied: "demo", "empty", or one to be generated, such
	// as "generated:seed=7,tokens=250", with at most 20000 entries in its lists. Unset leaves the
	// choice to the runner ("demo" with a control API, so that lists have entries) and does not
	// need one.
	Fixture string `yaml:"fixture,omitempty"`
	// Environment is "production" (the default) or "sandbox".
	Environment string `yaml:"environment,omitempty"`
	// Credit that the wallet has at the start, as a decimal number.
	Credit string `yaml:"credit,omitempty"`
	// Clock at the start.
	Clock *GivenClock `yaml:"clock,omitempty"`
	// RateLimit of the account.
	RateLimit *GivenRateLimit `yaml:"rateLimit,omitempty"`
	// Answers is the form of answers of a mock that starts with the scenario. Other targets are
	// judged by the form they use.
	Answers *GivenAnswers `yaml:"answers,omitempty"`
	// Scopes is how many enabled scopes the scenario uses, as ${scope}, ${scope2}, … (found out
	// with GET /scopes before the first step). Unset, the loader counts those that are used.
	Scopes int `yaml:"scopes,omitempty"`
	// Tokens are made with ordinary POST /tokens calls before the first step, and removed
	// afterwards. Each is captured under its name: ${first.token}, ${first.refreshToken},
	// ${first.expireAt}, …
	Tokens []GivenToken `yaml:"tokens,omitempty"`
	// Items is how many entries a list must hold at least ("callback.list": 1); with fewer, the
	// scenario is SKIP.
	Items map[string]int `yaml:"items,omitempty"`
	// Clients and Users are registered besides those that the account has. Needs control.
	Clients []GivenClient `yaml:"clients,omitempty"`
	Users   []GivenUser   `yaml:"users,omitempty"`
	// Faults are rules of what goes wrong on purpose, in the words of the target's control API
	// (POST /faults), for this account alone. They come last, so that the calls that reach the
	// starting state meet none of them. Needs control. See [FaultRule].
	Faults []FaultRule `yaml:"faults,omitempty"`
	// Receiver is where the scenario receives callbacks: ${receiver.url}, at which the suite
	// listens. Unset, it receives none.
	Receiver *GivenReceiver `yaml:"receiver,omitempty"`
	// Accounts are further accounts, by the name that a step's `as` uses. They need control, but
	// for one that is only of another environment: without control that is the account of the
	// user's sandbox key. Their values are ${NAME.email}, ${NAME.apiKey}, ${NAME.scope},
	// ${NAME.scope2}, …, ${NAME.client.id}, …; their tokens are captured like the scenario's own.
	Accounts map[string]Given `yaml:"accounts,omitempty"`
}

// GivenReceiver receives callbacks. A target that cannot reach it makes the scenario SKIP.
type GivenReceiver struct {
	written

	// Answers to the first requests: a status, [NoAnswer] or [Closed]. The others are answered with
	// 200.
	Answers Texts `yaml:"answers,omitempty"`
}

// How a receiver does not answer: until the target gives up, or by closing the connection.
const (
	NoAnswer = "hang"
	Closed   = "close"
)

// GivenClock sets the account's clock.
type GivenClock struct {
	written

	Now    string `yaml:"now"` // RFC 3339
	Frozen bool   `yaml:"frozen,omitempty"`
}

// GivenAnswers says in which of the forms that the contract leaves open successes are written.
type GivenAnswers struct {
	written

	TokenShape      string `yaml:"tokenShape,omitempty"`      // both, data or flat
	SuccessEnvelope string `yaml:"successEnvelope,omitempty"` // full or documented
}

// GivenRateLimit sets the account's rate limit, or, as the action of a step, its limit for one
// scope of a paid service.
type GivenRateLimit struct {
	written

	// Scope of a paid service that is limited, such as GET:company.openapi.com/IT-start.
	Scope  string `yaml:"scope,omitempty"`
	Limit  int    `yaml:"limit"`
	Window string `yaml:"window"` // a Go duration
}

// GivenToken is a token that exists before the first step.
type GivenToken struct {
	written

	As string `yaml:"as"`
	// Scopes default to [${scope}].
	Scopes []string       `yaml:"scopes,omitempty"`
	Name   string         `yaml:"name,omitempty"`
	TTL    *int64         `yaml:"ttl,omitempty"`
	Limits map[string]any `yaml:"limits,omitempty"`
	// Count makes several, ${as.1.token} … ${as.N.token}.
	Count int `yaml:"count,omitempty"`
	// Deleted removes it again before the first step: an id of the right form, whatever that is,
	// which no token has.
	Deleted bool `yaml:"deleted,omitempty"`
}

// GivenClient is an OAuth client that is registered for the account. Its values are ${as.id},
// ${as.secret} and ${as.redirectUri}, the first of its redirect URIs.
type GivenClient struct {
	written

	As string `yaml:"as"`
	// Secret is drawn when it is not given.
	Secret       string `yaml:"secret,omitempty"`
	RedirectURIs Texts  `yaml:"redirectUris,omitempty"`
	Disabled     bool   `yaml:"disabled,omitempty"`
}

// GivenUser is a user to register for the account. Its values are ${as.username} and
// ${as.password}.
type GivenUser struct {
	written

	As       string `yaml:"as"`
	Username string `yaml:"username"`
	Password string `yaml:"password"`
	Email    string `yaml:"email"`
	FullName string `yaml:"fullName"`
}

// FaultRule is one fault rule. It is kept as it is written: what it may hold is up to the target.
// It must have a name, and no account, because it applies to the account that it is given to. Its
// texts may contain ${variables}.
type FaultRule struct {
	Name string
	// Rule is the whole of it, the name included, as encoding/json reads it with UseNumber.
	Rule map[string]any
	// Line on which it starts.
	Line int

	lines strictyaml.Lines // of its members
}

// Step is one request, a walk over pages, several concurrent requests, a wait, or one action of the
// control API. Exactly one of Call, Follow, Authorize, Wait, Receive, Control and Compare is set.
// Every text in it may contain ${variables}; "$${" is a literal "${".
type Step struct {
	written

	// Name of the step, in words; assertions are named after it. Required, unique in the scenario.
	Name string `yaml:"name"`
	// Call is an operation's alias ("token.create") or method and path ("POST /tokens", "PATCH
	// /tokens/"). An alias takes its path parameters from Path; a path is sent exactly as written
	// (after variables). A paid service is called by method and path ("GET
	// /__services/company.openapi.com/IT-start"); no document describes its answer, so only what
	// Expect states literally is checked.
	Call string `yaml:"call,omitempty"`
	// As names the account of given.accounts that calls; default is the scenario's own.
	As   string            `yaml:"as,omitempty"`
	Auth *Auth             `yaml:"auth,omitempty"` // default: basic
	Path map[string]string `yaml:"path,omitempty"`
	// Query holds scalars, or lists for repeated parameters; RawQuery is sent unescaped, exactly as
	// written.
	Query    map[string]any `yaml:"query,omitempty"`
	RawQuery *string        `yaml:"rawQuery,omitempty"`
	// Headers hold one value, or a list for a header that is sent several times.
	Headers map[string]Texts `yaml:"headers,omitempty"`
	// Body is sent as JSON; RawBody as it is. Both with Content-Type application/json unless
	// Headers say otherwise ("" sends none). "${x}" alone in a body keeps x's type.
	Body    any     `yaml:"body,omitempty"`
	RawBody *string `yaml:"rawBody,omitempty"`
	// Form is sent as application/x-www-form-urlencoded: scalars, or lists for members that are
	// sent several times.
	Form map[string]any `yaml:"form,omitempty"`
	// Cookies are sent besides those that the scenario's earlier answers of an API with pages set.
	Cookies map[string]string `yaml:"cookies,omitempty"`
	// Charset of RawBody: "utf-8" (the default), or "iso-8859-1", in which each letter is one byte,
	// so that "\xff" is the byte 0xff and bodies can be written that are not UTF-8. The
	// Content-Type does not mention it.
	Charset string `yaml:"charset,omitempty"`

	// Matrix runs the step once for every combination of its values, which become variables: {date:
	// ["2026-13", "x"]}. With several keys all combinations are run.
	Matrix map[string][]any `yaml:"matrix,omitempty"`
	// Premise means that the step looks for what the scenario starts from. If the target does not
	// show it as expected, the scenario is SKIP.
	Premise bool `yaml:"premise,omitempty"`
	// Repeat runs the step this many times, one after the other. Each run must meet Expect.
	Repeat int `yaml:"repeat,omitempty"`
	// Concurrent sends the request this many times at once; Outcomes states what must come back in
	// all.
	Concurrent int       `yaml:"concurrent,omitempty"`
	Outcomes   []Outcome `yaml:"outcomes,omitempty"`
	// Walk pages through a list until its end. Expect.Status and Expect.Data then hold for each
	// page; Expect.Items and Capture work on all items together.
	Walk *Walk `yaml:"walk,omitempty"`

	// Follow continues from an earlier answer, as a browser does. The runner follows nothing by
	// itself.
	Follow *Follow `yaml:"follow,omitempty"`
	// Authorize takes a user through the pages of an authorization, up to where the browser is sent
	// back to the client.
	Authorize *Authorize `yaml:"authorize,omitempty"`
	// Browser names the browser that sends the step: each has cookies of its own. Steps without a
	// name share one.
	Browser string `yaml:"browser,omitempty"`

	// Wait lets this much time pass for the step's account, at most ten seconds: where there is a
	// control API its clock is advanced, elsewhere the step waits as long.
	Wait string `yaml:"wait,omitempty"`
	// Receive takes the callbacks that arrived since the last such step, and asserts that there are
	// so many; it waits some seconds for those that have not arrived yet. Expect.Data and Capture
	// see the list of them: {method, headers (names in lower case), text, body (if that is JSON) or
	// form, signed (by X-Webhook-Signature and the account's secret, if a control API reveals it)}.
	// Needs given.receiver.
	Receive int `yaml:"receive,omitempty"`
	// Control acts on the target's control API, for the step's account.
	Control *Control `yaml:"control,omitempty"`
	// Compare asserts on captured values, without a request.
	Compare []Comparison `yaml:"compare,omitempty"`

	Expect Expect `yaml:"expect,omitempty"`
	// Capture stores values for later steps: variable → JSONPath on the payload (see Expect.Data).
	// A path that finds several nodes, or is written with "[*]", "..", a slice or a filter,
	// captures a list. A step that is sent more than once (Repeat, Matrix, Concurrent) captures a
	// list of what each answer gave, in the order of sending. Of a control step it is the whole
	// answer of the control API that is captured from.
	Capture map[string]string `yaml:"capture,omitempty"`

	Line int `yaml:"-"`
}

// Auth is how a step authenticates: the scalar "basic" (the account's credentials) or "none", or
// one member.
type Auth struct {
	written

	Kind string `yaml:"-"` // basic, none, bearer, raw, credentials or client
	// Bearer is sent as "Authorization: Bearer …".
	Bearer *string `yaml:"bearer,omitempty"`
	// Credentials replace parts of the account's own in Basic.
	Credentials *Credentials `yaml:"credentials,omitempty"`
	// Client authenticates an OAuth client, which is not an account.
	Client *Client `yaml:"client,omitempty"`
	// Raw is the whole value of the Authorization header.
	Raw *string `yaml:"raw,omitempty"`
}

// Credentials of HTTP Basic; what is unset is taken from the step's account.
type Credentials struct {
	written

	Email  *string `yaml:"email,omitempty"`
	APIKey *string `yaml:"apiKey,omitempty"`
}

// Expect is what the answer must be.
type Expect struct {
	written

	// Level of these assertions, when it is not the scenario's.
	Level Level `yaml:"level,omitempty"`
	// Status is one status or a list of allowed ones.
	Status Statuses `yaml:"status,omitempty"`
	// Code is the `error` of the failure envelope, compared as JSON (130 is not "130").
	Code any `yaml:"code,omitempty"`
	// Message is the `message` of the envelope, letter by letter.
	Message *string `yaml:"message,omitempty"`
	// Redirect is where the answer must lead to.
	Redirect *Redirection `yaml:"redirect,omitempty"`
	// HTML is what the answer must show as a page.
	HTML *Page `yaml:"html,omitempty"`
	// Empty asks for an answer without a body.
	Empty bool `yaml:"empty,omitempty"`
	// Headers by name, in any case. A name between slashes, "/(?i).*retry.*/", is a pattern of the
	// whole name: one header that fits must match.
	Headers map[string]Matcher `yaml:"headers,omitempty"`
	// Data holds JSONPath → matcher on the payload: the value of `data`, or, for a token that is
	// sent bare, the whole body. The payload of a redirect is {location, query}, that of a page
	// {title, text, forms: [{id, name, action, method, fields}]}.
	Data map[string]Matcher `yaml:"data,omitempty"`
	// Body holds JSONPath → matcher on the whole body.
	Body map[string]Matcher `yaml:"body,omitempty"`
	// Items holds JSONPath → matcher on the list of all items of a walk.
	Items map[string]Matcher `yaml:"items,omitempty"`
}

// Outcome is a kind of answer among concurrent ones, and how many of it there must be.
type Outcome struct {
	written

	Status  int     `yaml:"status"`
	Code    any     `yaml:"code,omitempty"`
	Message *string `yaml:"message,omitempty"`
	// Count is a number, "rest" (all others), "some" (at least one), or "any".
	Count string `yaml:"count"`
	// Capture stores the values of the first answer of this kind.
	Capture map[string]string `yaml:"capture,omitempty"`
}

// Walk pages with limit and skip, up to the first empty page. The runner itself asserts that no
// page is larger than the limit, that no page but the last is short, and that no item comes twice
// (by Key).
type Walk struct {
	written

	Limit int `yaml:"limit"`
	// Key is the member that distinguishes items: "id", "token".
	Key string `yaml:"key"`
	// Beyond is a ${variable} with the keys of an earlier walk: what it found is left out of the
	// items, so that Expect.Items and Capture see what is new, wherever a target lists it.
	Beyond string `yaml:"beyond,omitempty"`
	// Max is the number of pages after which the walk gives up as a failure. Default 1000.
	Max int `yaml:"max,omitempty"`
}

// Control is one action of the control API; exactly one member is set.
type Control struct {
	written

	Advance   string          `yaml:"advance,omitempty"` // a Go duration
	Clock     *GivenClock     `yaml:"clock,omitempty"`
	Credit    *Credit         `yaml:"credit,omitempty"`
	RateLimit *GivenRateLimit `yaml:"rateLimit,omitempty"`
	Faults    *ControlFaults  `yaml:"faults,omitempty"`
	// Invariants asks which sums of the account are not those of their parts: the answer has
	// "holds" and the list "violations", from which Capture takes what a later step compares.
	Invariants bool `yaml:"invariants,omitempty"`
}

// ControlFaults adds rules of what goes wrong on purpose, or takes some away; exactly one member is
// set.
type ControlFaults struct {
	written

	// Add rules after those that there are, for the step's account.
	Add []FaultRule `yaml:"add,omitempty"`
	// Remove rules by their names.
	Remove Texts `yaml:"remove,omitempty"`
}

// Credit moves the wallet by an amount; negative debits.
type Credit struct {
	written

	Amount      string `yaml:"amount"`
	Description string `yaml:"description,omitempty"`
}

// Comparison asserts on a value made of captured ones.
type Comparison struct {
	written

	// Value is a ${variable}, or text with variables.
	Value any `yaml:"value"`
	// Is what it must be.
	Is Matcher `yaml:"is"`
	// Why, in words, for the report.
	Why   string `yaml:"why"`
	Level Level  `yaml:"level,omitempty"`
}

// Matcher constrains a value. Written as a scalar or a list it means Equals. Several members must
// all hold. Numbers are compared exactly, as decimals: 1.0 equals 1, 0.1+0.2 equals 0.3. A string
// never equals a number.
type Matcher struct {
	written

	Equals any `yaml:"equals,omitempty"`
	Not    any `yaml:"not,omitempty"`
	// OneOf is a list of allowed values.
	OneOf []any `yaml:"oneOf,omitempty"`
	// Matches is a regular expression (RE2) for the whole of a string.
	Matches string `yaml:"matches,omitempty"`
	// Type is string, number, integer, boolean, array, object or null.
	Type string `yaml:"type,omitempty"`
	// Format is "id" (24 lower-case hex digits), "transaction-id", "timestamp" (RFC 3339 with an
	// offset, and a real date), "scope" or "ip".
	Format string `yaml:"format,omitempty"`
	// Exists requires that the path finds something, or nothing.
	Exists *bool `yaml:"exists,omitempty"`
	// Length of a string, list or object.
	Length    any `yaml:"length,omitempty"`
	MinLength any `yaml:"minLength,omitempty"`
	MaxLength any `yaml:"maxLength,omitempty"`
	// Gt, Gte, Lt, Lte compare numbers, or timestamps with timestamps.
	Gt  any `yaml:"gt,omitempty"`
	Gte any `yaml:"gte,omitempty"`
	Lt  any `yaml:"lt,omitempty"`
	Lte any `yaml:"lte,omitempty"`
	// Contains is an element that a list must hold, or a part of a string; ContainsNot must not be
	// in it.
	Contains    any `yaml:"contains,omitempty"`
	ContainsNot any `yaml:"containsNot,omitempty"`
	// SameElements is a list with the same elements in any order.
	SameElements any `yaml:"sameElements,omitempty"`
	// Unique requires that a list holds nothing twice.
	Unique bool `yaml:"unique,omitempty"`
	// Sorted is "ascending" or "descending" (equal neighbours are fine); numbers as numbers,
	// timestamps as times, otherwise text.
	Sorted string `yaml:"sorted,omitempty"`
	// Sum of a list of numbers.
	Sum any `yaml:"sum,omitempty"`
	// Each element of a list must match.
	Each *Matcher `yaml:"each,omitempty"`
	// Plus moves the right side of Equals, Gt, Gte, Lt, Lte, Length, MinLength, MaxLength and Sum:
	// a number, or a duration where these are timestamps.
	Plus any `yaml:"plus,omitempty"`
	// Within is how far a number, or a timestamp (a duration), may be from Equals.
	Within any `yaml:"within,omitempty"`
	// Level of this assertion, when it is not that of its step.
	Level Level `yaml:"level,omitempty"`
}

// IDs is a list of ids of scenarios, written as one or as a list.
type IDs []string

// Texts is a list of texts, written as one or as a list.
type Texts []string

// Statuses is a list of HTTP statuses, written as one or as a list.
type Statuses []int

// Level is what a requirement rests on.
type Level string

// The levels, from the strictest.
const (
	// Must rests on words of a published document, which the scenario quotes.
	Must Level = "MUST"
	// Should rests on what follows from the document, or on another source.
	Should Level = "SHOULD"
	// Observe rests on a choice of this project. It is an expectation all the same, and fails on
	// request.
	Observe Level = "OBSERVE"
)
