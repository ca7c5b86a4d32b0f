// Package openapi reads the OpenAPI document of a paid service, as its owner published it, and
// answers in its place: it finds the operation of a request, reports what is wrong with the
// request, and generates an answer.
//
// Published documents are broken in many small ways. The file is therefore read as a plain tree,
// and each part of it on its own: what makes no sense is left out, and a [Warning] gives its place
// and what happens instead. Only a file that cannot be read at all is an error. References to files
// in the document's folder, or below it, are followed; nothing outside of it is read, and nothing
// is fetched.
//
// Two rules decide doubtful cases. A request is refused only if the document clearly forbids it,
// and a body made from a schema satisfies the strictest reading of the schema.
package openapi
