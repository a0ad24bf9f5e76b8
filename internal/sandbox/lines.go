package sandbox

import (
	"bufio"
	"io"
	"sync"
)

// lineWriter takes the lines of several processes, each whole.
type lineWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// copy copies to the end, and closes it.
func (l *lineWriter) copy(from io.ReadCloser) {
	defer from.Close()
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 && l.w != nil {
			l.mu.Lock()
			_, _ = l.w.Write(line)
			l.mu.Unlock()
		}
		if err != nil {
			return
		}
	}
}
