// Package spec holds what the provider published, and what this project adds to it. It knows no
// server and no client: it is all that the mock and the conformance suite share.
//
//	v2/openapi.json   the published v2 document, byte for byte; V2
//	v2/overlay.yaml   its numbered corrections, each with a reason and a grade; Document.Corrections
//	refusals.yaml     (surface, operation, reason) → status, code, message; Refusals
//
// A Document is one of these pairs, or one that a caller provides (NewDocument). Another surface
// needs a folder with the two files, and its name in surfaces.
//
// Package reading reads them with kin-openapi: as published, corrected, and strictly. Package audit
// determines what each reading can detect.
//
// # Changing it
//
// A new refusal is a row in refusals.yaml. A new correction is an entry under x-corrections and its
// actions; tests check that each action finds its target and changes something, and that the table,
// the overlay and the document's examples agree. The published document itself is never edited.
//
// Each text is parsed on first use, once. Results are shared, and must not be modified.
package spec
