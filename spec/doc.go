// Package spec holds what the provider published, and what this project says about it. It knows no server and
// no client: the mock and the conformance suite both read it, and share nothing else.
//
//	v2/openapi.json   the published v2 document, byte for byte; V2
//	v2/overlay.yaml   its numbered corrections, each with a reason and a grade; Document.Corrections
//	refusals.yaml     (surface, operation, reason) → status, code, message; Refusals
//
// A Document is one of these pairs, or one that a caller brings (NewDocument). Another surface needs a folder
// with the two files, and its name in surfaces.
//
// # Three readings of one document
//
// Published is the document with only those corrections that are needed to use it at all. It accepts almost
// anything: it requires next to nothing, and no refusal has a schema. What contradicts it is wrong beyond doubt.
//
// Corrected applies the whole overlay: operations have names, every answer has a body, and the places where
// the document is silent or contradicts itself are decided.
//
// Strict is derived from Corrected by code: what is documented is there, what is not documented is not, and
// each refusal has its own code and message. What contradicts only this reading may rest on an assumption; the
// grade of the correction says so.
//
// StrictResponse and PublishedResponse pick the schema of an answer, and Check holds a body against it. What no
// schema can say stays with the caller: headers, bytes after the JSON, keys written twice, that the two
// forms of a token are equal, and everything that needs more than one answer.
//
// What each reading can see is computed, not claimed: package audit below this one.
//
// # Changing it
//
// A new refusal is a row in refusals.yaml. A new correction is an entry under x-corrections and its actions;
// tests see to it that each action finds its target and changes something, and that the table, the overlay
// and the document's examples agree. The published document itself is never edited.
//
// Every function parses the embedded files anew and keeps no state, so callers keep what they got.
package spec
