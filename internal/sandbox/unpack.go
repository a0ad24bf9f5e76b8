package sandbox

import (
	"archive/zip"
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// maxUnzipped is how much a function may have unzipped (DG gettingstarted-limits).
const maxUnzipped = 250 << 20

// unpack puts the zip into a new folder, with the modes that the files have in
// it, and sees that its bootstrap can run. The folder is to be removed.
func unpack(file string, emulated bool) (folder string, err error) {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	defer func() { _ = archive.Close() }()
	if folder, err = os.MkdirTemp("", "tintype-function-"); err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("%s: %w", file, err), os.RemoveAll(folder))
		}
	}()
	root, err := os.OpenRoot(folder) // no name leads out of it
	if err != nil {
		return folder, err
	}
	defer root.Close()
	left := int64(maxUnzipped)
	for _, entry := range archive.File {
		if entry.Mode().IsDir() {
			continue
		}
		n, err := extract(root, entry, left)
		if err != nil {
			return folder, fmt.Errorf("%s: %w", entry.Name, err)
		}
		left -= n
	}
	return folder, checkBootstrap(filepath.Join(folder, "bootstrap"), emulated)
}

func extract(root *os.Root, entry *zip.File, most int64) (int64, error) {
	in, err := entry.Open()
	if err != nil {
		return 0, err
	}
	defer in.Close()
	if err := root.MkdirAll(filepath.Dir(filepath.FromSlash(entry.Name)), 0o755); err != nil {
		return 0, err
	}
	out, err := root.OpenFile(filepath.FromSlash(entry.Name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, entry.Mode().Perm())
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(out, io.LimitReader(in, most+1))
	if n > most {
		err = fmt.Errorf("unzipped, the function has more than %d bytes", maxUnzipped)
	}
	return n, errors.Join(err, out.Close())
}

func checkBootstrap(file string, emulated bool) error {
	info, err := os.Stat(file)
	if err != nil {
		return errors.New("there is no bootstrap in the zip: `make lambda` builds one that has it")
	}
	if info.Mode()&0o111 == 0 {
		return errors.New("the bootstrap has no right to be executed; Lambda would not start it")
	}
	data, err := os.ReadFile(file)
	if err != nil || emulated {
		return err
	}
	if program, err := elf.NewFile(bytes.NewReader(data)); err == nil {
		if own := machines[runtime.GOARCH]; runtime.GOOS != "linux" || program.Machine != own {
			return fmt.Errorf("the function is for Linux on %v, and this machine is %s on %s: take the other zip, or name an emulator like qemu-user", program.Machine, runtime.GOOS, runtime.GOARCH)
		}
	}
	return nil
}

var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}
