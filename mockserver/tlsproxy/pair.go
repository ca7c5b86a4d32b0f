package tlsproxy

import (
	"crypto/tls"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"oauthmock/spec/strictyaml"
)

// Pair is a certificate of the user's own with its key, in two files in PEM, which are read again
// when they have changed. It is safe for concurrent use.
type Pair struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	seen    [2]stamp
}

// stamp identifies a version of a file.
type stamp struct {
	at   time.Time
	size int64
}

// OpenPair reads the two files.
func OpenPair(certFile, keyFile string, log *slog.Logger) (*Pair, error) {
	p := &Pair{certFile: certFile, keyFile: keyFile, log: log}
	seen, err := p.stamps()
	if err != nil {
		return nil, err
	}
	return p, p.read(seen)
}

func (p *Pair) stamps() (out [2]stamp, err error) {
	for i, name := range []string{p.certFile, p.keyFile} {
		var info fs.FileInfo
		if info, err = os.Stat(name); err != nil {
			return out, err
		}
		out[i] = stamp{info.ModTime(), info.Size()}
	}
	return out, nil
}

// longestPEM bounds what is read of a file with certificates or a key, in bytes.
const longestPEM = 1 << 20

func (p *Pair) read(seen [2]stamp) error {
	certificate, err := strictyaml.ReadFile(p.certFile, longestPEM)
	if err != nil {
		return err
	}
	key, err := strictyaml.ReadFile(p.keyFile, longestPEM)
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return fmt.Errorf("%s with %s: %w", p.certFile, p.keyFile, err)
	}
	p.current, p.seen = &pair, seen
	return nil
}

// certificate is the newest that could be read. Files of which one has changed and the other not
// yet leave the one that there was.
func (p *Pair) certificate() (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen, err := p.stamps()
	if err == nil && seen == p.seen {
		return p.current, nil
	}
	if err == nil {
		err = p.read(seen)
	}
	if err != nil {
		if seen != p.seen { // once for each change
			p.log.Warn("the certificate of --tls-cert and --tls-key has changed and cannot be read: the one before goes on", "reason", err)
		}
		p.seen = seen
		return p.current, nil
	}
	p.log.Info("the certificate of --tls-cert and --tls-key has changed", "subject", p.current.Leaf.Subject, "until", p.current.Leaf.NotAfter)
	return p.current, nil
}

// covers reports whether the certificate is for a host.
func (p *Pair) covers(host string) bool {
	pair, err := p.certificate()
	return err == nil && pair.Leaf.VerifyHostname(host) == nil
}
