// Package postman converts an OpenAPI document to a Postman collection (format 2.1): a folder for
// each tag, a request for each operation, with the document's examples as parameters and bodies. It
// is pure: JSON in, JSON out.
package postman
