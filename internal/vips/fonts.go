package vips

import (
	"os"
	"path/filepath"
)

// fontConfig finds the file that tells fontconfig which fonts there are: fonts/
// in one of the folders where a bundled libvips may lie. Where there is none, or
// FONTCONFIG_FILE names another, that is left to fontconfig.
func fontConfig(system bool) (file string) {
	if os.Getenv("FONTCONFIG_FILE") != "" {
		return ""
	}
	name := "fonts.conf"
	if system {
		name = "system-fonts.conf"
	}
	for _, folder := range folders() {
		file := filepath.Join(folder, "fonts", name)
		if _, err := os.Stat(file); err == nil {
			return file
		}
	}
	return ""
}
