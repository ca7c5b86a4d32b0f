package mutant

import (
	"context"
	"net/http"
	"slices"
	"time"

	"oauthmock/conformance/inprocess"
	"oauthmock/conformance/runner"
)

// Mutant is one faulty behaviour.
type Mutant struct {
	// Name is made of words: "rotation/old-token-survives". The part before the slash is the
	// family.
	Name string
	// What is wrong, in words.
	What string
	// Scenarios that cover the mutant: ids, or beginnings of ids that end in "/". Only these run
	// against it.
	Scenarios []string
	// Lie creates the lie for one server, which keeps its own state. Nil for a mutant that lies
	// about callbacks alone.
	Lie func() Lie
	// Call creates what sits between the server and the suite's receiver and lies about callbacks;
	// nil for none.
	Call func() func(receiver http.Handler) http.Handler
	// Given is how the honest server starts; empty is with its defaults. "flat" and "data" are
	// token shapes, "documented" is a success envelope.
	Given string
}

// Lie falsifies an answer. It is called for every answer of the API, one at a time.
type Lie func(x *Exchange)

// All are the mutants, family by family.
func All() []Mutant {
	return slices.Concat(
		tokens(), rotation(), lifetime(), refusals(), lists(), money(), logs(), subscriptions(), statistics(),
		forms(), envelopes(), transport(), strangers(), impostors(), leavings(), own(), outsider(), limits(), details(), pages(), periods(), failures(), challenges(), hostile(), services(), callbacks(), faultyCallbacks(), v1(), clientCred(), authCode(),
	)
}

// always is a lie without memory.
func always(lie Lie) func() Lie { return func() Lie { return lie } }

// on lies about the successful answers of one operation.
func on(operation string, edit func(x *Exchange)) func() Lie {
	return always(func(x *Exchange) {
		if x.Operation == operation && x.Answer.Status < 300 {
			edit(x)
		}
	})
}

// onData lies about the payload of one operation's successful answers, wherever it occurs: under
// data, and beside it.
func onData(operation string, edit func(data map[string]any)) func() Lie {
	return on(operation, func(x *Exchange) {
		for _, object := range x.Answer.payloads() {
			edit(object)
		}
	})
}

// onItems lies about the list of one operation's successful answers.
func onItems(operation string, edit func(items []any) []any) func() Lie {
	return on(operation, func(x *Exchange) { x.Answer.setItems(edit(x.Answer.items())) })
}

// onRefusal lies about a refusal of one operation, known by its code.
func onRefusal(operation, code string, edit func(x *Exchange)) func() Lie {
	return always(func(x *Exchange) {
		if x.Operation == operation && x.Answer.code() == code {
			edit(x)
		}
	})
}

// set gives a member of an object another value.
func set(name string, value any) func(map[string]any) {
	return func(object map[string]any) {
		if _, there := object[name]; there {
			object[name] = value
		}
	}
}

// change gives a member another value, made of the one it has.
func change[T any](name string, to func(T) any) func(map[string]any) {
	return func(object map[string]any) {
		if value, ok := object[name].(T); ok {
			object[name] = to(value)
		}
	}
}

// drop removes a member.
func drop(name string) func(map[string]any) {
	return func(object map[string]any) { delete(object, name) }
}

// rename gives a member another name.
func rename(name, to string) func(map[string]any) {
	return func(object map[string]any) {
		if value, there := object[name]; there {
			delete(object, name)
			object[to] = value
		}
	}
}

// each edits every object of a list.
func each(edit func(map[string]any)) func([]any) []any {
	return func(items []any) []any {
		for _, item := range items {
			if object, ok := item.(map[string]any); ok {
				edit(object)
			}
		}
		return items
	}
}

// status answers with another status.
func status(code int) func(*Exchange) { return func(x *Exchange) { x.Answer.Status = code } }

// Target returns how a runner reaches the mutant before an honest server in process. Changed is
// called for every answer, and every callback, that left other than it came.
func (m Mutant) Target(ctx context.Context, honest http.Handler, changed func()) (runner.Target, error) {
	places, err := placesOf(ctx, honest)
	if err != nil {
		return runner.Target{}, err
	}
	return targetOf(m.honestOr(honest, places, changed), m.between(changed)), nil
}

// targetOf is a server in process.
func targetOf(server http.Handler, between func(http.Handler) http.Handler) runner.Target {
	return runner.Target{
		Name: "mutant", BaseURL: "http://localhost", AdminURL: "http://localhost/__admin", InProcess: true,
		WrapReceiver: between, CallbackTimeout: time.Second,
		Client: &http.Client{Transport: inprocess.Transport{Handler: server}},
	}
}

// handler puts the mutant before an honest server. The control API is passed through. Changed is
// called for every answer that left other than it came.
func (m Mutant) handler(honest http.Handler, places []place, changed func()) http.Handler {
	return &liar{honest: honest, places: places, lie: m.Lie(), changed: changed}
}

// honestOr is handler where there is a lie about answers, otherwise the honest server.
func (m Mutant) honestOr(honest http.Handler, places []place, changed func()) http.Handler {
	if m.Lie == nil {
		return honest
	}
	return m.handler(honest, places, changed)
}

// between returns what sits between the server and the suite's receiver; nil if the mutant does not
// lie about callbacks.
func (m Mutant) between(changed func()) func(http.Handler) http.Handler {
	if m.Call == nil {
		return nil
	}
	return func(receiver http.Handler) http.Handler {
		lying := m.Call()(receiver)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			changed()
			lying.ServeHTTP(w, r)
		})
	}
}
