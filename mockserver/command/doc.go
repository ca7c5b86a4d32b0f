// Package command is the command line of oauthmock. It is no part of a program's folder, because
// two programs have it: oauthmock, and oauthconform where it is started by that name, so that an
// image needs to hold one file only.
package command
