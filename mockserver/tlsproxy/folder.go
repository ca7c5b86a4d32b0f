package tlsproxy

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"oauthmock/mockserver/atomicfile"
	"oauthmock/spec/strictyaml"
)

// Files of a CA that is kept, and their kinds of PEM blocks.
const (
	certificateFile  = "ca.pem"
	keyFile          = "ca-key.pem"
	lockFile         = ".lock"
	certificateBlock = "CERTIFICATE"
	keyBlock         = "PRIVATE KEY"
)

// OpenCA returns the CA in a folder, and creates both if they do not exist. With renew it always
// creates a new CA. The key is in a file of its own that only its owner may read. OpenCA refuses a
// key that others can read, a CA that is no longer valid, and one that may not sign for all of the
// hosts.
func OpenCA(dir string, hosts []string, renew bool, now time.Time) (_ *CA, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(dir, lockFile)) // of two that start at once, one creates the CA
	if err := lock.Lock(); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	ca, err := readCA(dir, now)
	switch {
	case renew || errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	default:
		if beyond := ca.beyond(hosts); len(beyond) > 0 {
			return nil, fmt.Errorf("the CA in %s may not sign for %s, which the mock serves now: make a new one with --ca-renew, and trust that", dir, some(beyond))
		}
		return ca, nil
	}
	if ca, err = NewCA(hosts, now); err != nil {
		return nil, err
	}
	return ca, ca.keep(dir)
}

// some is the first of some names.
func some(names []string) string {
	const most = 3
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// keep writes the CA into a folder.
func (ca *CA) keep(dir string) error {
	der, err := x509.MarshalPKCS8PrivateKey(ca.key)
	if err != nil {
		return err
	}
	write := func(name string, mode fs.FileMode, block *pem.Block) error {
		return atomicfile.Write(filepath.Join(dir, name), mode, func(w io.Writer) error { return pem.Encode(w, block) })
	}
	// The key first: without a certificate there is no CA yet.
	return errors.Join(
		write(keyFile, 0o600, &pem.Block{Type: keyBlock, Bytes: der}),
		write(certificateFile, 0o644, &pem.Block{Type: certificateBlock, Bytes: ca.cert.Raw}),
	)
}

// readCA reads the CA of a folder; it returns fs.ErrNotExist if there is none.
func readCA(dir string, now time.Time) (*CA, error) {
	certPath, keyPath := filepath.Join(dir, certificateFile), filepath.Join(dir, keyFile)
	text, err := strictyaml.ReadFile(certPath, longestPEM)
	if err != nil {
		return nil, err
	}
	keyText, err := readKey(keyPath)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is there, but not its key %s: put it back, or make a new CA with --ca-renew", certPath, keyPath)
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != certificateBlock {
		return nil, fmt.Errorf("%s holds no certificate in PEM: --ca-renew makes a new CA", certPath)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w (--ca-renew makes a new CA)", certPath, err)
	}
	block, _ = pem.Decode(keyText)
	if block == nil || block.Type != keyBlock {
		return nil, fmt.Errorf("%s holds no private key in PEM (PKCS#8): --ca-renew makes a new CA", keyPath)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(crypto.Signer)
	if err != nil || !ok {
		return nil, fmt.Errorf("%s: not a key that can sign: --ca-renew makes a new CA", keyPath)
	}
	public, known := cert.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	switch {
	case !known || !public.Equal(key.Public()):
		return nil, fmt.Errorf("%s is not the key of %s: --ca-renew makes a new CA", keyPath, certPath)
	case !cert.IsCA || !cert.PermittedDNSDomainsCritical || len(cert.PermittedDNSDomains) == 0 || len(cert.PermittedIPRanges) == 0:
		return nil, fmt.Errorf("%s is not a CA that is constrained to some hosts, as oauthmock makes them; make one with --ca-renew, or use certificates of your own with --tls-cert", certPath)
	case now.After(cert.NotAfter) || now.Before(cert.NotBefore):
		return nil, fmt.Errorf("the CA in %s is valid from %s to %s: make a new one with --ca-renew, and trust that", dir, cert.NotBefore.Format(time.DateOnly), cert.NotAfter.Format(time.DateOnly))
	}
	return &CA{cert: cert, key: key}, nil
}

// readKey reads a private key, unless others than its owner can read it. Windows keeps permissions
// elsewhere: there the folder's count.
func readKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	const others = 0o077
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&others != 0 {
		return nil, fmt.Errorf("%s can be read by others (its mode is %#o): chmod 600 it if nobody has read it, else make a new CA with --ca-renew", path, mode)
	}
	return strictyaml.ReadFile(path, longestPEM)
}
