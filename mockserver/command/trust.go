package command

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"software.sslmate.com/src/go-pkcs12"

	"oauthmock/mockserver/atomicfile"
	"oauthmock/spec/strictyaml"
)

// trust is the files by which programs come to trust the mock's CA.
type trust struct {
	// ca holds that CA alone, for programs that take it beside what they trust already; bundle,
	// which they trust instead of that, holds the system's CAs too; store is the bundle in PKCS#12,
	// for Java.
	ca, bundle, store string
}

// storePassword is the customary password of Java trust stores. It protects nothing: certificates
// are public.
const storePassword = "changeit"

// systemBundles are where systems keep the CAs that they trust, as far as they do in one file.
func systemBundles(getenv func(string) string) []string {
	return []string{
		getenv("SSL_CERT_FILE"), // what programs would trust without us
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
		"/etc/ssl/ca-bundle.pem",
		"/etc/pki/tls/cacert.pem",
		"/etc/ssl/cert.pem", // Alpine, macOS, BSD
		"/usr/local/etc/ssl/cert.pem",
	}
}

// longestBundle bounds what is read of the system's certificates, in bytes.
const longestBundle = 16 << 20

// writeTrust writes the files into a folder, which is there.
func writeTrust(dir string, ca []byte, getenv func(string) string) (*trust, error) {
	t := &trust{ca: filepath.Join(dir, "ca.pem"), bundle: filepath.Join(dir, "bundle.pem"), store: filepath.Join(dir, "truststore.p12")}
	bundle := bytes.Clone(ca)
	for _, name := range systemBundles(getenv) {
		if text, err := strictyaml.ReadFile(name, longestBundle); name != "" && name != t.bundle && err == nil {
			bundle = append(append(bundle, '\n'), text...)
			break
		}
	}
	store, err := pkcs12.Modern2023.EncodeTrustStoreEntries(entries(bundle), storePassword)
	if err != nil {
		return nil, fmt.Errorf("trust store: %w", err)
	}
	var errs []error
	for name, text := range map[string][]byte{t.ca: ca, t.bundle: bundle, t.store: store} {
		errs = append(errs, atomicfile.Write(name, 0o644, func(w io.Writer) error { _, err := w.Write(text); return err }))
	}
	return t, errors.Join(errs...)
}

// entries are the certificates of a bundle, each under a name of its own. What cannot be read is
// left out, as everybody does.
func entries(bundle []byte) (out []pkcs12.TrustStoreEntry) {
	for block, rest := pem.Decode(bundle); block != nil; block, rest = pem.Decode(rest) {
		if cert, err := x509.ParseCertificate(block.Bytes); block.Type == "CERTIFICATE" && err == nil {
			out = append(out, pkcs12.TrustStoreEntry{Cert: cert, FriendlyName: fmt.Sprintf("%d %s", len(out)+1, cert.Subject)})
		}
	}
	return out
}
