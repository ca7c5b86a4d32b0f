package tlsproxy

import (
	"crypto"
	"crypto/x509"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// served are the hosts of the mocks in these tests.
func served() []string { return []string{"oauth.openapi.com", "test.oauth.openapi.com"} }

func newCA(t *testing.T) *CA {
	t.Helper()
	ca, err := NewCA(served(), time.Now())
	require.NoError(t, err)
	return ca
}

func trusting(ca *CA) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.Certificate())
	return pool
}

// TestALeakedKeyIsWorthLittle: whoever has the CA's key can sign what they like, and clients take
// none of it but for the hosts that the mock serves.
func TestALeakedKeyIsWorthLittle(t *testing.T) {
	ca := newCA(t)
	for name, taken := range map[string]bool{
		"oauth.openapi.com": true, "test.oauth.openapi.com": true, "localhost": true, "127.0.0.1": true, "127.255.0.9": true, "::1": true,
		"openapi.com": false, "evil.com": false, "openapi.com.evil.com": false, "oauth.openapi.com.evil.com": false, "notoauth.openapi.com": false, "10.0.0.1": false, "169.254.169.254": false, "::2": false,
	} {
		t.Run(name, func(t *testing.T) {
			leaf, err := ca.leaf([]string{name}, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
			require.NoError(t, err)
			_, err = leaf.Leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: trusting(ca)})
			if taken {
				assert.NoError(t, err)
				return
			}
			var constrained x509.CertificateInvalidError
			require.ErrorAs(t, err, &constrained)
			assert.Equal(t, x509.CANotAuthorizedForThisName, constrained.Reason)
		})
	}
	t.Run("for another CA", func(t *testing.T) {
		assert.True(t, ca.cert.MaxPathLenZero)
		assert.Equal(t, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, ca.cert.ExtKeyUsage)
	})
}

func TestAKeptCAIsTheSameAfterARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "ca")
	first, err := OpenCA(dir, served(), false, time.Now())
	require.NoError(t, err)
	again, err := OpenCA(dir, served()[:1], false, time.Now())
	require.NoError(t, err)
	assert.Equal(t, first.PEM(), again.PEM())
	written, err := os.ReadFile(filepath.Join(dir, certificateFile))
	require.NoError(t, err)
	assert.Equal(t, first.PEM(), written)
	renewed, err := OpenCA(dir, served(), true, time.Now())
	require.NoError(t, err)
	assert.NotEqual(t, first.PEM(), renewed.PEM())
	if runtime.GOOS != "windows" {
		for name, mode := range map[string]os.FileMode{"": 0o700, keyFile: 0o600, certificateFile: 0o644} {
			info, err := os.Stat(filepath.Join(dir, name))
			require.NoError(t, err)
			assert.Equal(t, mode, info.Mode().Perm(), name)
		}
	}
}

func TestAKeptCAThatCannotBeUsedIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(t *testing.T, dir string)
		hosts  []string
		later  time.Duration
		says   string
	}{
		"its key can be read by others":  {damage: func(t *testing.T, dir string) { require.NoError(t, os.Chmod(filepath.Join(dir, keyFile), 0o640)) }, says: "can be read by others (its mode is 0640): chmod 600"},
		"its key is gone":                {damage: func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, keyFile))) }, says: "but not its key"},
		"its key is that of another":     {damage: foreignKey, says: "is not the key of"},
		"its key is not a key":           {damage: overwritten(keyFile, 0o600), says: "no private key in PEM"},
		"its certificate is no such":     {damage: overwritten(certificateFile, 0o644), says: "no certificate in PEM"},
		"the mock serves more than that": {hosts: append(served(), "oauth.example.com"), says: "may not sign for oauth.example.com, which the mock serves now: make a new one with --ca-renew"},
		"it is too old":                  {later: 3 * 365 * 24 * time.Hour, says: "make a new one with --ca-renew"},
		"it is not constrained":          {damage: unconstrained, says: "not a CA that is constrained to some hosts"},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && name == "its key can be read by others" {
				t.Skip("Windows keeps permissions elsewhere")
			}
			dir := t.TempDir()
			_, err := OpenCA(dir, served(), false, time.Now())
			require.NoError(t, err)
			if c.damage != nil {
				c.damage(t, dir)
			}
			hosts := c.hosts
			if hosts == nil {
				hosts = served()
			}
			_, err = OpenCA(dir, hosts, false, time.Now().Add(c.later))
			require.ErrorContains(t, err, c.says)
			_, err = OpenCA(dir, hosts, true, time.Now().Add(c.later))
			require.NoError(t, err, "--ca-renew always helps")
			_, err = OpenCA(dir, hosts, false, time.Now().Add(c.later))
			require.NoError(t, err)
		})
	}
}

func overwritten(name string, mode os.FileMode) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("rubbish"), mode))
	}
}

func foreignKey(t *testing.T, dir string) {
	t.Helper()
	other := t.TempDir()
	_, err := OpenCA(other, served(), false, time.Now())
	require.NoError(t, err)
	key, err := os.ReadFile(filepath.Join(other, keyFile))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, keyFile), key, 0o600))
}

// unconstrained leaves a certificate that the CA has signed instead of the CA's own.
func unconstrained(t *testing.T, dir string) {
	t.Helper()
	ca, err := readCA(dir, time.Now())
	require.NoError(t, err)
	leaf, err := ca.leaf([]string{"localhost"}, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	require.NoError(t, err)
	key, ok := leaf.PrivateKey.(crypto.Signer)
	require.True(t, ok)
	require.NoError(t, (&CA{cert: leaf.Leaf, key: key}).keep(dir))
}
