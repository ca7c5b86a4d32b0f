package surface

import (
	"mime"
	"net/url"
	"slices"
	"strings"

	"oauthmock/mockserver/account"
)

// formMedia is the media type of the forms that OAuth 2.0 clients and browsers send.
const formMedia = "application/x-www-form-urlencoded"

// Form parses a body of the media type application/x-www-form-urlencoded, with or without
// parameters such as a charset. It refuses any other body, and a parameter that occurs more than
// once (RFC 6749, section 3.2).
func (c *Call) Form() (url.Values, error) {
	if err := c.Exchange.Request.BodyError; err != nil {
		return nil, unreadable(err)
	}
	given := c.Request.Header.Values("Content-Type")
	if media, _, _ := mime.ParseMediaType(strings.Join(given, ",")); media != formMedia {
		return nil, account.Refuse(RequestInvalid, "the Content-Type is "+quoted(given)+"; want "+formMedia)
	}
	form, err := url.ParseQuery(string(c.Body()))
	if err != nil {
		return nil, account.Refuse(RequestInvalid, "the body is not a form: "+err.Error())
	}
	return once(form, "the body")
}

// once refuses a form in which a parameter occurs more than once.
func once(form url.Values, where string) (url.Values, error) {
	var twice []string
	for name, values := range form {
		if len(values) > 1 {
			twice = append(twice, name)
		}
	}
	if len(twice) > 0 {
		slices.Sort(twice) // so that it is the same one each time
		return nil, account.Refuse(RequestInvalid, where+" has the parameter "+quoted(twice[:1])+" more than once")
	}
	return form, nil
}

// quoted quotes what a caller sent, up to a length.
func quoted(given []string) string {
	const most = 100
	text := strings.Join(given, ", ")
	if text == "" {
		return "missing"
	}
	if len(text) > most {
		text = text[:most] + "…"
	}
	return `"` + strings.ToValidUTF8(text, "�") + `"`
}
