// Package config is the configuration of the commands: structs of flags, each
// also an environment variable TINTYPE_NAME. A struct's Validate reports every
// problem at once.
//
//	tintype serve --source pictures --cache-memory 256MiB
//	TINTYPE_SOURCE=pictures TINTYPE_CACHE_MEMORY=256MiB tintype serve
package config
