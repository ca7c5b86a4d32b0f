// Command statehook reaches states of a server for oauthconform run --state-hook. Here the server
// is oauthmock, and what a state needs is a call of its control API; for your own server it is
// whatever you would do by hand: a row in a database, a clock that is set.
package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	log.Fatal(http.ListenAndServe("127.0.0.1:9090", hook(os.Getenv("OAUTHMOCK_URL")+"/__admin")))
}

// hook returns what oauthconform asks: POST with a state, the account that it is about, and its
// parameters.
func hook(admin string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			State, Account string
			Params         json.RawMessage
		}
		if json.NewDecoder(r.Body).Decode(&asked) != nil {
			http.Error(w, "send a state as JSON", http.StatusBadRequest)
			return
		}
		call, known := map[string][2]string{
			"account": {"POST", "/accounts"}, "account.gone": {"DELETE", "/accounts/" + asked.Account},
			"wallet.move": {"POST", "/accounts/" + asked.Account + "/wallet"}, "clock": {"PUT", "/clock?account=" + asked.Account},
			"clock.read": {"GET", "/clock?account=" + asked.Account}, "clock.advance": {"POST", "/clock/advance?account=" + asked.Account},
		}[asked.State]
		request, err := http.NewRequestWithContext(r.Context(), call[0], admin+call[1], bytes.NewReader(asked.Params))
		if !known || err != nil {
			w.WriteHeader(http.StatusNotImplemented) // a state that is not offered skips the scenarios that need it
			return
		}
		request.Header.Set("Content-Type", "application/json")
		if answer, err := http.DefaultClient.Do(request); err == nil {
			defer answer.Body.Close()
			w.WriteHeader(answer.StatusCode)
			_, _ = io.Copy(w, answer.Body)
			return
		}
		w.WriteHeader(http.StatusBadGateway)
	})
}
