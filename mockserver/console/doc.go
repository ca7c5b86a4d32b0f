// Package console is the web console of a mock, under /__admin/ui/: pages that a browser is shown
// of the journal, the accounts, the clock, the faults, the coverage, the API's documents and the
// scenarios to develop against.
//
// It can do nothing that a script could not do. Each page asks the control API for what it shows,
// with the credentials that the browser sent, and what is changed on a page is sent to the control
// API by the browser. Nothing is fetched from elsewhere, lists read without JavaScript, and
// everything that callers of the mock sent is text on the pages.
package console
