// Package pixel is the engine: it reads the facts from a picture's header and
// carries a plan out. Bytes come in and bytes go out; it decides nothing, and no
// image handle crosses its border.
//
//	engine, err := pixel.Start(pixel.Options{…})
//	facts, err := engine.Probe(data)
//	p, err := plan.Make(facts, …)
//	encoded, err := engine.Run(ctx, data, p)
//
// The order of the operations is one list: [steps] in run.go.
package pixel
