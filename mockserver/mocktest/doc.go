// Package mocktest starts mock servers for the time of a test, as net/http/httptest does for
// handlers.
//
// [Start] starts a mock that stops when the test ends. [Mock.NewAccount] creates an account that no
// other test can see. Both give clients, clocks, faults and the recorded requests:
//
//	mock := mocktest.Start(t)
//	account := mock.NewAccount(t)
//	useClient(mock.URL(), account.Email, account.APIKey)
//	account.Verify(t, verify.Expectation{Match: &verify.Match{Operation: "token.create"}, Exactly: new(1)})
//
// Methods that fail end the test, as test helpers do.
package mocktest
