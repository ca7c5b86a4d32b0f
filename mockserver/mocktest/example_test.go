package mocktest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"oauthmock/mockserver"
	"oauthmock/mockserver/journal"
	"oauthmock/mockserver/mocktest"
	"oauthmock/mockserver/verify"
)

// In a test, t is its *testing.T.
func ExampleStart() {
	t := newT()
	defer t.end()

	mock := mocktest.Start(t)
	account := mock.NewAccount(t)

	// The code under test gets mock.URL() as its base URL, and the account's credentials.
	request, _ := http.NewRequest(http.MethodGet, mock.URL()+"/wallet", http.NoBody)
	request.SetBasicAuth(account.Email, account.APIKey)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer answer.Body.Close()
	fmt.Println(answer.Status)
	// Output: 200 OK
}

// Code that insists on the provider's host is tested as it is: whatever a URL names, the mock is
// asked, and no port is needed.
func ExampleMock_InProcess() {
	t := newT()
	defer t.end()

	mock := mocktest.Start(t)
	client := mock.NewAccount(t).InProcess()

	answer, err := client.Get("https://oauth.openapi.com/scopes?limit=1")
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer answer.Body.Close()
	fmt.Println(answer.Status)
	// Output: 200 OK
}

// A fresh account sees nobody, and nobody sees it: tests that run in parallel share one mock.
func ExampleMock_NewAccount() {
	t := newT()
	defer t.end()

	mock := mocktest.Start(t)
	rich, poor := mock.NewAccount(t, mocktest.AccountOptions{Fixture: "empty"}), mock.NewAccount(t, mocktest.AccountOptions{Fixture: "empty"})
	fmt.Println(rich.Recharge(100), poor.Recharge(0.5))
	fmt.Println(rich.ID == poor.ID, rich.Environment)
	// Output:
	// 100 0.5
	// false production
}

// A token of an hour expires after an hour, which takes no time.
func ExampleMock_Clock() {
	t := newT()
	defer t.end()

	mock := mocktest.Start(t, mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)), mockserver.WithFrozenClock())
	account := mock.NewAccount(t, mocktest.AccountOptions{Fixture: "empty", Open: true})
	answer, err := account.Client().Post(mock.URL()+"/tokens", "application/json", strings.NewReader(`{"scopes":["*:*/*"],"ttl":3600}`))
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer answer.Body.Close()

	for _, fired := range mock.Clock().Advance(time.Hour) {
		fmt.Println(fired.What, "at", fired.At.Format(time.TimeOnly))
	}
	fmt.Println(mock.Clock().Now())
	// Output:
	// token.expired at 09:30:00
	// 2026-02-12 09:30:00 +0000 UTC
}

// The journal holds what was asked and answered; secrets in it are fingerprints.
func ExampleMock_Requests() {
	t := newT()
	defer t.end()

	mock := mocktest.Start(t)
	client := mock.NewAccount(t).Client()
	for _, path := range []string{"/wallet", "/tokens/x", "/wallet"} {
		answer, err := client.Get(mock.URL() + path)
		if err != nil {
			t.Fatalf("%v", err)
		}
		_ = answer.Body.Close()
	}
	for _, entry := range mock.Requests(journal.Filter{Operation: "wallet.get"}) {
		fmt.Println(entry.ID, entry.Request.Method, entry.Request.URI, entry.Response.Status)
	}
	// Output:
	// 1 GET /wallet 200
	// 3 GET /wallet 200
}

// Verify fails the test when something was not asked as expected, and prints what came near.
func ExampleMock_Verify() {
	t := newT()
	defer t.end()

	mock := mocktest.Start(t)
	answer, err := mock.NewAccount(t).Client().Get(mock.URL() + "/tokens?limit=5")
	if err != nil {
		t.Fatalf("%v", err)
	}
	_ = answer.Body.Close()

	mock.Verify(t, verify.Expectation{
		Match:   &verify.Match{Operation: "token.list", Query: map[string]string{"limit": "5"}, Status: 200},
		Exactly: new(1),
	})
	mock.Verify(t, verify.Expectation{Match: &verify.Match{Operation: "token.list", Query: map[string]string{"limit": "6"}}})
	// Output:
	// 0 requests match, wanted at least 1
	// request 1 came near:
	//   query.limit: expected "6", but got "5"
}

// exampleT is a test that prints its log.
type exampleT struct{ cleanups []func() }

func newT() *exampleT { return &exampleT{} }

func (t *exampleT) Helper()                           {}
func (t *exampleT) Cleanup(f func())                  { t.cleanups = append(t.cleanups, f) }
func (t *exampleT) Failed() bool                      { return false }
func (t *exampleT) Logf(format string, args ...any)   { fmt.Printf(format+"\n", args...) }
func (t *exampleT) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (t *exampleT) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func (t *exampleT) end() {
	for _, f := range slices.Backward(t.cleanups) {
		f()
	}
}
