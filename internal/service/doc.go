// Package service is the one use case: a key and a transform become a result.
//
// On its way a request passes the memory cache, joins an equal one that is
// under way (a flight), is admitted or turned away, fetches its source, waits
// at the gate for a processor, and has its picture made by the [Engine]. Every
// wait has an end, every queue a length, and every buffer a budget.
//
//	s, err := service.New(service.Options{Source: src, Engine: engine, …})
//	result, err := s.Get(ctx, service.Request{Key: "cat.jpg", Transform: t})
//
// Errors are of type [*Error]; its Kind says what to answer.
package service
