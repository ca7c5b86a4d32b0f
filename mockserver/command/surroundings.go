package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"oauthmock/mockserver/admin"
)

// pair is an environment variable.
type pair struct{ name, value string }

// surroundings returns the environment variables that lead programs to a mock: its addresses from
// the control API, and files to trust it. token, unless empty, is what the proxy requires.
func (c *client) surroundings(ctx context.Context, token string, write func(ca []byte) (*trust, error)) ([]pair, error) {
	var at struct{ HTTP, Proxy string }
	if err := c.get(ctx, &at, "endpoints"); err != nil {
		return nil, err
	}
	if at.Proxy == "" {
		return nil, fmt.Errorf("the mock at %s has no proxy that could lead programs to it: start it with --proxy-addr 127.0.0.1:3128", c.url)
	}
	var accounts struct {
		Items []struct{ Email, APIKey, Environment string }
	}
	if err := c.get(ctx, &accounts, "accounts"); err != nil {
		return nil, err
	}
	out := []pair{{prefix + "URL", at.HTTP}}
	for _, a := range accounts.Items {
		if a.Environment == "production" {
			out = append(out, pair{prefix + "EMAIL", a.Email}, pair{prefix + "API_KEY", a.APIKey})
			break
		}
	}
	proxy, err := url.Parse(at.Proxy)
	if err != nil {
		return nil, err
	}
	direct := []string{"localhost", "127.0.0.1", "::1"}
	if !admin.Loopback(proxy.Host) {
		direct = append(direct, proxy.Hostname()) // where OAUTHMOCK_URL is
	}
	if token != "" {
		proxy.User = url.UserPassword("oauthmock", token)
	}
	for _, v := range []pair{{"HTTP_PROXY", proxy.String()}, {"HTTPS_PROXY", proxy.String()}, {"NO_PROXY", strings.Join(direct, ",")}} {
		out = append(out, v, pair{strings.ToLower(v.name), v.value})
	}
	out = append(out, pair{"NODE_USE_ENV_PROXY", "1"})
	ca, err := c.authority(ctx)
	if err != nil || ca == nil {
		return out, err
	}
	t, err := write(ca)
	if err != nil {
		return nil, err
	}
	return append(out, pair{"SSL_CERT_FILE", t.bundle}, pair{"NODE_EXTRA_CA_CERTS", t.ca}, pair{"REQUESTS_CA_BUNDLE", t.bundle}, pair{"CURL_CA_BUNDLE", t.bundle},
		pair{prefix + "JAVA_OPTIONS", javaOptions(t, proxy, direct)}), nil
}

// get asks the control API for what a path holds.
func (c *client) get(ctx context.Context, into any, path ...string) error {
	_, body, err := c.ask(ctx, question{method: http.MethodGet, path: path})
	if err != nil {
		return err
	}
	return decodeAnswer(body, into)
}

// authority is the mock's CA, in PEM, or nil where it has a certificate of the user's own.
func (c *client) authority(ctx context.Context) ([]byte, error) {
	answer, err := c.open(ctx, question{method: http.MethodGet, path: []string{"ca.pem"}})
	if refused, ok := errors.AsType[refusedError](err); ok && refused.code == http.StatusNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(io.LimitReader(answer.Body, largestProblem))
}

// javaOptions returns the value for JAVA_TOOL_OPTIONS: Java reads neither proxies nor CAs from the
// environment.
func javaOptions(t *trust, proxy *url.URL, direct []string) string {
	host, port, _ := net.SplitHostPort(proxy.Host)
	hosts := make([]string, len(direct))
	for i, name := range direct {
		hosts[i] = name
		if strings.Contains(name, ":") {
			hosts[i] = "[" + name + "]"
		}
	}
	properties := []pair{
		{"javax.net.ssl.trustStore", t.store}, {"javax.net.ssl.trustStoreType", "PKCS12"}, {"javax.net.ssl.trustStorePassword", storePassword},
		{"http.proxyHost", host}, {"http.proxyPort", port}, {"https.proxyHost", host}, {"https.proxyPort", port}, {"http.nonProxyHosts", strings.Join(hosts, "|")},
	}
	words := make([]string, len(properties))
	for i, p := range properties {
		words[i] = "-D" + p.name + "=" + p.value
		if strings.ContainsAny(words[i], " \t'") {
			words[i] = `"` + words[i] + `"`
		}
	}
	return strings.Join(words, " ")
}
