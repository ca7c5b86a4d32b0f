package clientcred

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/segmentio/encoding/json"

	"oauthmock/mockserver/surface"
)

// Shape is how a token is sent.
type Shape string

// The shapes of a token.
const (
	// Wrapped has the members under data, as the provider's page shows.
	Wrapped Shape = "wrapped"
	// Both has the same members beside data too, where generic OAuth libraries look for them.
	Both Shape = "both"
)

// ParseShape reads the name of a shape.
func ParseShape(name string) (Shape, error) {
	switch s := Shape(name); s {
	case Wrapped, Both:
		return s, nil
	}
	return "", fmt.Errorf("the shape is %q; want %s or %s", name, Wrapped, Both)
}

// members are those of a token.
type members struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int64  `json:"expires_in"`
}

func (s Shape) body(m members) surface.Body {
	if s == Both {
		return object{struct {
			Data members `json:"data"`
			members
		}{m, m}}
	}
	return object{struct {
		Data members `json:"data"`
	}{m}}
}

// answered is a successful answer.
func answered(body surface.Body) surface.Answer {
	return surface.Answer{ContentType: surface.JSON, Header: unkept(), Body: body}
}

// unkept returns the headers that forbid caching (RFC 6749, section 5.1).
func unkept() []surface.Field {
	return []surface.Field{{Name: "Cache-Control", Value: "no-store"}, {Name: "Pragma", Value: "no-cache"}}
}

// failure renders a refusal like the page's samples: an object under error. (Its tables of 401 and
// 500 have the members at the root.) Only a client that tried HTTP Basic gets WWW-Authenticate,
// because it hides the body from some libraries.
func failure(c *surface.Call, r surface.Refusal) surface.Answer {
	header := unkept()
	if client, ok := c.Own.(surface.Client); r.Status == http.StatusUnauthorized && c.Operation != nil {
		switch {
		case ok && client.Challenged:
			header = append(header, surface.Field{Name: "Www-Authenticate", Value: `Basic realm="oauthmock"`})
		case c.Operation.Name == pingName:
			header = append(header, surface.Field{Name: "Www-Authenticate", Value: `Bearer realm="oauthmock"`})
		}
	}
	word := r.CodeName
	if word == "" { // of a row that the surface does not have
		word = strings.ReplaceAll(r.Reason, "-", "_")
	}
	type cause struct {
		Code    string `json:"code"`
		Reason  string `json:"code_reason"`
		Message string `json:"message"`
	}
	return surface.Answer{ContentType: surface.JSON, Header: header, Body: object{struct {
		Error cause `json:"error"`
	}{cause{r.Code.String(), word, r.Text()}}}}
}

// object is a body in JSON.
type object struct{ value any }

// Append implements surface.Body.
func (o object) Append(b []byte) ([]byte, error) { return json.Append(b, o.value, 0) }
