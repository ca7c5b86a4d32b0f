// Command fetch is a Go program with the provider's address built in.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
)

func main() {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://oauth.openapi.com/wallet", http.NoBody)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	r.SetBasicAuth(os.Getenv("OAUTHMOCK_EMAIL"), os.Getenv("OAUTHMOCK_API_KEY"))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("net/http", answer.StatusCode)
	_ = answer.Body.Close()
}
