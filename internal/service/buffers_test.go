package service

import "testing"

func TestBuffers(t *testing.T) {
	var b buffers
	for _, tt := range []struct{ kept, want int64 }{{100, 100}, {100, 51}, {100, 101}, {100, 49}, {100, 0}, {0, 5}} {
		b.put(make([]byte, tt.kept))
		got := b.get(tt.want)
		if int64(len(got)) != tt.want || int64(cap(got)) > max(2*tt.want, tt.want+64) {
			t.Errorf("%d wanted while %d are kept: got %d of %d", tt.want, tt.kept, len(got), cap(got))
		}
	}
}
