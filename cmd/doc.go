// Package cmd holds the two programs, oauthmock and oauthconform, and the test of the rules between
// the rooms of the project.
package cmd
