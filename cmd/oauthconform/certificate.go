package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/a-h/templ"
	"github.com/spf13/cobra"

	"oauthmock/conformance/certificate"
	"oauthmock/conformance/report"
	"oauthmock/release"
)

// newCertificate makes certificates of reports.
func newCertificate(p program) *cobra.Command {
	var output, signKey, badge, page string
	var sets []string
	command := &cobra.Command{
		Use:   "certificate REPORT.json --output FILE",
		Short: "Derive a certificate from a JSON report: an in-toto Statement, signed if you pass a key",
		Long: `certificate writes what a third party can check: which requirement sets counted, what of them passed, and under which conditions the run was made. It is an in-toto
Statement v1 with the test-result predicate, whose subject is the report's SHA-256; with --sign-key it is in a DSSE envelope. It says FAILED, and exits 1, if anything required
failed, was skipped, was inconclusive or was not run. A report of a filtered run (--id, --tag, --surface alone, --rerun-failed, replay) cannot be certified: exit 2.`,
		Example: "  oauthconform run --report json=report.json\n  openssl genpkey -algorithm ed25519 -out key.pem\n  oauthconform certificate report.json --output certificate.json --sign-key key.pem",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output == "" {
				return errors.New("--output is missing: the file that the certificate is written to")
			}
			text, r, err := readReportText(args[0])
			if err != nil {
				return err
			}
			chosen, err := certificate.Sets(r, sets)
			if err != nil {
				return fmt.Errorf("--requirements: %w", err)
			}
			c, err := certificate.Of(filepath.Base(args[0]), text, r, chosen, release.Version())
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			written, err := c.Statement()
			if err != nil {
				return err
			}
			if signKey != "" {
				pem, err := os.ReadFile(signKey)
				if err != nil {
					return fmt.Errorf("--sign-key: %w", err)
				}
				key, err := certificate.PrivateKey(pem)
				if err != nil {
					return fmt.Errorf("--sign-key %s: %w", signKey, err)
				}
				if written, err = certificate.Sign(cmd.Context(), written, key); err != nil {
					return err
				}
			}
			if err := os.WriteFile(output, written, 0o644); err != nil {
				return fmt.Errorf("--output: %w", err)
			}
			for _, shown := range []struct {
				flag, file string
				of         templ.Component
			}{{"--page", page, certificate.Page(c)}, {"--badge", badge, certificate.Badge(c)}} {
				if shown.file == "" {
					continue
				}
				if err := writeShown(cmd.Context(), shown.file, shown.of); err != nil {
					return fmt.Errorf("%s: %w", shown.flag, err)
				}
			}
			tellCertificate(p, c)
			if c.Result != certificate.Passed {
				return exitError(report.ExitFailed)
			}
			return nil
		},
	}
	flags := command.Flags()
	flags.StringVar(&output, "output", "", "`FILE` that the certificate is written to")
	flags.StringVar(&signKey, "sign-key", "", "`FILE` with an Ed25519 key (PKCS#8, PEM) that signs it")
	flags.StringSliceVar(&sets, "requirements", nil, "requirement `SETS` that count, in place of the newest one of each surface that was judged")
	flags.StringVar(&page, "page", "", "`FILE` for a page that shows the certificate")
	flags.StringVar(&badge, "badge", "", "`FILE` for a badge (SVG)")
	return command
}

// readReportText reads a JSON report, and its text, of which the digest is made.
func readReportText(name string) ([]byte, report.Report, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, report.Report{}, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxReport {
		return nil, report.Report{}, fmt.Errorf("%s is not a file, or longer than %d MiB, and no report", name, maxReport>>20)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, report.Report{}, err
	}
	r, err := report.ReadJSON(bytes.NewReader(text))
	if err != nil {
		return nil, report.Report{}, fmt.Errorf("%s: %w", name, err)
	}
	return text, r, nil
}

func writeShown(ctx context.Context, name string, shown templ.Component) error {
	var b bytes.Buffer
	if err := shown.Render(ctx, &b); err != nil {
		return err
	}
	return os.WriteFile(name, b.Bytes(), 0o644)
}

func tellCertificate(p program, c certificate.Certificate) {
	for _, set := range c.Sets {
		fmt.Fprintf(p.stdout, "%s: %d of %d requirements met\n", report.Printable(set.Name), set.Passed, set.Total)
	}
	for _, id := range c.Missed {
		fmt.Fprintf(p.stdout, "  not met: %s\n", report.Printable(id))
	}
	if c.Condition("TLS") != "" && c.Condition("TLS") != "verified where it was used" {
		fmt.Fprintf(p.stdout, "TLS: %s\n", report.Printable(c.Condition("TLS")))
	}
	fmt.Fprintln(p.stdout, report.Printable(c.Result))
}

// newVerify checks certificates.
func newVerify(p program) *cobra.Command {
	var reportFile, keyFile string
	command := &cobra.Command{
		Use:   "verify CERTIFICATE",
		Short: "Check a certificate: its signature, report, requirement sets and consistency",
		Long: `verify recomputes everything that it can. With --key it checks the signature; with --report it derives the whole certificate from the report again and compares.
Without --report it checks only that the certificate is consistent, and says so.
Exit status: 0 authentic; 1 not; 2 wrong usage; 3 consistent, but unsigned, or signed and no key was given. The verdict in the certificate is printed and does not change the exit status.`,
		Example: "  openssl pkey -in key.pem -pubout -out public.pem\n  oauthconform verify certificate.json --report report.json --key public.pem",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			const largest = 64 << 20
			info, err := os.Stat(args[0])
			if err != nil {
				return err
			}
			if !info.Mode().IsRegular() || info.Size() > largest {
				return fmt.Errorf("%s is not a file, or longer than %d MiB, and no certificate", args[0], largest>>20)
			}
			text, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			var key ed25519.PublicKey
			if keyFile != "" {
				pem, err := os.ReadFile(keyFile)
				if err != nil {
					return fmt.Errorf("--key: %w", err)
				}
				if key, err = certificate.PublicKey(pem); err != nil {
					return fmt.Errorf("--key %s: %w", keyFile, err)
				}
			}
			c, signed, wrong, err := check(cmd.Context(), text, key, reportFile)
			if err != nil {
				return err
			}
			if len(wrong) > 0 {
				for _, what := range wrong {
					fmt.Fprintf(p.stdout, "NOT AUTHENTIC: %s\n", report.Printable(what))
				}
				return exitError(report.ExitFailed)
			}
			tellCertificate(p, c)
			if reportFile == "" {
				fmt.Fprintln(p.stdout, "Only the certificate's own consistency was checked: --report FILE checks it against the report.")
			}
			switch {
			case !signed:
				fmt.Fprintln(p.stdout, "It is consistent, and not signed.")
				return exitError(report.ExitInconclusive)
			case key == nil:
				fmt.Fprintln(p.stdout, "It is consistent, and signed: --key FILE checks by whom.")
				return exitError(report.ExitInconclusive)
			}
			fmt.Fprintln(p.stdout, "Authentic.")
			return nil
		},
	}
	flags := command.Flags()
	flags.StringVar(&reportFile, "report", "", "the JSON report (`FILE`) that the certificate is about")
	flags.StringVar(&keyFile, "key", "", "`FILE` with the public Ed25519 key (PKIX, PEM) of whoever signed it")
	return command
}

// check returns what is wrong with a certificate. The error is of what cannot be read.
func check(ctx context.Context, text []byte, key ed25519.PublicKey, reportFile string) (c certificate.Certificate, signed bool, wrong []string, err error) {
	statement, signed, bad := certificate.Open(ctx, text, key)
	if bad != nil {
		return c, signed, []string{bad.Error()}, nil //nolint:nilerr // the certificate is wrong; this is not a failure to read it
	}
	if key != nil && !signed {
		return c, false, []string{"it is not signed, and --key asks for a signature"}, nil
	}
	if c, bad = certificate.Read(statement); bad != nil {
		return c, signed, []string{bad.Error()}, nil //nolint:nilerr // as above
	}
	wrong = c.Consistent()
	if reportFile == "" {
		return c, signed, wrong, nil
	}
	reportText, r, err := readReportText(reportFile)
	if err != nil {
		return c, signed, nil, fmt.Errorf("--report: %w", err)
	}
	var names []string
	for _, set := range c.Sets {
		names = append(names, set.Name)
	}
	sets, bad := certificate.Sets(r, names)
	if bad != nil {
		return c, signed, append(wrong, bad.Error()), nil
	}
	again, bad := certificate.Of(c.Subject, reportText, r, sets, c.Condition("suite"))
	switch {
	case bad != nil:
		wrong = append(wrong, bad.Error())
	case again.Digest != c.Digest:
		wrong = append(wrong, fmt.Sprintf("it is about another report: SHA-256 %s, not %s of %s", c.Digest, again.Digest, reportFile))
	default:
		derived, err := again.Statement()
		if err != nil {
			return c, signed, nil, err
		}
		if fresh, err := certificate.Read(derived); err != nil || !same(fresh, c) {
			wrong = append(wrong, "it says something else than the report")
		}
	}
	return c, signed, wrong, nil
}

// same reports whether two certificates say the same.
func same(a, b certificate.Certificate) bool {
	return a.Result == b.Result && slices.Equal(a.Passed, b.Passed) && slices.Equal(a.Missed, b.Missed) && slices.Equal(a.Sets, b.Sets) && slices.Equal(a.Conditions, b.Conditions)
}
