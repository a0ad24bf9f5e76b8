package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// Invalidate drops objects: by path, which has to have the query or to end in *,
// and by tag, without its # (invalidation-specifying-objects, invalidation-by-tags).
// It returns how many there were.
func (c *CloudFront) Invalidate(paths, tags []string) (dropped int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, o := range c.objects {
		byPath := slices.ContainsFunc(paths, func(path string) bool {
			if prefix, wild := strings.CutSuffix(path, "*"); wild {
				return strings.HasPrefix(o.target, prefix)
			}
			return o.target == path
		})
		byTag := slices.ContainsFunc(tags, func(tag string) bool { return slices.Contains(o.tags, strings.ToLower(tag)) })
		if byPath || byTag {
			delete(c.objects, key)
			dropped++
		}
	}
	return dropped
}

// Admin is a local endpoint: POST /invalidation with {"items": ["/cat.jpg*", "#tag"]}.
func (c *CloudFront) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /invalidation", func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Items []string }
		if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&asked); err != nil || len(asked.Items) == 0 {
			http.Error(w, `what is asked for is {"items": ["/path*", "#tag"]}`, http.StatusBadRequest)
			return
		}
		var paths, tags []string
		for _, item := range asked.Items {
			tag, isTag := strings.CutPrefix(item, "#")
			switch {
			case isTag:
				tags = append(tags, tag)
			case strings.HasPrefix(item, "/"):
				paths = append(paths, item)
			default:
				http.Error(w, fmt.Sprintf("%q is neither a path nor a #tag", item), http.StatusBadRequest)
				return
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]int{"dropped": c.Invalidate(paths, tags)})
	})
	return mux
}
