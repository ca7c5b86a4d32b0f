// Package jsonbody reads JSON bodies of requests member by member, as v1 and v2 of the API take
// them: whatever the media type says, with each member read by itself, because each has a refusal
// of its own.
//
// Members are the body's memory. They are never empty, and known to be JSON: the functions that
// read them must not be given others.
package jsonbody
