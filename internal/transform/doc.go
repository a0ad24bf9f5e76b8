// Package transform is the URL grammar: what a picture's address asks for, as
// one comparable value.
//
// The path names the key; the query is the transform:
//
//	/albums/rio/cat.jpg?w=300&h=200&fm=webp
//
// [ParseKey] reads the first, [Parse] the second. Parse is strict about what it
// knows (a known parameter with a bad value is a [*QueryError] that says what is
// allowed, for all bad ones at once) and deaf to what it does not know, so that
// a tracking parameter neither breaks a page nor splits a cache.
//
// # The canonical query
//
// A [Transform] holds what has to be said and no more: [Transform.String] leaves
// out what equals its default, what the operator's [Defaults] say already, and
// what does nothing (a focal point without a crop). Two URLs that mean the same
// have the same Transform, and that string is the cache key. It holds for every
// t that Parse returned under d that
//
//	Parse(t.String(), d) == t
//
// and the zero Transform is the original, untouched.
//
// How it is found: [Transform.Effective] fills in every default and resets what
// does nothing; then every parameter that can be left out without changing the
// effective transform is left out.
//
// # Values
//
// Numbers are decimal fractions held as integers of 1/10,000 ([Num]): no
// rounding differs between this and other implementations of the grammar, and
// nothing is NaN. Words are case-insensitive. Pixels are of the upright picture.
//
// The parameters, their aliases, ranges and defaults are one table: [params] in
// params.go.
package transform
