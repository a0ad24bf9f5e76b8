package main

import (
	"os"
	"runtime"
	"strconv"
	"syscall"
)

// limitHeaps keeps glibc from giving every thread a heap of its own: with
// libvips's short-lived threads that is twice the memory for no time gained.
// The limit counts only where it is known before the first thread begins, and
// Go has begun some by now; so the program starts itself anew, once, which takes
// a few milliseconds and keeps its process id. Whoever sets the variable has
// the last word.
func limitHeaps() {
	const variable = "MALLOC_ARENA_MAX"
	if _, given := os.LookupEnv(variable); given {
		return
	}
	exe, err := os.Executable()
	if err != nil {
		return
	}
	heaps := (runtime.GOMAXPROCS(0) + 1) / 2
	env := append(os.Environ(), variable+"="+strconv.Itoa(heaps))
	_ = syscall.Exec(exe, os.Args, env) // comes back only where it fails, and then all is as before
}
