package scenarios

import "oauthmock/spec/strictyaml"

// written records which members of a mapping are in the file, and on which lines. Members that are
// absent and members that are null or zero mean different things: `equals: null` requires null, no
// `equals` requires nothing.
type written = strictyaml.Written
