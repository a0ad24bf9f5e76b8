// Package vips calls libvips through its shared library, without a C compiler.
//
// Every libvips operation is a GObject: it is made by its nickname, its
// arguments are properties, and building it yields the outputs. That is how
// libvips's own Python, Ruby and PHP bindings work, and it is all that this
// package does. On top of it stand typed Go methods for the operations that
// tintype uses; [Start] checks each of their names and arguments against the
// library that it loaded, so that a newer libvips fails at once and in words.
//
// Vocabulary: an [Image] is a picture that libvips computes when its pixels are
// asked for; a page is one frame of an animation (frames are stacked into one
// tall image); a band is a channel.
//
// Lifetime: whoever gets an *Image calls [Image.Unref] once. A buffer handed to
// [Load] must stay alive and pinned until every image made from it is released;
// [Buffer] does that.
//
//	if err := vips.Start(vips.Options{MaxPixels: 100e6}); err != nil { … }
//	buf := vips.NewBuffer(data)
//	defer buf.Release()
//	img, err := vips.Load("jpegload_buffer", buf, vips.LoadOptions{Shrink: 2})
//	defer img.Unref()
//	out, err := vips.SaveJPEG(img, vips.JPEGOptions{Quality: 80})
package vips
