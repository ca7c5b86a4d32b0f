package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const watched = `version: "1.0"
scenarios:
  - id: mine/one
    title: mine
    level: SHOULD
    requirement: mine
    source: mine
    given:
      credit: 1
      tokens: [{as: first, name: the first}]
    steps: [{name: read, call: wallet.get, expect: {status: 200}}]
`

func write(t *testing.T, file, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
}

func TestAWatcherWaitsUntilFilesStandStill(t *testing.T) {
	dir := t.TempDir()
	file, other := filepath.Join(dir, "one"), filepath.Join(dir, "two")
	write(t, file, "one")
	w := watch([]string{file, other})
	assert.False(t, w.changed(), "nothing has changed")

	write(t, file, "")
	assert.False(t, w.changed(), "an editor has emptied it")
	write(t, file, "half")
	assert.False(t, w.changed(), "and writes")
	write(t, file, "the whole")
	assert.False(t, w.changed(), "and writes")
	assert.True(t, w.changed(), "it stood still")
	assert.False(t, w.changed(), "and that was said")

	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	require.NoError(t, os.Chtimes(file, at, at))
	assert.False(t, w.changed())
	assert.True(t, w.changed(), "another time, the same size")

	write(t, filepath.Join(dir, "next"), "ELOHW EHT")
	require.NoError(t, os.Chtimes(filepath.Join(dir, "next"), at, at))
	require.NoError(t, os.Rename(filepath.Join(dir, "next"), file))
	assert.False(t, w.changed())
	assert.True(t, w.changed(), "another file in its place, of the same time and size")

	write(t, other, "now there")
	assert.False(t, w.changed())
	assert.True(t, w.changed(), "the second counts too")
	require.NoError(t, os.Remove(file))
	assert.False(t, w.changed())
	assert.True(t, w.changed(), "it is gone")
	assert.False(t, w.changed(), "and still gone")
}

func TestWatchTakesOverWhatChangesAndKeepsWhatWasWhenItCannot(t *testing.T) {
	for name, c := range map[string]struct {
		flag         string
		first, next  string
		broken, line string
	}{
		"a scenario": {
			"--scenario", watched, strings.Replace(watched, "credit: 1", "credit: 77", 1),
			strings.Replace(watched, "credit: 1", "credti: 2", 1), `:9: scenarios[0].given: unknown key`,
		},
		"fixtures": {
			"--fixtures", wallet("1"), wallet("77"), strings.Replace(wallet("1"), "amount", "amuont", 1), `:2: accounts[0].wallet.transactions[0]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "watched.yaml")
			write(t, file, c.first)
			p := start(t, nil, "--watch", c.flag, file)
			credit := func() string {
				_, body := p.ask("GET", "/wallet", "")
				_, rest, _ := strings.Cut(body, `"credit":`)
				value, _, _ := strings.Cut(rest, ",")
				return value
			}
			logged := func(text string) func() bool {
				return func() bool { return strings.Contains(p.stderr.String(), text) }
			}
			assert.Equal(t, "1", credit())

			write(t, file, c.broken)
			require.Eventually(t, logged("watched.yaml"+c.line), time.Minute, 10*time.Millisecond)
			assert.Equal(t, "1", credit(), "the last good state goes on")
			assert.Contains(t, p.stderr.String(), "the mock goes on as it was")

			write(t, file, c.next)
			require.Eventually(t, logged("msg=reloaded"), time.Minute, 10*time.Millisecond)
			assert.Equal(t, "77", credit())
			status, _ := p.ask("POST", "/__admin/reset", "")
			assert.Equal(t, 204, status)
			assert.Equal(t, "77", credit(), "a reset leads to what was taken over")
		})
	}
}

func TestWatchTakesOverRulesOfFaults(t *testing.T) {
	dir := t.TempDir()
	rules, mine := filepath.Join(dir, "rules.yaml"), filepath.Join(dir, "mine.yaml")
	down := func(path string) string {
		return `{version: "1.0", faults: [{name: down, match: {path: ` + path + `}, effect: {kind: status, status: 503}}]}`
	}
	write(t, rules, down("/wallet"))
	write(t, mine, strings.Replace(watched, "credit: 1", "faults: [{name: mine, match: {path: /scopes}, effect: {kind: status, status: 500}}]", 1))
	p := start(t, nil, "--watch", "--scenario", mine, "--faults", rules)
	answers := func() (out [3]int) {
		for i, path := range []string{"/wallet", "/scopes", "/errors"} {
			out[i], _ = p.ask("GET", path, "")
		}
		return out
	}
	assert.Equal(t, [3]int{503, 500, 200}, answers())
	write(t, rules, strings.Replace(down("/errors"), "status:", "statsu:", 1))
	require.Eventually(t, func() bool { return strings.Contains(p.stderr.String(), "rules.yaml:1: ") }, time.Minute, 10*time.Millisecond)
	assert.Equal(t, [3]int{503, 500, 200}, answers())
	write(t, rules, down("/errors"))
	require.Eventually(t, func() bool { return strings.Contains(p.stderr.String(), "msg=reloaded") }, time.Minute, 10*time.Millisecond)
	assert.Equal(t, [3]int{200, 500, 503}, answers())
	write(t, rules, strings.Replace(down("/errors"), "name: down", "name: mine", 1))
	require.Eventually(t, func() bool { return strings.Contains(p.stderr.String(), "a rule before it") }, time.Minute, 10*time.Millisecond)
	assert.Equal(t, [3]int{200, 500, 503}, answers(), "the scenario has a rule of that name")
}

func TestWatchTakesOverDocumentsOfServicesAndWhatTheyReferTo(t *testing.T) {
	dir := t.TempDir()
	document, schema := filepath.Join(dir, "new.yaml"), filepath.Join(dir, "cat.yaml")
	text := func(paths string) string {
		return "openapi: 3.0.3\ninfo: {title: New, version: '1'}\npaths:\n" + paths
	}
	const cats = "  /cats: {get: {responses: {200: {description: '', content: {application/json: {schema: {$ref: 'cat.yaml'}}}}}}}\n"
	write(t, document, text(cats))
	write(t, schema, "{type: object, properties: {name: {type: string, example: Tom}}}")
	p := start(t, nil, "--watch", "--service", "new.example.com="+document)
	made := func(scope string) string {
		status, body := p.ask("POST", "/tokens", `{"scopes":["`+scope+`"]}`)
		require.Equal(t, 200, status, body)
		_, rest, _ := strings.Cut(body, `"token":"`)
		return rest[:24]
	}
	answer := func(token, path string) string {
		_, body := p.ask("GET", "/__services/new.example.com"+path, "", bearer(token))
		return body
	}
	assert.JSONEq(t, `{"name":"Tom"}`, answer(made("GET:new.example.com/cats"), "/cats"))

	write(t, schema, "{type: object, properties: {name: {type: string, example: Felix}}}")
	require.Eventually(t, func() bool { return strings.Count(p.stderr.String(), "msg=reloaded") == 1 }, time.Minute, 10*time.Millisecond)
	assert.JSONEq(t, `{"name":"Felix"}`, answer(made("GET:new.example.com/cats"), "/cats"))

	write(t, document, text(cats+"  /dogs: {get: {responses: {200: {description: '', content: {application/json: {example: {name: Rex}}}}}}}\n"))
	require.Eventually(t, func() bool { return strings.Count(p.stderr.String(), "msg=reloaded") == 2 }, time.Minute, 10*time.Millisecond)
	assert.JSONEq(t, `{"name":"Rex"}`, answer(made("GET:new.example.com/dogs"), "/dogs"))

	write(t, document, "paths: [")
	require.Eventually(t, func() bool { return strings.Contains(p.stderr.String(), "the mock goes on as it was") }, time.Minute, 10*time.Millisecond)
	assert.JSONEq(t, `{"name":"Felix"}`, answer(made("GET:new.example.com/cats"), "/cats"))
}

// wallet is a world of one account, with demo's credentials.
func wallet(amount string) string {
	return `{version: "1.0", name: one, accounts: [{id: solo, email: dev@example.com, apiKey: 0123456789abcdef0123456789abcdef, environment: production, createdAt: -1d, enabledScopes: [],
  wallet: {createdAt: -1d, transactions: [{id: txn_66064804b25145ee88ee20d6, amount: ` + amount + `, createdAt: -1h, description: Wallet recharge}]}}]}
`
}

func TestWhatIsThereIsLoggedBeforeTheURLIsPrinted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	write(t, file, strings.Replace(watched, "    given:", "    description: Look at the wallet.\n    given:\n      faults: [{name: slow, effect: {kind: latency, fixed: 1ms}}]\n      accounts: {other: {tokens: [{as: many, count: 30}]}}", 1))
	log := start(t, nil, "--scenario", file).stderr.String()
	assert.Contains(t, log, "msg=scenario id=mine/one title=mine")
	assert.Contains(t, log, "account=(own) id=demo email=dev@example.com apiKey=0123456789abcdef0123456789abcdef environment=production")
	assert.Regexp(t, `account=\(own\) as=first name="the first" token=[0-9a-f]{24} refreshToken=[0-9a-f]{24} lives=8760h0m0s`, log)
	assert.Contains(t, log, "email=other@example.com")
	assert.Contains(t, log, "as=many.20")
	assert.NotContains(t, log, "as=many.21")
	assert.Contains(t, log, "tokens=10 path=/__admin/accounts/other")
	assert.Contains(t, log, `msg="scenario fault" name=slow`)
	assert.Contains(t, log, "what to test: Look at the wallet.")
}

func TestFlagsThatAreSetWinOverTheScenario(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	write(t, file, strings.Replace(watched, "credit: 1", `fixture: empty
      clock: {now: "2031-02-12T08:30:00Z", frozen: true}
      rateLimit: {limit: 3, window: 1m}`, 1))
	p := start(t, nil, "--scenario", file)
	now, frozen := p.clock()
	assert.Equal(t, 2031, now.Year())
	assert.True(t, frozen)

	env := map[string]string{"OAUTHMOCK_FREEZE": "false", "OAUTHMOCK_RATE_LIMIT": "5"}
	p = start(t, env, "--scenario", file, "--fixtures", "demo", "--clock", "2027-01-01T00:00:00Z")
	now, frozen = p.clock()
	assert.Equal(t, 2027, now.Year())
	assert.False(t, frozen)
	_, body := p.ask("GET", "/wallet", "")
	assert.Contains(t, body, `"credit":134.049,`, "demo's")
	_, body = p.ask("GET", "/__admin/ratelimit?account=demo", "")
	assert.Contains(t, body, `"limit":5,`)
}

func TestNamesOfScenariosAreCompleted(t *testing.T) {
	names, directive := completeScenarios(nil, nil, "")
	assert.Contains(t, names, "rate-limited")
	assert.Equal(t, cobra.ShellCompDirectiveDefault, directive, "files are offered as well")
}
