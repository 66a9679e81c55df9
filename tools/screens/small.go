package main

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"slices"
)

// tallest is how many pixels of a long page are kept: enough to see what it is.
const tallest = 1500

// small makes a picture of a page small: its top, in the 256 colours that it uses most. Pages have few colours and their edges many greys.
func small(raw []byte) ([]byte, error) {
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	box := img.Bounds()
	box.Max.Y = min(box.Max.Y, box.Min.Y+tallest)
	count := map[color.RGBA]int{}
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(img.At(x, y)).(color.RGBA) }
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			count[at(x, y)]++
		}
	}
	used := make([]color.RGBA, 0, len(count))
	for c := range count {
		used = append(used, c)
	}
	slices.SortFunc(used, func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	colours := color.Palette{}
	for _, c := range used[:min(len(used), 256)] {
		colours = append(colours, c)
	}
	index := make(map[color.RGBA]uint8, len(used))
	for _, c := range used {
		index[c] = uint8(colours.Index(c))
	}
	out := image.NewPaletted(image.Rect(0, 0, box.Dx(), box.Dy()), colours)
	for y := range box.Dy() {
		for x := range box.Dx() {
			out.SetColorIndex(x, y, index[at(box.Min.X+x, box.Min.Y+y)])
		}
	}
	var buf bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err = encoder.Encode(&buf, out)
	return buf.Bytes(), err
}
