package source

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"sync"
	"time"
)

// Memory is a source in memory, for tests. Its zero value is empty.
type Memory struct {
	mu      sync.Mutex
	objects map[string]memoryObject
	version int
}

type memoryObject struct {
	data     []byte
	version  string
	modified time.Time
}

// Put stores an object, as a new version.
func (m *Memory) Put(key string, data []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.objects == nil {
		m.objects = make(map[string]memoryObject)
	}
	m.version++
	m.objects[key] = memoryObject{data, strconv.Itoa(m.version), time.Now().Truncate(time.Second)}
}

// Delete removes an object.
func (m *Memory) Delete(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.objects, key)
}

// Open implements [Source].
func (m *Memory) Open(ctx context.Context, key, version string) (*Object, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.objects[key]
	switch {
	case !ok:
		return nil, ErrNotFound
	case o.version == version:
		return nil, ErrNotModified
	}
	return &Object{o.version, o.modified, int64(len(o.data)), io.NopCloser(bytes.NewReader(o.data))}, nil
}
