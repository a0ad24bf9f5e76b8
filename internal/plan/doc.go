// Package plan turns what a URL asks, what a picture is and what the operator
// allows into numbers: which part of the source is decoded at which scale, how
// it is resized, turned, cut, padded, converted and encoded. It is arithmetic:
// it sees no bytes and no URL, so that geometry is tested by the thousand
// without a picture.
//
// Vocabulary: [Facts] are read from a picture's header. [Policy] is what the
// operator allows. A picture is upright when its EXIF orientation has been
// applied, and stored as the file holds it; sizes are upright unless they say
// otherwise. The box is the size that the URL names; the region is the part of
// the source that the result shows.
//
//	p, err := plan.Make(facts, t.Effective(defaults), plan.DefaultPolicy)
//	// p.Load.Shrink == 4, p.Resize == plan.Size{300, 225}, p.Cut == plan.Rect{0, 12, 300, 200}
package plan
