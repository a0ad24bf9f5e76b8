package service

// Stats are what the service holds at this moment.
type Stats struct {
	Inflight      int   // requests between fetching and the last pixel
	InflightBytes int64 // reserved for their sources
	Working       int   // pixel jobs at work
	Waiting       int64 // requests waiting for a slot
	Overdue       int64 // pixel jobs that work on although their request is over
	CacheBytes    int64
}

// Stats reads them.
func (s *Service) Stats() Stats {
	inflight, bytes := s.admission.now()
	return Stats{
		Inflight:      inflight,
		InflightBytes: bytes,
		Working:       len(s.gate.slots),
		Waiting:       s.gate.waiting.Load(),
		Overdue:       s.gate.overdue.Load(),
		CacheBytes:    s.cache.bytes(),
	}
}
