package samples

// Fault is something that a client does wrong.
type Fault struct {
	Name string
	// Breaks is the rule that finds it out, and no other does.
	Breaks string
}

// Faults returns the faults of the broken clients.
func Faults() []Fault {
	return []Fault{
		{"waits-for-ever", "task/ends"},
		{"prints-nothing", "task/result"},
		{"reads-data-only", "reads/token-shape"},
		{"reads-bare-only", "reads/token-shape"},
		{"refuses-unknown-members", "reads/unknown-members"},
		{"reads-by-position", "reads/any-order"},
		{"fails-at-null", "reads/null"},
		{"takes-no-text-for-a-number", "reads/number-as-text"},
		{"takes-errors-for-integers", "reads/fraction-error"},
		{"parses-no-content", "reads/no-content"},
		{"parses-html", "reads/no-json"},
		{"takes-flat-for-wrong", "reads/wrapped-and-flat"},
		{"takes-402-for-401", "reads/payment-required"},
		{"reads-two-pages", "lists/to-the-end"},
		{"stops-at-a-short-page", "lists/any-page-size"},
		{"reads-once", "lists/while-changing"},
		{"goes-on-with-the-old-token", "rotation/old-pair-dropped"},
		{"rotates-with-the-old-pair-again", "rotation/old-pair-dropped"},
		{"reads-with-the-refresh-token", "rotation/refresh-token-kept-to-its-use"},
		{"keeps-the-last-answer", "rotation/winner-kept"},
		{"hammers", "credentials/not-hammered"},
		{"never-looks-at-the-clock", "credentials/expired-not-sent"},
		{"token-in-the-query", "credentials/not-in-url"},
		{"key-in-the-query", "credentials/not-in-url"},
		{"follows-with-credentials", "credentials/not-elsewhere"},
		{"prints-its-key", "credentials/not-printed"},
		{"logs-its-header", "credentials/not-printed"},
		{"signs-in-anew-for-402", "credentials/payment-is-no-login"},
		{"does-not-wait-after-429", "retry/waits-after-429"},
		{"does-not-wait-after-503", "retry/waits-after-503"},
		{"repeats-blindly", "retry/looks-before-repeating-a-write"},
		{"same-pauses", "retry/growing-pauses"},
		{"tries-without-end", "retry/bounded"},
		{"repeats-refusals", "retry/refusals-not-repeated"},
		{"dates-without-zeros", "requests/dates"},
		{"scopes-as-text", "requests/scopes"},
		{"sends-forms", "requests/json"},
		{"another-redirect", "code/redirect-registered"},
		{"another-port", "code/redirect-exact"},
		{"short-state", "code/state-sent"},
		{"same-state", "code/state-sent"},
		{"ignores-state", "code/state-checked"},
		{"plain-challenge", "code/pkce"},
		{"wrong-verifier", "code/pkce"},
		{"code-twice", "code/used-once"},
		{"token-for-each-call", "grants/token-reused"},
		{"checks-no-signature", "callbacks/signature-checked"},
		{"takes-doubles", "callbacks/doubles-harmless"},
		{"answers-204", "callbacks/answered-200"},
	}
}
