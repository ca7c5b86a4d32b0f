// Command dist builds oauthmock and oauthconform for release: archives for every platform with a
// list of checksums, or, for a container image, one program with two names. It needs nothing but
// Go. From the root of the project:
//
//	go run -C tools ./dist                            archives into dist/, named after git describe
//	go run -C tools ./dist -version v1.2.3            the same, named after a version
//	go run -C tools ./dist -binaries DIR              one program with two names, for this machine
//
// The same sources, version, date and Go give the same bytes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

// Exit statuses.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// options are the values of the command line.
type options struct {
	root, out, binaries, licences, version string

	platforms []platform
}

// run is the program. It returns the exit status.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	o, err := parse(args, getenv, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		fmt.Fprintf(stderr, "dist: %v\n", err)
		return exitUsage
	}
	if err := o.work(ctx, getenv, stdout); err != nil {
		fmt.Fprintf(stderr, "dist: %v\n", err)
		return exitError
	}
	return exitOK
}

func parse(args []string, getenv func(string) string, stderr io.Writer) (options, error) {
	var o options
	var platforms string
	flags := flag.NewFlagSet("dist", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.root, "root", "..", "the root of the project, a `FOLDER`")
	flags.StringVar(&o.out, "out", "", "the `FOLDER` of the archives; files of other builds in it stay (default ROOT/dist)")
	flags.StringVar(&o.binaries, "binaries", "", "write one program with both names, for one platform, into this `FOLDER`, and no archives")
	flags.StringVar(&o.licences, "licences", "", "with -binaries: write the licence, and those of what the program links, into this `FOLDER`")
	flags.StringVar(&o.version, "version", getenv("VERSION"), "the `VERSION` that is stamped (default $VERSION, else git describe)")
	flags.StringVar(&platforms, "platforms", "", "`OS/ARCH`, separated by commas (default linux, darwin and windows on amd64 and arm64; with -binaries, this machine)")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("there is no argument to give, but got %q", flags.Arg(0))
	}
	var err error
	if o.platforms, err = parsePlatforms(platforms, o.binaries != ""); err != nil {
		return options{}, fmt.Errorf("-platforms: %w", err)
	}
	if o.binaries != "" && (o.out != "" || len(o.platforms) != 1) {
		return options{}, errors.New("-binaries takes one platform, and no -out")
	}
	if o.licences != "" && o.binaries == "" {
		return options{}, errors.New("-licences goes with -binaries: archives hold the licences anyway")
	}
	if o.root, err = filepath.Abs(o.root); err != nil {
		return options{}, fmt.Errorf("-root: %w", err)
	}
	if _, err := os.Stat(filepath.Join(o.root, versionFile)); err != nil {
		return options{}, fmt.Errorf("-root: %s is not the root of the project: it has no %s", o.root, versionFile)
	}
	if o.out == "" {
		o.out = filepath.Join(o.root, "dist")
	}
	return o, nil
}

// work builds what was asked for.
func (o options) work(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	version, err := versionOf(ctx, o.root, o.version)
	if err != nil {
		return err
	}
	b, err := newBuilder(o.root, version)
	if err != nil {
		return err
	}
	if o.binaries != "" {
		err = b.buildOne(ctx, o.platforms[0], o.binaries)
		if err == nil && o.licences != "" {
			err = b.writeLicences(ctx, o.licences)
		}
		return errors.Join(err, b.close())
	}
	date, err := dateOf(ctx, o.root, getenv("SOURCE_DATE_EPOCH"))
	if err != nil {
		return errors.Join(err, b.close())
	}
	var made []string
	for _, p := range o.platforms {
		name, err := b.archive(ctx, p, o.out, date)
		if err != nil {
			return errors.Join(fmt.Errorf("%s: %w", p, err), b.close())
		}
		made = append(made, name)
		fmt.Fprintln(stdout, filepath.Join(o.out, name))
	}
	if err := b.close(); err != nil {
		return err
	}
	return writeSums(o.out, made)
}

// platform is what a program runs on.
type platform struct{ os, arch string }

func (p platform) String() string { return p.os + "/" + p.arch }

// program is how a program's file is called there.
func (p platform) program(name string) string {
	if p.os == "windows" {
		return name + ".exe"
	}
	return name
}

// parsePlatforms reads OS/ARCH,OS/ARCH. An empty text is all that releases are made for, or this
// machine alone.
func parsePlatforms(text string, here bool) ([]platform, error) {
	switch {
	case text == "" && here:
		return []platform{thisPlatform()}, nil
	case text == "":
		var all []platform
		for _, system := range []string{"linux", "darwin", "windows"} {
			for _, arch := range []string{"amd64", "arm64"} {
				all = append(all, platform{system, arch})
			}
		}
		return all, nil
	}
	var all []platform
	for one := range strings.SplitSeq(text, ",") {
		system, arch, _ := strings.Cut(one, "/")
		if system == "" || arch == "" || strings.Contains(arch, "/") {
			return nil, fmt.Errorf("%q is no OS/ARCH such as linux/arm64", one)
		}
		all = append(all, platform{system, arch})
	}
	return all, nil
}
