// Package document reads the OAS document of a paid service, as its owner published it, and speaks for that service: it finds the operation of a
// request, says what is wrong with the request, and makes the answer.
//
// Published documents are broken in many small ways, so the file is read as a plain tree and every part of it is understood on its own: what makes no
// sense is left out, and a [Warning] says where it stands and what happens instead. Only a file that cannot be read at all is an error. Nothing is
// fetched: a reference to another file or address stands for anything.
//
// Two rules decide the doubtful cases. A request is refused only when the document clearly forbids it, and a body made by schema keeps to the
// strictest reading of its schema.
package document
