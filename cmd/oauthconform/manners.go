package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"oauthmock/conformance"
)

// mannerFlags configure how gently the server is treated.
type mannerFlags struct {
	readOnly, production, requireControl bool
	rate                                 float64
	maxRequests                          int
	userAgent, runJournal, maxSpend      string
}

func (m *mannerFlags) register(flags *pflag.FlagSet) {
	flags.BoolVar(&m.readOnly, "read-only", false, "send no request that writes, to any server, and create no accounts; same as --allow-writes=false")
	flags.Var(newSetting(&m.rate, "N", "", parseRate), "rate", "send at most `N` requests per second; 0.5 is one every two seconds")
	flags.Var(newSetting(&m.maxRequests, "N", "", parseCount), "max-requests", "send at most `N` requests in total, including discovery, control API and clean-up; scenarios cut off are INCONCLUSIVE")
	flags.Var(newSetting(&m.maxSpend, "AMOUNT", "", parseAmount), "max-spend", "limit on what paid calls may cost in production accounts; scenarios cut off are INCONCLUSIVE")
	flags.BoolVar(&m.production, "i-know-this-is-production", false, "allow hosts of the provider that do not start with test.")
	flags.BoolVar(&m.requireControl, "require-control", false, "exit with 3, judging nothing, if no control API answers")
	flags.StringVar(&m.runJournal, "run-journal", "", "`FILE` that records what the run creates, tokens in clear text, so that sweep can delete what a killed run left behind")
	flags.StringVar(&m.userAgent, "user-agent", "", "`TEXT` to send as User-Agent; default is oauthconform")
}

// give puts the flags into options. notAllowed means that --allow-writes=false was said.
func (m *mannerFlags) give(options *conformance.Options, notAllowed bool) error {
	if !printableLine(m.userAgent) {
		return errors.New("--user-agent must be one line without control characters")
	}
	options.ReadOnly = m.readOnly || notAllowed
	options.Rate, options.MaxRequests, options.UserAgent = m.rate, m.maxRequests, m.userAgent
	options.MaxSpend = m.maxSpend
	options.Production, options.RequireControl = m.production, m.requireControl
	if options.ReadOnly && options.AllowWrites {
		return errors.New("--read-only and --allow-writes contradict one another; leave one out")
	}
	return nil
}

func printableLine(text string) bool {
	for _, r := range text {
		if r < ' ' || r == 0x7f {
			return false
		}
	}
	return true
}

func parseRate(text string) (float64, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0.001 && n <= 100_000) {
		return 0, errors.New("it must be a number of requests a second, from 0.001 to 100000")
	}
	return n, nil
}

func parseCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, errors.New("it must be a whole number from 1")
	}
	return n, nil
}

func parseAmount(text string) (string, error) {
	if whole, part, _ := strings.Cut(text, "."); whole == "" || len(text) > 20 || strings.Trim(whole+part, "0123456789") != "" {
		return "", errors.New("it must be an amount like 2.50; 0 spends nothing")
	}
	return text, nil
}
