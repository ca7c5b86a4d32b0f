// Package contract holds what the judge knows of each API, as data: the published document, how
// answers are wrapped, where the API is found, and how to remove what scenarios create. The runner,
// the checks and the mutants read it, and know no API by name.
package contract
