//go:build !linux

package main

// limitHeaps is for glibc.
func limitHeaps() {}
