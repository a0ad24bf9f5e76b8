package vips

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"unsafe"
)

type pointer = unsafe.Pointer

// gvalue is a GObject GValue: a type and a union of two words. Its layout is
// part of GObject's ABI (C code initialises it statically), so values are built
// here instead of by two calls each.
type gvalue struct {
	gtype uintptr
	data  [2]uint64
}

// GObject's fundamental types are numbers, shifted past two reserved bits.
const (
	typeBoolean = 5 << 2
	typeInt     = 6 << 2
	typeDouble  = 15 << 2
	typeString  = 16 << 2
)

// argument is an input of an operation. Whatever it points to is kept alive
// by the caller until the operation is built.
type argument struct {
	name  string
	value gvalue
}

func boolean(name string, v bool) argument {
	var n uint64
	if v {
		n = 1
	}
	return argument{name, gvalue{typeBoolean, [2]uint64{n}}}
}

// integer also sets enumerations and flags, which GObject converts.
func integer[T ~int](name string, v T) argument {
	return argument{name, gvalue{typeInt, [2]uint64{uint64(uint32(v))}}}
}

func double(name string, v float64) argument {
	return argument{name, gvalue{typeDouble, [2]uint64{math.Float64bits(v)}}}
}

func text(name, v string) argument {
	return argument{name, gvalue{typeString, [2]uint64{uint64(uintptr(pointer(cstring(v))))}}}
}

func image(name string, v *Image) argument {
	return argument{name, gvalue{c.imageType(), [2]uint64{uint64(uintptr(v.object))}}}
}

// area is a boxed value: a blob or an array.
func area(name string, gtype uintptr, boxed pointer) argument {
	return argument{name, gvalue{gtype, [2]uint64{uint64(uintptr(boxed))}}}
}

// Error is a failure that libvips reported. Text comes from a buffer that is
// shared by the whole process, so it is for people and never for a decision.
type Error struct {
	Operation string
	Text      string
}

func (e *Error) Error() string { return fmt.Sprintf("libvips %s: %s", e.Operation, e.Text) }

// errorText takes what libvips has to say and empties its buffer.
func errorText() string {
	p := c.errorBufferCopy()
	defer c.free(p)
	return goString(p)
}

// call makes an operation, sets its arguments, builds it, and hands it to read,
// which takes the outputs that it wants. The operation is released on return.
func call(nickname string, arguments []argument, read func(operation pointer)) error {
	operation := c.operationNew(cstring(nickname))
	if operation == nil {
		return &Error{nickname, errorText()}
	}
	for i := range arguments {
		a := &arguments[i]
		if !slices.Contains(operations[nickname], a.name) {
			panic("vips: argument " + a.name + " of " + nickname + " is not in the table of operations")
		}
		c.setProperty(operation, cstring(a.name), &a.value)
	}
	failed := c.operationMake(&operation) != 0
	runtime.KeepAlive(arguments)
	if !failed {
		read(operation)
	}
	c.unrefOutputs(operation)
	c.objectUnref(operation)
	if failed {
		return &Error{nickname, errorText()}
	}
	return nil
}

// callImage runs an operation with an image output called "out".
func callImage(nickname string, arguments ...argument) (*Image, error) {
	var out *Image
	err := call(nickname, arguments, func(operation pointer) {
		out = &Image{object: output(operation, "out", c.imageType())}
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// callBuffer runs a saver and copies the encoded bytes, once, to Go.
func callBuffer(nickname string, arguments ...argument) ([]byte, error) {
	var out []byte
	err := call(nickname, arguments, func(operation pointer) {
		blob := output(operation, "buffer", c.blobType())
		defer c.areaUnref(blob)
		var n uintptr
		data := c.blobGet(blob, &n)
		out = append(make([]byte, 0, n), unsafe.Slice((*byte)(data), n)...)
	})
	return out, err
}

// output reads a property and takes over the reference in it.
func output(operation pointer, name string, gtype uintptr) pointer {
	value := gvalue{gtype: gtype}
	c.getProperty(operation, cstring(name), &value)
	return *(*pointer)(pointer(&value.data[0]))
}

// cstrings interns the names that are passed to C: a few hundred, all of them
// constants of this package.
var cstrings sync.Map

func cstring(s string) *byte {
	if p, ok := cstrings.Load(s); ok {
		return p.(*byte)
	}
	b := append([]byte(s), 0)
	p, _ := cstrings.LoadOrStore(s, &b[0])
	return p.(*byte)
}

func goString(p pointer) string {
	if p == nil {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(p, n)) != 0 {
		n++
	}
	return string(unsafe.Slice((*byte)(p), n))
}
