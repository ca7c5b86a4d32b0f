package check

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const loginPage = `<!doctype html><html><head><title> Sign
  in </title><style>p { color: red }</style></head><body><script>alert("no")</script>
<p>Welcome to <b>Toy</b> &amp; Co</p>
<form id=login method=post action="/login?next=1">
<input type=hidden name=csrf value="a&quot;b"><input name=username><input type=password name=password value="">
<input type=checkbox name=stay checked><input type=checkbox name=news value=yes><input type=text name=off disabled value=x>
<select name=lang><option value=it>Italiano<option>English</select><select name=many multiple><option value=1></select>
<textarea name=note>hello</textarea><input type=submit name=go value=in><button name=cancel value=1>Cancel</button>
</form><form name="search"><input name=q value=x></form><input name=stray></body></html>`

func TestAPageIsReadAsABrowserDoes(t *testing.T) {
	page := parsePage([]byte(loginPage))
	assert.Equal(t, "Sign in", page.Title)
	assert.Equal(t, "Welcome to Toy & Co Italiano English hello Cancel", page.Text)
	require.Len(t, page.Forms, 2)

	login, ok := page.Form("login")
	require.True(t, ok)
	assert.Equal(t, []string{"/login?next=1", "POST"}, []string{login.Action, login.Method})
	assert.Equal(t, url.Values{"csrf": {`a"b`}, "username": {""}, "password": {""}, "stay": {"on"}, "lang": {"it"}, "note": {"hello"}}, login.Values(nil))
	assert.Equal(t, url.Values{"csrf": {`a"b`}, "username": {"johndoe"}, "password": {""}, "stay": {"on"}, "news": {"yes"}, "lang": {"English"}, "note": {"hello"}, "cancel": {"1"}},
		login.Values(url.Values{"username": {"johndoe"}, "news": {"yes"}, "lang": {"English"}, "cancel": {"1"}}))
	for name, there := range map[string]bool{"go": true, "cancel": true, "off": false, "stray": false, "many": true} {
		assert.Equal(t, there, login.Has(name), name)
	}

	search, ok := page.Form("search")
	require.True(t, ok)
	assert.Equal(t, Form{Name: "search", Method: "GET", Fields: []Field{{Name: "q", Value: "x", Sent: true}}}, search)
	second, _ := page.Form("2")
	assert.Equal(t, search, second)
	for _, none := range []string{"", "0", "3", "signup"} {
		_, ok := page.Form(none)
		assert.False(t, ok, none)
	}
}

func TestButtonsAreKnownByWhatStandsOnThem(t *testing.T) {
	page := parsePage([]byte(`<form id=ask><button name=d value=1>Allow <b>access</b></button><input type=submit name=d value=Deny><input type=image alt=Help name=h>
<button type=button name=x>Allow me</button><button type=reset>Allow it</button><button disabled>Allow that</button><button>Later</button></form>
<form id=other><input type=submit></form>`))
	labels := func(form Form) []string {
		var all []string
		for _, b := range form.Buttons {
			all = append(all, b.Label)
		}
		return all
	}
	assert.Equal(t, []string{"Allow access", "Deny", "Help", "Later"}, labels(page.Forms[0]))
	assert.Equal(t, []string{"Submit"}, labels(page.Forms[1]))
	for text, want := range map[string]url.Values{"allow": {"d": {"1"}}, "DENY": {"d": {"Deny"}}, "later": {}} {
		form, button, ok := page.WithButton("", text)
		require.True(t, ok, text)
		assert.Equal(t, "ask", form.ID)
		assert.Equal(t, want, button.Fields(), text)
	}
	_, _, ok := page.WithButton("other", "Allow")
	assert.False(t, ok, "another form has it")
	_, _, ok = page.WithButton("nothing", "Submit")
	assert.False(t, ok)
}

func TestAnyBytesAreAPage(t *testing.T) {
	for _, body := range []string{"", "text", "<", "<form><form><input name=a>", "\xff\xfe", "<select name=a>"} {
		assert.NotNil(t, parsePage([]byte(body)), body)
	}
	only, ok := parsePage([]byte("<form><input name=a>")).Form("")
	assert.True(t, ok)
	assert.True(t, only.Has("a"))
}
