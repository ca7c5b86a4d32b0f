// Package scene makes the world that a scenario starts from. What the suite reaches by calls
// (`given` of a scenario file) is written here as fixtures, so that a server begins with it, and
// comes back to it with every reset.
package scene
