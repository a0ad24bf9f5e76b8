package sandbox

import (
	"fmt"
	"time"
)

// Stats are what the function did.
type Stats struct {
	Invocations int
	Failed      int // invocations that ended without a reply
	Throttled   int // requests for which there was no environment
	ColdStarts  int
	Mismatches  int           // replies of the other mode than the URL's
	Billed      time.Duration // whole milliseconds an invocation, starts counted
	PeakMemory  int64         // of one environment, in bytes
	CPU         time.Duration // user and system time, to 10 ms for an environment that runs
}

// String says it in a line.
func (s Stats) String() string {
	return fmt.Sprintf("%d invocations (%d failed, %d throttled, %d in the wrong mode), %d cold starts, %d ms billed, at most %d MB of memory",
		s.Invocations, s.Failed, s.Throttled, s.Mismatches, s.ColdStarts, s.Billed.Milliseconds(), (s.PeakMemory+1<<20-1)>>20)
}
