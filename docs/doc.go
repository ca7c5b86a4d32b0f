// Package docs holds the documentation, and the test that keeps its generated parts true.
package docs
