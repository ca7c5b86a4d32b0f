package tlsproxy

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

const (
	// lifetime of a CA.
	lifetime = 2 * 365 * 24 * time.Hour
	// leafLifetime is how long the certificate of a host is valid; it is replaced when half of that
	// is over.
	leafLifetime = 24 * time.Hour
	// skew is how far a client's clock may be behind.
	skew = time.Hour
	// localhost is the name of this machine that the mock always serves, beside the loopback
	// addresses.
	localhost = "localhost"
)

// CA is a certificate authority. Its certificate has name constraints, marked critical: clients
// take nothing that it signs for a host that the mock does not serve, so a leaked key is worth
// little. It is immutable, and so safe for concurrent use.
type CA struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// NewCA creates a CA for hosts, localhost and the loopback addresses. Certificates are valid from
// an hour before now.
func NewCA(hosts []string, now time.Time) (*CA, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	names := append(slices.Clone(hosts), localhost)
	slices.Sort(names)
	template := &x509.Certificate{
		Subject:   pkix.Name{Organization: []string{"oauthmock"}, CommonName: "oauthmock CA, made " + now.UTC().Format("2006-01-02 15:04")},
		NotBefore: now.Add(-skew), NotAfter: now.Add(lifetime),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: slices.Compact(names), PermittedIPRanges: loopbackRanges(),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &CA{cert: cert, key: key}, err
}

func loopbackRanges() []*net.IPNet {
	return []*net.IPNet{
		{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
		{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
	}
}

// PEM is the CA's certificate, for those who shall trust it.
func (ca *CA) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: certificateBlock, Bytes: ca.cert.Raw})
}

// Certificate is the CA's certificate.
func (ca *CA) Certificate() *x509.Certificate { return ca.cert }

// beyond are those of some hosts that the CA cannot sign for.
func (ca *CA) beyond(hosts []string) (out []string) {
	for _, host := range hosts {
		if !ca.permits(host) {
			out = append(out, host)
		}
	}
	return out
}

// permits reports whether the CA's constraints let it sign for a name.
func (ca *CA) permits(name string) bool {
	return slices.ContainsFunc(ca.cert.PermittedDNSDomains, func(domain string) bool { return name == domain || strings.HasSuffix(name, "."+domain) })
}

// leaf creates a certificate for names or addresses that is valid between two times.
func (ca *CA) leaf(names []string, begins, ends time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:   pkix.Name{Organization: []string{"oauthmock"}, CommonName: names[0]},
		NotBefore: begins, NotAfter: ends, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.cert, key.Public(), ca.key)
	if err != nil {
		return nil, fmt.Errorf("certificate of %s: %w", names[0], err)
	}
	leaf, err := x509.ParseCertificate(der)
	// The CA's certificate is included: verification does not need it, but browsers can be told to
	// accept a chain by its key.
	return &tls.Certificate{Certificate: [][]byte{der, ca.cert.Raw}, PrivateKey: key, Leaf: leaf}, err
}
