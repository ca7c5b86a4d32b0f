package journal_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
	"oauthmock/spec/readertest"
)

func show(e *exchange.Exchange, live func(word string) bool) journal.Entry {
	return journal.NewRedactor(live, nil).Show(e)
}

func TestSecretsAreShownAsFingerprintsWhereverTheyStand(t *testing.T) {
	const secret, other = "656d1e2f8b3c2a001f7e4a12", "topsecretvalue"
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("a@example.com:"+secret))
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	for name, e := range map[string]*exchange.Exchange{
		"as a Bearer":                    {Request: exchange.Request{Header: header("Authorization", "Bearer "+secret)}},
		"as a Bearer repeated in a body": {Request: exchange.Request{Header: header("Authorization", "Bearer "+secret), Body: []byte("hello " + secret)}},
		"in Basic":                       {Request: exchange.Request{Header: header("Authorization", basic), Body: []byte("hello " + secret)}},
		"without a scheme":               {Request: exchange.Request{Header: header("Authorization", secret)}},
		"in the path":                    {Request: exchange.Request{URI: "/tokens/" + secret}},
		"in the path of another prefix":  {Request: exchange.Request{URI: "/__v2/tokens/" + secret + "?x=1"}},
		"in v1's path":                   {Request: exchange.Request{URI: "/token/" + secret}},
		"in the query":                   {Request: exchange.Request{URI: "/tokens?id=" + secret}},
		"in a query of its own name":     {Request: exchange.Request{URI: "/x?apiKey=" + secret}},
		"in a cookie":                    {Request: exchange.Request{Header: header("Cookie", "s="+secret)}},
		"in the body of the request":     {Request: exchange.Request{Body: []byte(`{"a":[{"client_secret":"` + secret + `"}]}`)}},
		"in the body of the answer":      {Response: exchange.Response{Body: []byte(`{"data":[{"name":"x","refreshToken":"` + secret + `"}]}`)}},
		"in a body that was cut":         {Response: exchange.Response{Body: []byte(`{"data":{"token":"` + secret + `","na`)}},
		"in a header of the answer":      {Response: exchange.Response{Header: header("X-Echo", secret), Body: []byte(`{"token":"` + secret + `"}`)}},
		"after another key":              {Request: exchange.Request{Body: []byte(`{"token":{"x":1},"password":"` + other + `","y":"` + other + `"}`)}},
	} {
		t.Run(name, func(t *testing.T) {
			shown, err := json.Marshal(show(e, nobodys))
			require.NoError(t, err)
			assert.NotContains(t, string(shown), secret)
			assert.NotContains(t, string(shown), other)
			assert.NotContains(t, string(shown), strings.TrimPrefix(basic, "Basic "))
			assert.Contains(t, string(shown), "[secret ")
		})
	}
}

func nobodys(string) bool { return false }

func TestLiveSecretsAreHiddenWhereNobodyLooksForThem(t *testing.T) {
	const token, key = "656d1e2f8b3c2a001f7e4a12", "my-own.key"
	shown, err := json.Marshal(show(&exchange.Exchange{
		Request: exchange.Request{
			URI: "/nowhere/" + token + "?q=" + token, Header: http.Header{"X-Api-Key": {key}, "Referer": {"http://x/?t=" + token}},
			Body: []byte("name=" + key + "&refresh=" + token),
		},
	}, func(word string) bool { return word == token || word == key }))
	require.NoError(t, err)
	assert.NotContains(t, string(shown), token)
	assert.NotContains(t, string(shown), key)
	assert.Contains(t, string(shown), "/nowhere/[secret ")
}

func TestLiveSecretsAreHiddenInEverySpellingAndPlace(t *testing.T) {
	const token, key = "656d1e2f8b3c2a001f7e4a12", "0123456789abcdef0123456789abcdef"
	basic := base64.StdEncoding.EncodeToString([]byte("a@example.com:" + key))
	for name, r := range map[string]exchange.Request{
		"as the scheme of a credential":      {Header: http.Header{"Authorization": {key + " x"}}},
		"as the second of two credentials":   {Header: http.Header{"Authorization": {"Basic YTpi", "Bearer " + token}}},
		"as the name of a header":            {Header: http.Header{"X-" + key: {"1"}}},
		"as the host":                        {Host: token + ".example.com"},
		"as the method":                      {Method: token},
		"as the user of a URL":               {URI: "http://a%40example.com:" + key + "@localhost/wallet"},
		"escaped in a path":                  {URI: "/wallet/656d1%652f8b3c2a001f7e4a12"},
		"escaped in a query":                 {URI: "/wallet?x=%36%35%36%64%31%65%32%66%38%62%33%63%32%61%30%30%31%66%37%65%34%61%31%32"},
		"escaped in a form":                  {Body: []byte("x=%3656d1e2f8b3c2a001f7e4a12")},
		"escaped in JSON":                    {Body: []byte(`{"x":"\u003656d1e2f8b3c2a001f7e4a12"}`)},
		"escaped in JSON and for a URL":      {Body: []byte(`{"x":"\u003656d1e2f8b3c2a001f7e4a12","y":"/%3656d1e2f8b3c2a001f7e4a12"}`)},
		"stuck to other letters":             {Body: []byte(`{"x":"aa` + token + `bb` + key + `"}`)},
		"in Base64 in another header":        {Header: http.Header{"X-Auth": {"Basic " + basic}}},
		"in Base64 in a query":               {URI: "/wallet?auth=" + basic},
		"in Base64 in a path":                {URI: "/wallet/" + basic + "/x"},
		"where a long body is cut":           {Body: []byte(strings.Repeat("-", maxShown-5) + token + strings.Repeat(" ", 100_000))},
		"where a long body was not read on":  {Body: []byte(strings.Repeat(token+" ", 2000) + strings.Repeat(" "+token, 2000))},
		"in a form under the name of secret": {Body: []byte("client_secret=" + key + "&grant_type=x")},
	} {
		t.Run(name, func(t *testing.T) {
			shown, err := json.Marshal(show(&exchange.Exchange{Request: r}, func(word string) bool { return word == token || word == key }))
			require.NoError(t, err)
			for _, secret := range []string{token, key, strings.TrimRight(basic, "="), token[1:], token[:12], token[6:]} {
				assert.NotContains(t, string(shown), secret)
			}
		})
	}
}

// maxShown is from where on a body is cut, in bytes.
const maxShown = 64 << 10

func TestNobodysPasswordInAFormIsHiddenToo(t *testing.T) {
	e := show(&exchange.Exchange{Request: exchange.Request{Body: []byte("grant_type=x&client_secret=not-so-secret")}}, nobodys)
	assert.Regexp(t, `^grant_type=x&client_secret=\[secret [0-9a-f]{16}\]$`, e.Request.Body)
}

// Whoever writes a body must not make the reader of the journal wait: the work grows with the body
// and not with what it is made of.
func TestABodyFullOfSecretsIsShownInTime(t *testing.T) {
	var words, odd strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&words, `"%07d",`, i)
		fmt.Fprintf(&odd, `"%05d !",`, i)
	}
	long := strings.Repeat("a", 400_000)
	for name, c := range map[string]struct{ body, shows string }{
		"many words":         {`{"token":[` + words.String() + `1]}`, `{"token":["[secret `},
		"many that are none": {`{"token":[` + odd.String() + `1]}`, "not shown: the exchange holds too many secrets"},
		"a long one":         {`{"token":"` + long + `","x":"` + long + `"}`, "… (cut)"},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			e := show(&exchange.Exchange{Request: exchange.Request{Body: []byte(c.body), URI: "/tokens"}}, nobodys)
			assert.Contains(t, e.Request.Body, c.shows)
			assert.NotContains(t, e.Request.Body, "0000777")
			assert.Less(t, time.Since(began), time.Minute, "a fraction of a second, if it is not many minutes")
		})
	}
}

func TestTwoSecretsCanBeToldApart(t *testing.T) {
	r, other := journal.NewRedactor(nobodys, nil), journal.NewRedactor(nobodys, nil)
	bearer := func(r *journal.Redactor, token string) string {
		return r.Show(&exchange.Exchange{Request: exchange.Request{Header: http.Header{"Authorization": {"Bearer " + token}}}}).Credential
	}
	const token = "656d1e2f8b3c2a001f7e4a12"
	assert.Regexp(t, `^\[secret [0-9a-f]{16}\]$`, r.Fingerprint(token))
	assert.Equal(t, r.Fingerprint(token), bearer(r, token))
	assert.NotEqual(t, r.Fingerprint(token), bearer(r, "656d1e2f8b3c2a001f7e4a13"))
	assert.NotEqual(t, r.Fingerprint(token), other.Fingerprint(token), "each server has a key of its own")
}

// TestACredentialCanBeFollowed wants one fingerprint for one credential, wherever and however it is
// written.
func TestACredentialCanBeFollowed(t *testing.T) {
	const token, odd, pin = "656d1e2f8b3c2a001f7e4a12", "p@ss w/rd+100%", "1234"
	basic := func(user, password string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	}
	header := func(name string, values ...string) exchange.Request {
		return exchange.Request{Header: http.Header{name: values}}
	}
	for name, c := range map[string]struct {
		request  exchange.Request
		response exchange.Response
		shows    string // with {} where the fingerprint is
		of       string // token, unless said
	}{
		"Bearer":                     {request: header("Authorization", "Bearer "+token), shows: `"Authorization":["Bearer {}"]`},
		"Bearer, as credential":      {request: header("Authorization", "bearer "+token), shows: `"credential":"{}"`},
		"Basic, the password":        {request: header("Authorization", basic("a@example.com", token)), shows: `"Authorization":["Basic {}"]`},
		"Basic, as credential":       {request: header("Authorization", basic("a@example.com", token)), shows: `"credential":"{}"`},
		"Basic of an OAuth client":   {request: header("Authorization", basic("client", "p%40ss%20w%2Frd%2B100%25")), shows: `"Authorization":["Basic {}"]`, of: odd},
		"Basic without a password":   {request: header("Authorization", basic("a", "")), shows: `"Authorization":["Basic {}"]`, of: "YTo="},
		"a scheme that nobody knows": {request: header("Authorization", "Odd "+token), shows: `"Authorization":["{}"]`, of: "Odd " + token},
		"a proxy's":                  {request: header("Proxy-Authorization", "Bearer "+token), shows: `["Bearer {}"]`},
		"a header for API keys":      {request: header("X-Api-Key", token), shows: `"X-Api-Key":["{}"]`},
		"cookies":                    {request: header("Cookie", `a=1; session="`+token+`"; b=`+token), shows: `; session={}; b={}"`},
		"a cookie that is set":       {response: exchange.Response{Header: http.Header{"Set-Cookie": {"session=" + token + "; Path=/; HttpOnly"}}}, shows: `"Set-Cookie":["session={}; Path=/; HttpOnly"]`},
		"a short cookie":             {request: header("Cookie", "pin="+pin), shows: `"Cookie":["pin={}"]`, of: pin},
		"a path":                     {request: exchange.Request{URI: "/__v2/tokens/" + token + "?a=b"}, shows: `"uri":"/__v2/tokens/{}?a=b"`},
		"v1's path":                  {request: exchange.Request{URI: "/token/" + token}, shows: `"uri":"/token/{}"`},
		"an escaped path":            {request: exchange.Request{URI: "/tokens/%3656d1e2f8b3c2a001f7e4a12"}, shows: `"uri":"/tokens/{}"`},
		"a filter":                   {request: exchange.Request{URI: "/tokens?id=" + token}, shows: `"uri":"/tokens?id={}"`},
		"a query":                    {request: exchange.Request{URI: "/x?access_token=p%40ss+w%2Frd%2B100%25&x=1"}, shows: `"uri":"/x?access_token={}&x=1"`, of: odd},
		"a redirect with a code":     {response: exchange.Response{Header: http.Header{"Location": {"https://example.com/callback?code=" + token + "&state=s"}}}, shows: `"Location":["https://example.com/callback?code={}&state=s"]`},
		"a redirect with a token":    {response: exchange.Response{Header: http.Header{"Location": {"https://example.com/#access_token=" + token + "&state=s"}}}, shows: `#access_token={}&state=s"`},
		"a form":                     {request: exchange.Request{Body: []byte("code_verifier=" + token + "&client_secret=x&code=" + token + "\r\n")}, shows: `"body":"code_verifier={}&client_secret=`},
		"a form, escaped":            {request: exchange.Request{Body: []byte("client%5Fsecret=p%40ss+w%2Frd%2B100%25&x=1")}, shows: `"body":"client%5Fsecret={}&x=1"`, of: odd},
		"a form, with a fence":       {request: exchange.Request{Body: []byte("password=12#4")}, shows: `"body":"password={}"`, of: "12#4"},
		"a password like its name":   {request: exchange.Request{Body: []byte("grant_type=password&password=password")}, shows: `"body":"grant_type=password&password={}"`, of: "password"},
		"a word of the fingerprint":  {request: exchange.Request{Body: []byte(`{"password":"secret","x":"secret%20"}`)}, shows: `{\"password\":\"{}\",\"x\":\"secret%20\"}`, of: "secret"},
		"a short password":           {request: exchange.Request{Body: []byte(`{"password":"1234","ttl":1234}`)}, shows: `{\"password\":\"{}\",\"ttl\":1234}`, of: pin},
		"JSON":                       {response: exchange.Response{Body: []byte(`{"data":{"refreshToken":"` + token + `","id":"` + token + `"}}`)}, shows: `{\"refreshToken\":\"{}\",\"id\":\"{}\"}`},
		"JSON, escaped":              {response: exchange.Response{Body: []byte(`{"apiKey":"\u003656d1e2f8b3c2a001f7e4a12"}`)}, shows: `{\"apiKey\":\"{}\"}`},
		"JSON, a list":               {request: exchange.Request{Body: []byte(`{"token":["` + token + `",{"x":"y"}]}`)}, shows: `{\"token\":[\"{}\",{\"x\":\"y\"}]}`},
		"JSON that was cut":          {request: exchange.Request{Body: []byte(`{"password":"` + token + `","tok`)}, shows: `{\"password\":\"{}\",\"tok`},
		"a number of an error":       {response: exchange.Response{Body: []byte(`{"error":{"code":"401021"}}`)}, shows: `{\"error\":{\"code\":\"401021\"}}`},
		"Base64 elsewhere":           {request: header("X-Auth", basic("a@example.com", token)), shows: `"X-Auth":["Basic {}`},
		"Base64 of a form's":         {request: exchange.Request{Header: http.Header{"X-Auth": {basic("client", odd)}}, Body: []byte("client_secret=p%40ss+w%2Frd%2B100%25")}, shows: `"X-Auth":["Basic {}"]`, of: odd},
	} {
		t.Run(name, func(t *testing.T) {
			r := journal.NewRedactor(func(word string) bool { return word == token }, nil)
			shown := r.Show(&exchange.Exchange{Request: c.request, Response: c.response})
			of := c.of
			if of == "" {
				of = token
			}
			text := wire(t, shown)
			assert.Contains(t, text, strings.ReplaceAll(c.shows, "{}", r.Fingerprint(of)))
			assert.NotContains(t, text, token)
			assert.NotContains(t, text, odd)
		})
	}
}

// wire is an entry as the control API writes it.
func wire(t *testing.T, e journal.Entry) string {
	t.Helper()
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	require.NoError(t, encoder.Encode(e))
	return b.String()
}

func TestAnEntryTellsItsKindAndBothTimes(t *testing.T) {
	account, machine := time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC), time.Date(2031, 1, 2, 3, 4, 5, 6, time.UTC)
	e := &exchange.Exchange{ID: 7, At: account, Began: machine.Local()}
	j := journal.New(10, 1<<20)
	j.Add(e)
	kept, _ := j.Select(journal.Filter{})
	require.Len(t, kept, 1)
	assert.Contains(t, wire(t, show(kept[0], nobodys)), `{"id":"7","kind":"request","at":"2026-02-12T08:30:00Z","receivedAt":"2031-01-02T03:04:05.000000006Z",`)
	archived, err := json.Marshal(journal.NewRedactor(nobodys, nil).ShowHAR(kept[0]))
	require.NoError(t, err)
	assert.Contains(t, string(archived), `"_kind":"request","_receivedAt":"2031-01-02T03:04:05.000000006Z"`)
}

func TestAKindIsAskedFor(t *testing.T) {
	j := journal.New(10, 1<<20)
	all := j.Subscribe(10)
	defer all.Close()
	callbacks := j.SubscribeTo(journal.Filter{Kind: journal.KindCallback}, 10)
	defer callbacks.Close()
	j.Add(entry(1, "a", 0))
	for kind, want := range map[journal.Kind]int{"": 1, journal.KindRequest: 1, journal.AnyKind: 1, journal.KindCallback: 0} {
		for _, limit := range []int{0, 1} {
			found, _ := j.Select(journal.Filter{Kind: kind, Limit: limit})
			assert.Len(t, found, want, "%q", kind)
		}
		missed, _, s := j.Resume(journal.Filter{Kind: kind}, 0, 1)
		s.Close()
		assert.Len(t, missed, want, "%q", kind)
		require.NoError(t, journal.CheckKind(string(kind)))
	}
	assert.Len(t, all.C, 1)
	assert.Empty(t, callbacks.C)
	assert.EqualError(t, journal.CheckKind("Request"), `"Request" is not a kind of record; want request, callback, or * for all`)
}

func FuzzShow(f *testing.F) {
	f.Add("/tokens/656d1e2f8b3c2a001f7e4a12", "Basic YTpi", []byte(`{"token":"x"}`))
	f.Add("/tokens/%zz?id=%zz&=&", "Bearer", []byte(`]]}{"token":[[["`))
	f.Add("?code=&token#=password=%", "a=b; =; c", []byte("password=%zz&token=\r\n&&=#"))
	r := journal.NewRedactor(func(word string) bool { return len(word)%2 == 0 }, nil)
	f.Fuzz(func(t *testing.T, uri, value string, body []byte) {
		defer readertest.Within(len(uri) + len(value) + len(body))()
		header := http.Header{"Authorization": {value}, "Cookie": {value}, "Set-Cookie": {value}, "Location": {uri}, "X-Api-Key": {value}}
		r.Show(&exchange.Exchange{
			Request:  exchange.Request{URI: uri, Header: header, Body: body},
			Response: exchange.Response{Header: header, Body: body},
		})
	})
}

func TestWhatIsLiveIsHiddenBehindEveryEscape(t *testing.T) {
	const key = "my-own.key-1" // of another form than those that the mock draws
	live := func(word string) bool { return word == key }
	for name, text := range map[string]string{
		"a quote of a URL":         "x=%22" + key + "%22",
		"a blank of a URL":         "a%20" + key,
		"an escaped percent":       "a%2522" + key,
		"a control character":      "a%0a" + key,
		"a quote of JSON":          `{"q":"say \"` + key + `\""}`,
		"a line end of JSON":       `{"q":"first\n` + key + `"}`,
		"a code of JSON":           `{"q":"\u0022` + key + `\u003e"}`,
		"a URL in JSON":            `{"q":"\u002522` + key + `"}`,
		"every character of a URL": "%6d%79%2d%6f%77%6e%2E%6b%65%79%2d%31",
	} {
		t.Run(name, func(t *testing.T) {
			r := journal.NewRedactor(live, nil)
			shown := r.Show(&exchange.Exchange{Request: exchange.Request{Body: []byte(text)}}).Request.Body
			assert.Contains(t, shown, r.Fingerprint(key))
			assert.NotContains(t, shown, key)
			shown = r.Show(&exchange.Exchange{Request: exchange.Request{Body: []byte(strings.ReplaceAll(text, key, "nobodys"))}}).Request.Body
			if strings.Contains(text, key) {
				assert.Equal(t, strings.ReplaceAll(text, key, "nobodys"), shown, "what hides nothing stays as it came")
			}
		})
	}
}

func TestSecretsAreKnownByTheirValue(t *testing.T) {
	const word, phrase = "of-a.client", "jane's p@ss/word" // as somebody's
	header := func(name, value string) exchange.Request { return exchange.Request{Header: http.Header{name: {value}}} }
	for name, c := range map[string]struct {
		request exchange.Request
		shows   string
	}{
		"between dots":                  {exchange.Request{Body: []byte("body.of-a.client-x.y")}, "body.{word}-x.y"},
		"in a long row of words":        {exchange.Request{Body: []byte(strings.Repeat("a.", 100) + word + strings.Repeat("-b", 100))}, "a.{word}-b"},
		"twice in a row":                {exchange.Request{Body: []byte(word + "." + word)}, "{word}.{word}"},
		"a segment of a path":           {exchange.Request{URI: "/nowhere/jane%27s%20p@ss%2Fword/x"}, "/nowhere/{phrase}/x"},
		"within a header":               {header("X-A", "is it "+phrase+"?"), "is it {phrase}?"},
		"the password in a URL":         {exchange.Request{Body: []byte(`{"callback":{"url":"https://me:n0body%27s@h/"}}`)}, `https://me:{n0body's}@h/`},
		"the token in a URL":            {exchange.Request{URI: "/x?to=https%3A%2F%2Fn0bodys@h%2F"}, "/x?to=https%3A%2F%2F{n0bodys}@h%2F"},
		"the headers of a callback":     {exchange.Request{Body: []byte(`{"headers":{"Authorization":"Bearer n0bodys"}}`)}, `\"Authorization\":\"{n0bodys}\"`},
		"a word that is a name as well": {exchange.Request{Body: []byte(`grant_type=password`)}, `grant_type=password`},
	} {
		t.Run(name, func(t *testing.T) {
			r := journal.NewRedactor(func(text string) bool { return text == word || text == phrase || text == "password" }, func() []string { return []string{phrase} })
			shows := strings.NewReplacer("{word}", r.Fingerprint(word), "{phrase}", r.Fingerprint(phrase), "{n0bodys}", r.Fingerprint("n0bodys"), "{n0body's}", r.Fingerprint("n0body's")).Replace(c.shows)
			assert.Contains(t, wire(t, r.Show(&exchange.Exchange{Request: c.request})), shows)
		})
	}
}

func TestManyPhrasesAreFoundWhereTheyStand(t *testing.T) {
	var phrases []string
	for i := range 100 {
		phrases = append(phrases, fmt.Sprintf("odd/secret %d!", i))
	}
	r := journal.NewRedactor(nobodys, func() []string { return phrases })
	e := r.Show(&exchange.Exchange{Request: exchange.Request{URI: "/x?a=odd%2Fsecret+7%21", Body: []byte("it is odd/secret 8!")}})
	assert.Equal(t, "/x?a="+r.Fingerprint(phrases[7]), e.Request.URI)
	assert.Equal(t, "it is "+r.Fingerprint(phrases[8]), e.Request.Body)
}

func TestTheAdminTokenIsHiddenWhereverItStands(t *testing.T) {
	const token = `ad+min/token "="1`
	header := func(name, value string) exchange.Request { return exchange.Request{Header: http.Header{name: {value}}} }
	for name, request := range map[string]exchange.Request{
		"in its header":   header("Authorization", "Bearer "+token),
		"in another one":  header("X-Comment", "is it "+token+"?"),
		"in a path":       {URI: "/wallet/ad+min%2Ftoken%20%22=%221"},
		"in a query":      {URI: "/wallet?x=ad%2Bmin%2Ftoken+%22%3D%221"},
		"in JSON":         {Body: []byte(`{"x":"ad+min/token \"=\"1"}`)},
		"in a form":       {Body: []byte(`x=ad%2Bmin%2Ftoken+%22%3D%221&y=1`)},
		"in lower digits": {URI: "/wallet/ad%2bmin%2ftoken%20%22%3d%221"},
	} {
		t.Run(name, func(t *testing.T) {
			r := journal.NewRedactor(nobodys, func() []string { return []string{token} })
			assert.Contains(t, wire(t, r.Show(&exchange.Exchange{Request: request})), r.Fingerprint(token))
			assert.NotContains(t, wire(t, r.Show(&exchange.Exchange{Request: request})), "min")
		})
	}
}
