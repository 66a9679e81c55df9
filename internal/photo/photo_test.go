package photo_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/internal/photo"
	"huisheng/models"
)

func clean(raw []byte) ([]byte, error) {
	return photo.NewCleaner(1).Clean(context.Background(), bytes.NewReader(raw), int64(len(raw)))
}

func decoded(t *testing.T, raw []byte) image.Image {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(raw))
	require.NoError(t, err)
	return img
}

// corners is a picture whose quarters are red, green, blue and white: top left, top right, bottom left, bottom right.
func corners(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}}[y*2/h*2+x*2/w]
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// named gives the corners' colours of a picture in reading order.
func named(img image.Image) string {
	var s strings.Builder
	b := img.Bounds()
	for _, y := range []int{b.Dy() / 4, b.Dy() * 3 / 4} {
		for _, x := range []int{b.Dx() / 4, b.Dx() * 3 / 4} {
			r, g, bl, _ := img.At(b.Min.X+x, b.Min.Y+y).RGBA()
			switch {
			case r > 0xc000 && g > 0xc000 && bl > 0xc000:
				s.WriteByte('w')
			case r > 0xc000:
				s.WriteByte('r')
			case g > 0xc000:
				s.WriteByte('g')
			case bl > 0xc000:
				s.WriteByte('b')
			default:
				s.WriteByte('?')
			}
		}
	}
	return s.String()
}

func asJPEG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}))
	return b.Bytes()
}

// withExif puts an Exif segment with an orientation and a GPS position right after the start.
func withExif(raw []byte, order binary.AppendByteOrder, orientation uint16) []byte {
	tiff := []byte("II")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		tiff = []byte("MM")
	}
	tiff = order.AppendUint32(order.AppendUint16(tiff, 42), 8)
	tiff = order.AppendUint16(tiff, 2)
	entry := func(tag, kind uint16, n uint32) {
		tiff = order.AppendUint32(order.AppendUint16(order.AppendUint16(tiff, tag), kind), n)
	}
	entry(0x0112, 3, 1)
	tiff = order.AppendUint16(order.AppendUint16(tiff, orientation), 0)
	entry(0x8825, 4, 1)
	tiff = order.AppendUint32(tiff, 38)
	tiff = order.AppendUint32(tiff, 0)
	tiff = append(tiff, "GPS 23.1291N 113.2644E HUAWEI"...)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{}, raw[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(segment)+2))
	return append(append(out, segment...), raw[2:]...)
}

// The table of JEITA CP-3451: which sides of the scene the first row and the first column are.
func TestEveryOrientationIsMadeUpright(t *testing.T) {
	t.Parallel()
	seen := map[string]string{ // what the stored quarters r g b w look like when they are shown
		"top left": "rgbw", "top right": "grwb", "bottom right": "wbgr", "bottom left": "bwrg",
		"left top": "rbgw", "right top": "brwg", "right bottom": "wgbr", "left bottom": "gwrb",
	}
	for i, sides := range []string{"top left", "top right", "bottom right", "bottom left", "left top", "right top", "right bottom", "left bottom"} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			out, err := clean(withExif(asJPEG(t, corners(160, 80)), order, uint16(i+1)))
			require.NoError(t, err)
			img := decoded(t, out)
			require.Equal(t, seen[sides], named(img), sides)
			require.Equal(t, i >= 4, img.Bounds().Dy() > img.Bounds().Dx(), sides)
		}
	}
	for _, odd := range []uint16{0, 9, 65535} {
		out, err := clean(withExif(asJPEG(t, corners(160, 80)), binary.LittleEndian, odd))
		require.NoError(t, err)
		require.Equal(t, "rgbw", named(decoded(t, out)))
	}
}

func TestNothingButThePictureSurvives(t *testing.T) {
	t.Parallel()
	raw := withExif(asJPEG(t, corners(64, 64)), binary.LittleEndian, 1)
	raw = append(raw, "PK\x03\x04<script>alert(1)</script>"...)
	require.Contains(t, string(raw), "GPS")
	out, err := clean(raw)
	require.NoError(t, err)
	for _, gone := range []string{"GPS", "Exif", "HUAWEI", "script", "PK\x03\x04", "\xff\xe1", "\xff\xfe"} {
		require.NotContains(t, string(out), gone)
	}
	require.True(t, bytes.HasSuffix(out, []byte{0xff, 0xd9}))
	again, err := clean(raw)
	require.NoError(t, err)
	require.Equal(t, out, again)
}

func TestLargeOnesShrinkAndTransparentOnesLieOnWhite(t *testing.T) {
	t.Parallel()
	for _, size := range [][4]int{{3200, 1000, 1600, 500}, {1000, 3200, 500, 1600}, {1600, 1600, 1600, 1600}, {7, 5, 7, 5}, {9000, 1, 1600, 1}} {
		out, err := clean(asJPEG(t, corners(size[0], size[1])))
		require.NoError(t, err)
		require.Equal(t, image.Pt(size[2], size[3]), decoded(t, out).Bounds().Size())
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 20, 20))))
	out, err := clean(b.Bytes())
	require.NoError(t, err)
	require.Equal(t, "wwww", named(decoded(t, out)))
}

// webp is one pixel, lossless: the smallest file of its kind.
const webp = "RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"

func TestWebP(t *testing.T) {
	t.Parallel()
	out, err := clean([]byte(webp))
	require.NoError(t, err)
	require.Equal(t, image.Pt(1, 1), decoded(t, out).Bounds().Size())
}

// pngHead is a PNG that says how large it is and no more.
func pngHead(w, h uint32, depth byte) []byte {
	chunk := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)...)
	chunk = append(chunk, depth, 2, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
}

// jpegHead is a JPEG with another size written over its own.
func jpegHead(raw []byte, w, h uint16) []byte {
	out := bytes.Clone(raw)
	at := bytes.Index(out, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(out[at+5:], h)
	binary.BigEndian.PutUint16(out[at+7:], w)
	return out
}

func TestBadPicturesAreRefusedBeforeTheyCostAnything(t *testing.T) {
	good := asJPEG(t, corners(300, 300))
	var moving bytes.Buffer
	require.NoError(t, gif.Encode(&moving, corners(8, 8), nil))
	progressive := jpegHead(good, 6000, 4000)
	progressive[bytes.Index(progressive, []byte{0xff, 0xc0})+1] = 0xc2
	scan := good[bytes.Index(good, []byte{0xff, 0xda}) : len(good)-2]
	scans := append(bytes.Clone(good[:len(good)-2]), bytes.Repeat(scan, 150)...)
	for name, c := range map[string]struct {
		raw  []byte
		want *models.Error
	}{
		"nothing":             {nil, models.ErrPhotoType},
		"text":                {[]byte("hello, I am photo.jpg"), models.ErrPhotoType},
		"svg":                 {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`), models.ErrPhotoType},
		"gif":                 {moving.Bytes(), models.ErrPhotoType},
		"avif":                {[]byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00"), models.ErrPhotoType},
		"heic":                {[]byte("\x00\x00\x00\x1cftypheic\x00\x00\x00\x00mif1heic"), models.ErrPhotoHEIC},
		"first bytes alone":   {good[:3], models.ErrPhotoBroken},
		"cut in the head":     {good[:100], models.ErrPhotoBroken},
		"cut in the middle":   {good[:len(good)/2], models.ErrPhotoBroken},
		"bomb in png":         {pngHead(60000, 60000, 8), models.ErrPhotoPixels},
		"bomb in jpeg":        {jpegHead(good, 60000, 60000), models.ErrPhotoPixels},
		"deep png":            {pngHead(5000, 5000, 16), models.ErrPhotoPixels},
		"progressive bomb":    {progressive, models.ErrPhotoPixels},
		"too many scans":      {scans, models.ErrPhotoBroken},
		"png without content": {pngHead(10, 10, 8), models.ErrPhotoBroken},
		"webp cut":            {[]byte(webp[:24]), models.ErrPhotoBroken},
		"too many bytes":      {make([]byte, photo.MaxBytes+1), models.ErrPhotoLarge},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := clean(c.raw)
		runtime.ReadMemStats(&after)
		require.ErrorIs(t, err, c.want, name)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20), name)
	}
}

// It is the count that refuses it: the decoder would draw the same scan as often as it is told.
func TestScansAreCounted(t *testing.T) {
	t.Parallel()
	good := asJPEG(t, corners(300, 300))
	scan := good[bytes.Index(good, []byte{0xff, 0xda}) : len(good)-2]
	with := func(n int) error {
		_, err := clean(append(append(bytes.Clone(good[:len(good)-2]), bytes.Repeat(scan, n)...), 0xff, 0xd9))
		return err
	}
	require.ErrorContains(t, with(150), "151 scans")
	tail := append(bytes.Clone(good), bytes.Repeat(scan, 150)...)
	_, err := clean(tail)
	require.NoError(t, err, "what follows the end is not counted")
}

// Any beginning of a good file, and any file with a byte changed, is an error or a picture, and never a crash.
func TestDamagedFilesNeverCrash(t *testing.T) {
	t.Parallel()
	good := withExif(asJPEG(t, corners(32, 32)), binary.BigEndian, 6)
	for i := range good {
		_, _ = clean(good[:i]) // whichever it is
		bent := bytes.Clone(good)
		bent[i] ^= 0xff
		_, _ = clean(bent) // whichever it is
	}
}

func TestWhoGivesUpWaitingReadsNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := photo.NewCleaner(0).Clean(ctx, nil, 10)
	require.ErrorIs(t, err, models.ErrUnavailable)
}

// Three photos of twelve megapixels at once take the memory of one.
func TestMemoryOfThreePhotosAtOnce(t *testing.T) {
	img := image.NewYCbCr(image.Rect(0, 0, 4000, 3000), image.YCbCrSubsampleRatio420)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range img.Y {
		img.Y[i] = byte(i/40) + byte(r.IntN(8))
	}
	raw := asJPEG(t, img)
	img.Y, img.Cb, img.Cr = nil, nil, nil // so that the collector may have them
	require.Less(t, len(raw), photo.MaxBytes)
	runtime.GC()
	stop, peak := make(chan struct{}), make(chan uint64)
	heap := func() uint64 {
		s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	base := heap()
	go func() {
		var most uint64
		for {
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(time.Millisecond):
				most = max(most, heap())
			}
		}
	}()
	c := photo.NewCleaner(1)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			out, err := c.Clean(context.Background(), bytes.NewReader(raw), int64(len(raw)))
			if err != nil || len(out) == 0 {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	close(stop)
	used := <-peak - base
	t.Logf("%d MB", used>>20)
	require.Less(t, used, uint64(96<<20))
}
