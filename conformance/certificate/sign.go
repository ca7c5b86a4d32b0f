package certificate

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

// PayloadType is the payload type of a statement in a DSSE envelope.
const PayloadType = "application/vnd.in-toto+json"

// PrivateKey reads an Ed25519 key in PEM (PKCS#8).
func PrivateKey(text []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is not PEM: make a key with openssl genpkey -algorithm ed25519")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("it is no private key in PKCS#8: %w", err)
	}
	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("it is a key of another kind (%T): Ed25519 is wanted", key)
	}
	return private, nil
}

// PublicKey reads an Ed25519 key in PEM (PKIX).
func PublicKey(text []byte) (ed25519.PublicKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is not PEM: openssl pkey -in key.pem -pubout writes a public key")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("it is no public key in PKIX: %w", err)
	}
	public, ok := key.(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("it is a key of another kind (%T): Ed25519 is wanted", key)
	}
	return public, nil
}

// key is an Ed25519 key as DSSE asks for it.
type key struct {
	private ed25519.PrivateKey
	public  ed25519.PublicKey
}

// Sign implements dsse.Signer.
func (k key) Sign(_ context.Context, data []byte) ([]byte, error) {
	return ed25519.Sign(k.private, data), nil
}

// Verify implements dsse.Verifier.
func (k key) Verify(_ context.Context, data, signature []byte) error {
	if !ed25519.Verify(k.public, data, signature) {
		return errors.New("the signature is not of this key and payload")
	}
	return nil
}

// KeyID is the SHA-256 of the public key.
func (k key) KeyID() (string, error) { return dsse.SHA256KeyID(k.public) }

// Public implements dsse.Verifier.
func (k key) Public() crypto.PublicKey { return k.public }

// Sign puts a statement into a DSSE envelope.
func Sign(ctx context.Context, statement []byte, private ed25519.PrivateKey) ([]byte, error) {
	public, ok := private.Public().(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("the key has no public half")
	}
	signer, err := dsse.NewEnvelopeSigner(key{private, public})
	if err != nil {
		return nil, err
	}
	envelope, err := signer.SignPayload(ctx, PayloadType, statement)
	if err != nil {
		return nil, err
	}
	out, err := json.MarshalIndent(envelope, "", "  ")
	return append(out, '\n'), err
}

// Open returns the statement in a file, bare or in an envelope, and whether it is signed. If a key
// is given the signature is verified; the error states what is wrong with it.
func Open(ctx context.Context, text []byte, public ed25519.PublicKey) (statement []byte, signed bool, err error) {
	var envelope dsse.Envelope
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&envelope); err != nil {
		return nil, false, fmt.Errorf("it is not JSON, or was cut off: %w", err)
	}
	if envelope.Payload == "" && envelope.PayloadType == "" {
		return text, false, nil
	}
	if envelope.PayloadType != PayloadType {
		return nil, true, fmt.Errorf("its payload is %q, not %q", envelope.PayloadType, PayloadType)
	}
	if statement, err = envelope.DecodeB64Payload(); err != nil {
		return nil, true, fmt.Errorf("its payload is not base64: %w", err)
	}
	if public == nil {
		return statement, true, nil
	}
	verifier, err := dsse.NewEnvelopeVerifier(key{public: public})
	if err != nil {
		return nil, true, err
	}
	if _, err := verifier.Verify(ctx, &envelope); err != nil {
		return statement, true, fmt.Errorf("it is not signed by this key, or was changed after it was signed: %w", err)
	}
	return statement, true, nil
}
