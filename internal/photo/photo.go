// Package photo makes a small, clean JPEG out of a picture that a stranger sent: drawn anew from its pixels, so that nothing of the file survives
// but what one sees — no place, no device, no time, no hidden tail.
//
// A decoder's memory is what the picture's head promises, not what the file weighs. So the head is judged first, and only so many pictures are
// decoded at once.
package photo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"huisheng/models"
)

const (
	// MaxBytes is how large a file may be.
	MaxBytes = 8 << 20
	// LongSide is the longest side of what comes out, in pixels: enough to read a page of text.
	LongSide = 1600

	quality   = 82
	maxPixels = 40_000_000
	// Some files need several times the memory per pixel: progressive JPEG, 16 bits a colour.
	maxHeavyPixels = 16_000_000
	// Each scan of a progressive JPEG goes over the whole picture, and a scan can be a few bytes. Cameras and editors write about ten.
	maxScans = 100
)

// Cleaner cleans pictures, a bounded number at once. It is safe for concurrent use.
type Cleaner struct{ slots chan struct{} }

// NewCleaner decodes at most n pictures at once; each may take a few hundred megabytes at worst, and some 30 for what phones make.
func NewCleaner(n int) *Cleaner { return &Cleaner{slots: make(chan struct{}, n)} }

// Clean reads a JPEG, PNG or WebP of size bytes and gives it as a JPEG: upright as its orientation says, on white, no longer than LongSide, with no
// metadata. It waits for its turn, and reads nothing before. ErrPhotoType, ErrPhotoHEIC, ErrPhotoBroken, ErrPhotoPixels and ErrPhotoLarge say what is
// wrong with the file.
func (c *Cleaner) Clean(ctx context.Context, r io.Reader, size int64) ([]byte, error) {
	if size > MaxBytes {
		return nil, models.ErrPhotoLarge
	}
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return nil, models.ErrUnavailable.Because(fmt.Errorf("wait to decode: %w", ctx.Err()))
	}
	raw := make([]byte, size)
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	return clean(raw)
}

func clean(raw []byte) ([]byte, error) {
	f, err := sniff(raw)
	if err != nil {
		return nil, err
	}
	head, err := f.config(bytes.NewReader(raw))
	if err != nil || head.Width < 1 || head.Height < 1 {
		return nil, models.ErrPhotoBroken.Because(err)
	}
	facts := facts{orientation: upright}
	if f.name == "jpeg" {
		facts = readJPEG(raw)
	}
	if err := affordable(head, facts); err != nil {
		return nil, err
	}
	img, err := f.decode(bytes.NewReader(raw))
	if err != nil {
		return nil, models.ErrPhotoBroken.Because(err)
	}
	return encode(turn(shrink(img), facts.orientation))
}

// affordable judges by the head alone what decoding would cost.
func affordable(head image.Config, f facts) error {
	limit := int64(maxPixels)
	switch head.ColorModel {
	case color.RGBA64Model, color.NRGBA64Model, color.Gray16Model:
		limit = maxHeavyPixels
	}
	if f.progressive {
		limit = maxHeavyPixels
	}
	if int64(head.Width)*int64(head.Height) > limit {
		return models.ErrPhotoPixels
	}
	if f.scans > maxScans {
		return models.ErrPhotoBroken.Because(fmt.Errorf("%d scans", f.scans))
	}
	return nil
}

type format struct {
	name   string
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// sniff goes by the first bytes; what a file is called, or says it is, does not matter. Formats are named here and not found among whatever the
// program has registered.
func sniff(b []byte) (format, error) {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return format{"jpeg", jpeg.DecodeConfig, jpeg.Decode}, nil
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return format{"png", png.DecodeConfig, png.Decode}, nil
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return format{"webp", webp.DecodeConfig, webp.Decode}, nil
	case isHEIF(b):
		return format{}, models.ErrPhotoHEIC
	}
	return format{}, models.ErrPhotoType
}

// isHEIF knows the brands of ISO/IEC 23008-12 that phones write.
func isHEIF(b []byte) bool {
	if len(b) < 12 || string(b[4:8]) != "ftyp" {
		return false
	}
	switch string(b[8:12]) {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1":
		return true
	}
	return false
}

// shrink draws the picture on white, no longer than LongSide.
func shrink(img image.Image) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if long := max(w, h); long > LongSide {
		w, h = max(1, w*LongSide/long), max(1, h*LongSide/long)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	// Of the scalers that look at more than one pixel it is the one whose working memory does not grow with the picture.
	draw.ApproxBiLinear.Scale(out, out.Bounds(), img, b, draw.Over, nil)
	return out
}

func encode(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return b.Bytes(), nil
}
