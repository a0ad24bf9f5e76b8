// Package httpapi is the HTTP face: a request becomes a transform, a result or
// an error becomes an answer. The table of answers (status, headers, problem
// documents, how long each may be cached) is here and nowhere else.
//
//	handler := httpapi.New(httpapi.Options{Service: s, …})
//	http.ListenAndServe(addr, handler)
//
// The request's target is read raw, not through net/http's cleaned path, and
// routed by hand: an http.ServeMux would redirect a key like "a//b.jpg".
package httpapi
