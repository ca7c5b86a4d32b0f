// Package admin is the hand behind the curtain: the control API under /__admin/, with which tests
// reset the mock, turn its clock, make accounts, move wallets and read the journal. openapi.json
// describes it and is served with it. Failures are RFC 9457 problem documents.
package admin
