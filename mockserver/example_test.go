package mockserver_test

import (
	"fmt"
	"net/http"
	"time"

	"oauthmock/mockserver"
)

// New makes a server whose Handler can be served anywhere.
func ExampleNew() {
	server, err := mockserver.New(mockserver.WithFixtures("empty"), mockserver.WithTokenShape("data"))
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = http.Server{Handler: server.Handler(), ReadHeaderTimeout: 10 * time.Second} // ListenAndServe it
	fmt.Println(len(server.Accounts()))
	// Output: 2
}
