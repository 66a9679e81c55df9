package photo

import (
	"bytes"
	"encoding/binary"
	"image"
)

// upright is the orientation of a picture that is to be shown as it is stored.
const upright = 1

// facts is what decoding does not tell about a JPEG. Orientation is read of JPEG alone: phones write no other format.
type facts struct {
	orientation int // 1 to 8 as in Exif (JEITA CP-3451), tag 0x0112
	progressive bool
	scans       int
}

// readJPEG walks over the segments up to the end of the picture. What is broken is left to the decoder to refuse.
func readJPEG(b []byte) facts {
	f := facts{orientation: upright}
	for i := 2; i+4 <= len(b); {
		if b[i] != 0xff {
			i++ // between segments: the decoder also looks for the next marker
			continue
		}
		marker := b[i+1]
		switch {
		case marker == 0xff: // filling
			i++
			continue
		case marker == 0xd9: // end of image
			return f
		case marker == 0 || marker == 1 || marker >= 0xd0 && marker <= 0xd8: // entropy-coded 0xff, and markers without a length
			i += 2
			continue
		}
		end := i + 2 + int(binary.BigEndian.Uint16(b[i+2:]))
		if end < i+4 || end > len(b) {
			return f
		}
		f.note(marker, b[i+4:end])
		i = end
	}
	return f
}

func (f *facts) note(marker byte, segment []byte) {
	switch marker {
	case 0xc2:
		f.progressive = true
	case 0xda:
		f.scans++
	case 0xe1:
		if tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); ok && f.orientation == upright {
			f.orientation = orientation(tiff)
		}
	}
}

// orientation finds the tag in the first directory of a TIFF structure.
func orientation(tiff []byte) int {
	if len(tiff) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch string(tiff[:2]) {
	case "II":
	case "MM":
		order = binary.BigEndian
	default:
		return upright
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return upright
	}
	n := int64(order.Uint16(tiff[at:]))
	for e := at + 2; n > 0 && e+12 <= int64(len(tiff)); e, n = e+12, n-1 {
		if order.Uint16(tiff[e:]) != 0x0112 || order.Uint16(tiff[e+2:]) != 3 { // 3: SHORT
			continue
		}
		if o := int(order.Uint16(tiff[e+8:])); o >= 1 && o <= 8 {
			return o
		}
		return upright
	}
	return upright
}

// turn makes a picture with an Exif orientation upright.
func turn(src *image.RGBA, orientation int) *image.RGBA {
	if orientation == upright {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dw, dh := w, h
	if orientation >= 5 { // lying on its side
		dw, dh = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, dw, dh))
	for y := range h {
		for x := range w {
			dx, dy := place(orientation, x, y, w, h)
			copy(dst.Pix[dst.PixOffset(dx, dy):][:4], src.Pix[src.PixOffset(x, y):][:4])
		}
	}
	return dst
}

// place says where the pixel at x, y of a stored picture of w by h is to be seen.
func place(orientation, x, y, w, h int) (dx, dy int) {
	switch orientation {
	case 2: // mirrored
		return w - 1 - x, y
	case 3: // upside down
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6: // to be turned right
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8: // to be turned left
		return y, w - 1 - x
	}
	return x, y
}
