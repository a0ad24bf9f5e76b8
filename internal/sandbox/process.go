package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"time"
)

const memoryInterval = 10 * time.Millisecond

// watchMemory ends an environment that holds more memory than the function has
// (DG configuration-memory). It looks while there is something to do.
func (e *environment) watchMemory(ctx context.Context) {
	tick := time.NewTicker(memoryInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if e.isBusy() {
			e.endIfTooLarge()
		}
	}
}

func (e *environment) endIfTooLarge() {
	if e.notePeak() > int64(e.f.o.Memory)<<20 {
		e.end(fmt.Errorf("%w (%d MB)", errMemory, e.f.o.Memory))
	}
}

// notePeak reads how much memory the process held at most, from proc(5).
func (e *environment) notePeak() int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", e.pid.Load()))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte("\nVmHWM:"))
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		return 0 // it has ended
	}
	kib, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	for {
		old := e.peak.Load()
		if kib<<10 <= old || e.peak.CompareAndSwap(old, kib<<10) {
			return kib << 10
		}
	}
}

// cpu is the user and system time of a process that runs, from proc(5).
func (e *environment) cpu() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", e.pid.Load()))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(stat, []byte(") ")) // the name may hold blanks
	fields := bytes.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	var ticks time.Duration
	for _, field := range fields[11:13] { // utime, stime
		n, err := strconv.Atoi(string(field))
		if err != nil {
			return 0
		}
		ticks += time.Duration(n)
	}
	const perSecond = 100
	return ticks * time.Second / perSecond
}

func (e *environment) isBusy() bool {
	e.f.mu.Lock()
	defer e.f.mu.Unlock()
	return !e.ready || len(e.running) > 0
}
