// Package scenarios holds what must come back, as data: given, when, then. The YAML files below
// this folder, their model, the strict loader, and the JSON Schema for editors.
//
// A scenario file has a version and a list of scenarios. Each scenario is one requirement of the
// contract with its source, the state it starts from, and steps that send requests and state what
// the answers must be. Statuses, codes and messages are written literally: a suite that looked them
// up where the mock does would share its mistakes.
//
// # Levels
//
// MUST rests on words of a document, which quote holds; SHOULD on what follows from them, or
// another source that says so; OBSERVE on a choice of ours alone. A step, a value and a comparison
// may have a level of their own. Of a refusal that nobody documents (spec/refusals.yaml has its
// grade) a step's level holds for that it is one; its exact status, code and message are observed.
// Where a step allows a success and a refusal, data is what the success must hold. A step with
// premise: true looks for what the scenario starts from, and skips it where that is not there.
//
// # Variables
//
// Every text of a step may hold ${variables}; "${x}" alone keeps the type of x, and "$${" is a
// literal "${". A dot reaches into objects and lists: ${first.token}, ${all.0.id}. There are:
//
//   - ${scope}, ${scope2}, … enabled scopes of the account (and ${other.scope}, … of a further
//     account "other");
//   - ${email} and ${apiKey} of the account (and ${other.email}, ${other.apiKey}), and ${basic},
//     both as HTTP Basic writes them behind the scheme;
//   - ${now} (RFC 3339), ${today} (YYYY-MM-DD), ${month} (YYYY-MM) and ${year} by the clock of the
//     step's account;
//   - ${client.id}, ${client.secret}, ${client.redirectUri}, ${user.username} and ${user.password}:
//     an OAuth client and a user of the account (${other.client.id}, … of a further one), from the
//     control API, else from the target's user; what is missing skips the scenario. given.clients
//     and given.users register more, by their `as`;
//   - ${provided.NAME}, what the user of the suite supplies with --provide NAME=VALUE; without it
//     the scenario is skipped;
//   - ${nonce}, twelve hex digits that belong to this scenario and the run's seed;
//   - the tokens of given.tokens, by their `as`;
//   - ${NAME|shorter} and ${NAME|othercase} of any that is text: without its last character, and
//     with its letters in the other case; ${NAME|otherscheme}, ${NAME|host} and ${NAME|path} of
//     a URL: with http for https and the other way round, its host and port, and all that follows;
//   - what earlier steps captured, and, within its own step, the keys of a matrix.
//
// # Surfaces
//
// A call is an operation's name (token.create, v1.scope.list), or a method and a path. Outside v2
// and the paid services the surface is written before them: "v1 GET /scopes"; so it is in covers.
// Surfaces are the embedded documents of package spec, and those that Load is given besides. The
// account's Basic credentials go with a call where the document asks for HTTP Basic, unless auth
// says otherwise; auth: {client: {id: …, secret: …, in: basic|body}} authenticates an OAuth client.
//
// # Pages, forms and redirects
//
// form: {…} is sent as application/x-www-form-urlencoded. Nothing is followed unasked: a step with
// follow: redirect goes where the last answer leads, follow: {form: login, fields: {username:
// johndoe}} sends a form of its page as a browser without JavaScript would, hidden fields included,
// and follow: {button: Allow} presses a button by what stands on it; of: STEP names another answer.
// Only addresses of the target are asked. An API whose document has text/html gets the cookies that
// it set earlier in the scenario, in the same browser: NAME (steps without one share one); cookies:
// {…} sends others. A step with authorize: {query: {…}} takes a user through whatever pages an
// authorization has; its answer is the redirect to the client, which is never asked (see
// Authorize). expect has redirect: {to: …, query: {…}}, html: {title: …, text: …, forms: {NAME:
// [FIELD, …]}} and empty: true; the payload that data and capture see is {location, query} of a
// redirect, {title, text, forms} of a page.
//
// # Paid services
//
// The services behind the tokens are called below /__services/, with a token as Bearer, by
// scenarios that say needs: [services]; against a target that offers none, or a host elsewhere
// without leave to spend money, these are skipped. No document says what a service answers, so only
// what the step expects is judged, and of refusals their form. Sums are exact: {equals:
// "${before}", plus: -0.0095}, also with a variable as plus, and {value: ["${spent}", "${amount}"],
// is: {sum: 0}} in a compare. A step limits a scope with control: {rateLimit: {scope:
// "GET:company.openapi.com/IT-start", limit: 3, window: 1m}}, and asks whether all sums hold with
// control: {invariants: true}.
//
// # Time and further accounts
//
// A step with wait: 3s lets time pass: where there is a control API the account's clock is
// advanced, elsewhere the step waits. A further account that is only of the other environment,
// given: {accounts: {trial: {environment: sandbox}}}, is without a control API the account of the
// sandbox key that the target's user gave; without one the scenario is skipped.
//
// # Callbacks
//
// A scenario with given: {receiver: {answers: [500, hang]}} has the address ${receiver.url} to be
// called back at; the suite listens there, answers the first requests as it is told (hang: not at
// all, close: the connection is closed) and the others with 200. A step with receive: 2 takes the
// callbacks that came since the last such step and asserts that there are two; expect: {data:
// {"$[0].body.data.id": …, "$[0].signed": true}} and capture see the list of them. A target
// elsewhere must be told where it sees this machine (--callback-url), or the scenario is skipped.
//
// # Strictness
//
// Load refuses what a careful reader would refuse, all at once, each with file and line: unknown
// and doubled keys, unknown aliases and variables, captures that nobody uses, bad paths, patterns
// and durations, steps without a name, claims to cover a refusal that no step expects. Anchors,
// aliases and merge keys (<<) are followed, within a bound; several documents in one file are not
// part of the format.
//
// Lint asks for more, over all files together: what loads may still prove nothing, such as a
// refusal without a success beside it.
package scenarios
