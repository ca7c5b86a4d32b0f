// Command bare is what the mock is measured against: gin.New() without any middleware, answering
// constants.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"
)

// answer is one route and the constant that it answers. Body is base64 in JSON, so that it is
// answered byte for byte.
type answer struct {
	Method      string `json:"method"`
	Path        string `json:"path"`
	ContentType string `json:"contentType"`
	Body        []byte `json:"body"`
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

// run serves on a free port of loopback until the process is ended. The one line on stdout is the
// base URL.
func run(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("bare", flag.ContinueOnError)
	file := flags.String("answers", "", "JSON `FILE` with the routes and their constants")
	if err := flags.Parse(args); err != nil {
		return err
	}
	text, err := os.ReadFile(*file)
	if err != nil {
		return fmt.Errorf("-answers: %w", err)
	}
	var answers []answer
	if err := json.Unmarshal(text, &answers); err != nil {
		return fmt.Errorf("-answers %s: %w", *file, err)
	}
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	for _, a := range answers {
		engine.Handle(a.Method, a.Path, a.serve)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "http://%s\n", listener.Addr())
	return http.Serve(listener, engine)
}

// serve reads the body where there is one, as any handler would, and answers the constant.
func (a answer) serve(c *gin.Context) {
	if a.Method == http.MethodPost {
		if _, err := c.GetRawData(); err != nil {
			c.Status(http.StatusBadRequest)
			return
		}
	}
	c.Data(http.StatusOK, a.ContentType, a.Body)
}
