package vips

import (
	"fmt"
	"unsafe"

	"github.com/ebitengine/purego"
)

// c holds the C functions that are called. Variadic ones are never among them:
// their calling convention differs between platforms.
var c struct {
	// Life of the library.
	vipsInit         func(argv0 string) int32
	vipsVersion      func(flag int32) int32
	concurrencySet   func(n int32)
	cacheSetMax      func(n int32)
	operationBlock   func(class string, blocked int32)
	gSetenv          func(name, value string, overwrite int32) int32
	trackedMem       func() uintptr
	trackedHighwater func() uintptr
	trackedAllocs    func() int32
	trackedFiles     func() int32
	errorBufferCopy  func() unsafe.Pointer
	logSetHandler    func(domain string, levels uint32, handler uintptr, data unsafe.Pointer) uint32

	// Operations as objects.
	operationNew  func(nickname *byte) unsafe.Pointer
	operationMake func(operation *unsafe.Pointer) int32
	unrefOutputs  func(object unsafe.Pointer)
	objectRef     func(object unsafe.Pointer) unsafe.Pointer
	objectUnref   func(object unsafe.Pointer)
	setProperty   func(object unsafe.Pointer, name *byte, value *gvalue)
	getProperty   func(object unsafe.Pointer, name *byte, value *gvalue)
	findProperty  func(class unsafe.Pointer, name *byte) unsafe.Pointer
	free          func(memory unsafe.Pointer)

	// Boxed values.
	imageType       func() uintptr
	blobType        func() uintptr
	arrayDoubleType func() uintptr
	arrayImageType  func() uintptr
	blobNew         func(free uintptr, data unsafe.Pointer, length uintptr) unsafe.Pointer
	blobGet         func(blob unsafe.Pointer, length *uintptr) unsafe.Pointer
	areaUnref       func(area unsafe.Pointer)
	arrayDoubleNew  func(values *float64, n int32) unsafe.Pointer
	arrayImageNew   func(images *unsafe.Pointer, n int32) unsafe.Pointer

	// Images.
	imageWidth       func(image unsafe.Pointer) int32
	imageHeight      func(image unsafe.Pointer) int32
	imageBands       func(image unsafe.Pointer) int32
	imageFormat      func(image unsafe.Pointer) int32
	imageInterp      func(image unsafe.Pointer) int32
	imageXOffset     func(image unsafe.Pointer) int32
	imageYOffset     func(image unsafe.Pointer) int32
	imagePageHeight  func(image unsafe.Pointer) int32
	imageOrientation func(image unsafe.Pointer) int32
	imageHasAlpha    func(image unsafe.Pointer) int32
	imageSetKill     func(image unsafe.Pointer, kill int32)
	imageCopyMemory  func(image unsafe.Pointer) unsafe.Pointer
	imageData        func(image unsafe.Pointer) unsafe.Pointer
	imageToMemory    func(image unsafe.Pointer, size *uintptr) unsafe.Pointer
	imageTypeof      func(image unsafe.Pointer, name string) uintptr
	imageBlob        func(image unsafe.Pointer, name string, data *unsafe.Pointer, length *uintptr) int32
	imageInt         func(image unsafe.Pointer, name string, value *int32) int32
	imageArrayInt    func(image unsafe.Pointer, name string, data *unsafe.Pointer, n *int32) int32
	imageSetInt      func(image unsafe.Pointer, name string, value int32)
	imageRemove      func(image unsafe.Pointer, name string) int32
}

// bind resolves every symbol in c. The first one missing is the error: such a
// library is not a libvips, or one built without GObject's symbols visible.
func bind(handle uintptr) error {
	symbols := []struct {
		fn   any
		name string
	}{
		{&c.vipsInit, "vips_init"},
		{&c.vipsVersion, "vips_version"},
		{&c.concurrencySet, "vips_concurrency_set"},
		{&c.cacheSetMax, "vips_cache_set_max"},
		{&c.operationBlock, "vips_operation_block_set"},
		{&c.gSetenv, "g_setenv"},
		{&c.trackedMem, "vips_tracked_get_mem"},
		{&c.trackedHighwater, "vips_tracked_get_mem_highwater"},
		{&c.trackedAllocs, "vips_tracked_get_allocs"},
		{&c.trackedFiles, "vips_tracked_get_files"},
		{&c.errorBufferCopy, "vips_error_buffer_copy"},
		{&c.logSetHandler, "g_log_set_handler"},
		{&c.operationNew, "vips_operation_new"},
		{&c.operationMake, "vips_cache_operation_buildp"},
		{&c.unrefOutputs, "vips_object_unref_outputs"},
		{&c.objectRef, "g_object_ref"},
		{&c.objectUnref, "g_object_unref"},
		{&c.setProperty, "g_object_set_property"},
		{&c.getProperty, "g_object_get_property"},
		{&c.findProperty, "g_object_class_find_property"},
		{&c.free, "g_free"},
		{&c.imageType, "vips_image_get_type"},
		{&c.blobType, "vips_blob_get_type"},
		{&c.arrayDoubleType, "vips_array_double_get_type"},
		{&c.arrayImageType, "vips_array_image_get_type"},
		{&c.blobNew, "vips_blob_new"},
		{&c.blobGet, "vips_blob_get"},
		{&c.areaUnref, "vips_area_unref"},
		{&c.arrayDoubleNew, "vips_array_double_new"},
		{&c.arrayImageNew, "vips_array_image_new"},
		{&c.imageWidth, "vips_image_get_width"},
		{&c.imageHeight, "vips_image_get_height"},
		{&c.imageBands, "vips_image_get_bands"},
		{&c.imageFormat, "vips_image_get_format"},
		{&c.imageInterp, "vips_image_get_interpretation"},
		{&c.imageXOffset, "vips_image_get_xoffset"},
		{&c.imageYOffset, "vips_image_get_yoffset"},
		{&c.imagePageHeight, "vips_image_get_page_height"},
		{&c.imageOrientation, "vips_image_get_orientation"},
		{&c.imageHasAlpha, "vips_image_hasalpha"},
		{&c.imageSetKill, "vips_image_set_kill"},
		{&c.imageCopyMemory, "vips_image_copy_memory"},
		{&c.imageData, "vips_image_get_data"},
		{&c.imageToMemory, "vips_image_write_to_memory"},
		{&c.imageTypeof, "vips_image_get_typeof"},
		{&c.imageBlob, "vips_image_get_blob"},
		{&c.imageInt, "vips_image_get_int"},
		{&c.imageArrayInt, "vips_image_get_array_int"},
		{&c.imageSetInt, "vips_image_set_int"},
		{&c.imageRemove, "vips_image_remove"},
	}
	for _, s := range symbols {
		address, err := purego.Dlsym(handle, s.name)
		if err != nil {
			return fmt.Errorf("libvips lacks the symbol %s: %w", s.name, err)
		}
		purego.RegisterFunc(s.fn, address)
	}
	return nil
}
