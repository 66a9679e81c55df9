package seal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Load reads a key file. With create, a missing file is made with fresh keys, readable by its owner alone; several
// processes may race for that and all end with the same keys. The box follows the file: see Watch and Reload.
func Load(path string, create bool) (*Box, error) {
	k, err := ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && create {
		if k, err = NewKeys(); err == nil {
			err = CreateFile(path, k)
		}
		if err == nil || errors.Is(err, os.ErrExist) {
			k, err = ReadFile(path)
		}
	}
	if err != nil {
		return nil, err
	}
	b, err := Open(k)
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	b.file = &watched{path: path}
	b.file.seen, _ = os.Stat(path) // if it is gone already, the next look finds it changed
	return b, nil
}

// ReadFile reads the keys in a file.
func ReadFile(path string) (Keys, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // the environment names the key file
	if err != nil {
		return Keys{}, fmt.Errorf("read key file: %w", err)
	}
	k, err := parseKeys(raw)
	if err != nil {
		return Keys{}, fmt.Errorf("key file %s: %w", path, err)
	}
	return k, nil
}

// CreateFile writes a new key file; os.ErrExist when there is one: nobody ever replaces keys that are in use, or reads half a file.
func CreateFile(path string, k Keys) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make key folder: %w", err)
	}
	tmp, err := writeBeside(path, k)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp) }()      // the link keeps the content
	if err := os.Link(tmp, path); err != nil { // fails if another process was first
		return fmt.Errorf("place keys: %w", err)
	}
	return nil
}

// EditFile changes a key file in one step: readers see it as before or as after. Two editors wait for each other. Nothing changes when edit fails
// or leaves keys that do not work.
func EditFile(path string, edit func(*Keys) error) error {
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the environment names the key file
	if err != nil {
		return fmt.Errorf("lock keys: %w", err)
	}
	defer func() { _ = lock.Close() }() // which also gives the lock back
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock keys: %w", err)
	}
	k, err := ReadFile(path)
	if err != nil {
		return err
	}
	if err := edit(&k); err != nil {
		return err
	}
	if _, err := Open(k); err != nil {
		return err
	}
	was, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("read key file: %w", err)
	}
	tmp, err := writeBeside(path, k)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp) }() // gone already when it was moved
	if err := keepOwner(tmp, was); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("place keys: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

func writeBeside(path string, k Keys) (string, error) {
	raw, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return "", fmt.Errorf("encode keys: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".keys-*") // mode 0600
	if err != nil {
		return "", fmt.Errorf("write keys: %w", err)
	}
	_, err = f.Write(append(raw, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(f.Name()) // what was written is of no use
		return "", fmt.Errorf("write keys: %w", err)
	}
	return f.Name(), nil
}

// keepOwner gives the new file the mode and owner of the old one: the server reads it as somebody else than the administrator who rotates.
func keepOwner(path string, was os.FileInfo) error {
	if err := os.Chmod(path, was.Mode().Perm()); err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	if st, ok := was.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Getuid() {
		if err := os.Chown(path, int(st.Uid), int(st.Gid)); err != nil {
			return fmt.Errorf("write keys: %w", err)
		}
	}
	return nil
}

// syncFolder makes a rename durable.
func syncFolder(path string) error {
	d, err := os.Open(path) //nolint:gosec // the folder of the key file, which the environment names
	if err != nil {
		return fmt.Errorf("sync key folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync key folder: %w", err)
	}
	return nil
}

// watched is the file that a box was read from, and its state then.
type watched struct {
	path string
	mu   sync.Mutex // protects seen, and reloading
	seen os.FileInfo
}

// stale says whether the file has changed since it was read.
func (w *watched) stale() bool {
	if w == nil {
		return false
	}
	now, err := os.Stat(w.path)
	w.mu.Lock()
	defer w.mu.Unlock()
	return err == nil && (w.seen == nil || !os.SameFile(now, w.seen) || now.Size() != w.seen.Size() || !now.ModTime().Equal(w.seen.ModTime()))
}

// Reload reads the key file again. Another root or hash would be another deployment's: it is refused, and the box goes on as before.
func (b *Box) Reload() error {
	b.file.mu.Lock()
	defer b.file.mu.Unlock()
	seen, err := os.Stat(b.file.path)
	if err != nil {
		return fmt.Errorf("read key file: %w", err)
	}
	k, err := ReadFile(b.file.path)
	if err != nil {
		return err
	}
	next, err := Open(k)
	if err != nil {
		return fmt.Errorf("key file %s: %w", b.file.path, err)
	}
	if next.hash != b.hash || string(next.root) != string(b.root) {
		return fmt.Errorf("key file %s: its root or hash is another one; ids would no longer match the data", b.file.path)
	}
	b.ring.Store(next.ring.Load())
	b.file.seen = seen
	return nil
}

// Watch follows the key file until ctx ends: a new primary key seals within every, or at once on a SIGHUP.
func (b *Box) Watch(ctx context.Context, every time.Duration, hangup <-chan os.Signal, log *slog.Logger) {
	timer := time.NewTicker(every)
	defer timer.Stop()
	failed := ""
	for {
		asked := false
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			asked = true
		case <-timer.C:
		}
		if !asked && !b.file.stale() {
			continue
		}
		before := b.Primary()
		switch err := b.Reload(); {
		case err == nil:
			failed = ""
			log.Info("keys read again", "primary", b.Primary(), "before", before, "keys", len(b.Keys()))
		case err.Error() != failed: // once, not every few seconds
			failed = err.Error()
			log.Error("keys cannot be read again; going on with those from before", "error", err)
		}
	}
}
