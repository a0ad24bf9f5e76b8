//go:build !linux

package main

// tuneHeap is for glibc.
func tuneHeap() {}
