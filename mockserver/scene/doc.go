// Package scene builds the world that a scenario starts from. What the suite sets up by calls
// (given in a scenario file) becomes fixtures here, so that a server starts with it, and returns to
// it with every reset.
package scene
