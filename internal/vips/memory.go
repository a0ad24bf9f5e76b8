package vips

// Memory is what libvips says of itself.
type Memory struct {
	Bytes       int64 // pixel memory now
	Highwater   int64 // the most it ever was, in bytes
	Allocations int   // live allocations
	Files       int   // open files
}

// TrackedMemory reads libvips's own counters.
func TrackedMemory() Memory {
	return Memory{
		Bytes:       int64(c.trackedMem()),
		Highwater:   int64(c.trackedHighwater()),
		Allocations: int(c.trackedAllocs()),
		Files:       int(c.trackedFiles()),
	}
}
