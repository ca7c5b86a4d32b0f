// Package jsonbody reads JSON bodies of requests member by member, as v1 and v2 of the API take them: whatever the media type
// says, with each member read by itself, because each has a refusal of its own.
package jsonbody
