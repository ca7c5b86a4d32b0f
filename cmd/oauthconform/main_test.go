package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheProgramIsTheMockByItsName(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want bool
	}{
		"by its name":               {[]string{"oauthmock", "serve"}, true},
		"by a path":                 {[]string{"/usr/local/bin/oauthmock"}, true},
		"on Windows":                {[]string{"oauthmock.exe"}, true},
		"the suite":                 {[]string{"/usr/local/bin/oauthconform", "oauthmock"}, false},
		"another name":              {[]string{"oauthmock2"}, false},
		"a program without a name":  {nil, false},
		"a folder of the same name": {[]string{"/oauthmock/oauthconform"}, false},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, isMock(c.args)) })
	}
}
