// Package strictyaml reads the YAML and JSON files of this project strictly: fixtures, scenarios,
// rules of faults and the tables of spec. It refuses what a file may not hold (unknown keys, keys
// that are written twice, values of another type), and reports every problem with file, line, place
// and what would be right. Anchors, aliases and merge keys (<<) work; how deep values nest, how
// many there are, and how many come from aliases, is bounded, so that a hostile file costs no more
// than its size.
//
// A [Format] says how files of one kind are read. [Format.Parse] reads a text into a [Document],
// and [Document.Decode] fills a Go value from it. Fields of structs are named by their yaml tag,
// else by their json tag; those without a name are left alone. A type that knows how it is written
// implements [Unmarshaler].
//
// Documents of others (OpenAPI) are not read here: they must be taken as they are.
package strictyaml
