package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var versionPattern = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+_-]{0,99}$`)

// versionOf is the version that was asked for, or what git calls the work tree.
func versionOf(ctx context.Context, root, asked string) (string, error) {
	version := asked
	if version == "" {
		described, err := git(ctx, root, "describe", "--tags", "--always", "--dirty")
		if err != nil {
			return "", fmt.Errorf("git cannot tell the version (%w): say it with VERSION=v1.2.3", err)
		}
		version = described
	}
	if !versionPattern.MatchString(version) {
		return "", fmt.Errorf("version %q must be 1 to 100 letters, digits and . + _ - and begin with a letter or a digit", version)
	}
	return version, nil
}

// earliest is the first time that a zip file can represent; archives without any other date carry
// it.
func earliest() time.Time { return time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC) }

// dateOf is the date of every file in the archives: the one that was asked for, in seconds since
// 1970, otherwise the commit's, otherwise the earliest that there is.
func dateOf(ctx context.Context, root, asked string) (time.Time, error) {
	seconds := asked
	if seconds == "" {
		committed, err := git(ctx, root, "log", "-1", "--format=%ct")
		if err != nil {
			return earliest(), nil //nolint:nilerr // sources without git, such as an unpacked archive, have no date of their own
		}
		seconds = committed
	}
	n, err := strconv.ParseInt(seconds, 10, 64)
	// A zip file ends in 2107.
	if err != nil || n < 0 || n > 4_300_000_000 {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH: %q is not a number of seconds from 0 to 4300000000", seconds)
	}
	date := time.Unix(n, 0).UTC()
	if date.Before(earliest()) {
		return earliest(), nil
	}
	return date, nil
}

// git returns the output of a git command, on one line.
func git(ctx context.Context, root string, args ...string) (string, error) {
	output, err := exec.CommandContext(ctx, "git", append([]string{"-C", root}, args...)...).Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok && len(failed.Stderr) > 0 {
		return "", errors.New(strings.TrimSpace(string(failed.Stderr)))
	}
	return strings.TrimSpace(string(output)), err
}
