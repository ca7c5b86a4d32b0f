// Package explain explains why an exchange ended as it did: what was matched or came near, how the
// credentials were judged, which rule refused, the state of the quota, how well the answer is
// known, and where the request violates the published document. Explanations are computed on
// demand, and cost the exchange itself nothing.
package explain
