// Package spec holds what the provider published, and what this project says about it. It knows no
// server and no client: the mock and the conformance suite both read it, and share nothing else.
//
//	v2/openapi.json   the published v2 document, byte for byte; V2
//	v2/overlay.yaml   its numbered corrections, each with a reason and a grade; Document.Corrections
//	refusals.yaml     (surface, operation, reason) → status, code, message; Refusals
//
// A Document is one of these pairs, or one that a caller brings (NewDocument). Another surface
// needs a folder with the two files, and its name in surfaces.
//
// Package reading reads them with kin-openapi: as published, corrected, and strictly. Package audit
// computes what each reading can see.
//
// # Changing it
//
// A new refusal is a row in refusals.yaml. A new correction is an entry under x-corrections and its
// actions; tests see to it that each action finds its target and changes something, and that the
// table, the overlay and the document's examples agree. The published document itself is never
// edited.
//
// Every function parses the embedded files anew and keeps no state, so callers keep what they got.
package spec
