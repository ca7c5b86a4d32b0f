package scenarios

import "oauthmock/spec/strictyaml"

// written records which members of a mapping stand in the file, and on which lines. Members that
// are absent and members that are null or zero mean different things: `equals: null` asks for null,
// no `equals` asks for nothing.
type written = strictyaml.Written
