// Package paper reads the files that an organisation sends along with its words: pictures, which are drawn anew, and PDF files, which are stored as they are and
// only ever offered for saving, never shown inside our pages.
package paper

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"huisheng/internal/photo"
	"huisheng/models"
)

// File is a file as sent.
type File struct {
	Content io.ReaderAt
	Size    int64
}

// Paper is one that may be stored.
type Paper struct {
	Content []byte
	Media   string
}

// The media types of papers.
const (
	MediaPDF  = "application/pdf"
	MediaJPEG = "image/jpeg"
)

// Read judges files by their content, whatever they are called. ErrPaperType, ErrPaperLarge and the errors of photos say what is wrong.
func Read(ctx context.Context, photos *photo.Cleaner, files []File) ([]Paper, error) {
	var list []Paper
	for _, f := range files {
		if f.Size > photo.MaxBytes {
			return nil, models.ErrPaperLarge
		}
		raw, err := io.ReadAll(io.NewSectionReader(f.Content, 0, f.Size))
		if err != nil {
			return nil, fmt.Errorf("read upload: %w", err)
		}
		if bytes.HasPrefix(raw, []byte("%PDF-")) {
			list = append(list, Paper{raw, MediaPDF})
			continue
		}
		clean, err := photos.Clean(ctx, io.NewSectionReader(f.Content, 0, f.Size), f.Size)
		if err != nil {
			if errors.Is(err, models.ErrPhotoType) {
				err = models.ErrPaperType
			}
			return nil, err
		}
		list = append(list, Paper{clean, MediaJPEG})
	}
	return list, nil
}
