// Package strictyaml reads the YAML and JSON files of this project strictly: fixtures, scenarios,
// fault rules and the tables of spec. It refuses what a file may not hold (unknown keys, duplicate
// keys, values of another type), and reports every problem with file, line, place and what would be
// right. Anchors, aliases and merge keys (<<) work; the nesting, the number of values, and the
// number of values from aliases are bounded, so that a hostile file costs no more than its size.
//
// A [Format] describes files of one kind. [Format.Parse] parses a text into a [Document], and
// [Document.Decode] decodes it into a Go value. Fields of structs are named by their yaml tag,
// otherwise by their json tag; those without a name are ignored. A type with its own notation
// implements [Unmarshaler].
//
// Documents of others (OpenAPI) are not read here: they must be accepted as they are.
package strictyaml
