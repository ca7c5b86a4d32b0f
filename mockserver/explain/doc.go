// Package explain says why an exchange ended as it did: what was matched or came near, what was
// made of the credentials, which rule refused, what the quota had to say, how well the answer is
// known, and where the request departs from the published document. All of it is worked out when
// somebody asks; nothing of it costs the exchange itself anything.
package explain
