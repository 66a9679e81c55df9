package handlers

import (
	"path"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"huisheng/models"
	"huisheng/static"
)

// asset is an embedded file with its compressed forms, made when they are first asked for: a process that never serves a file does not pay for it.
type asset struct {
	static.Asset
	gzip, brotli func() []byte // nil, or nil bytes, where compressing gains nothing
}

var errNoAsset = models.NewError(models.KindNotFound, "no_such_address", "没有这个地址。", "There is nothing at this address.")

// assets serves the embedded files under addresses that carry their hash, so that browsers keep them for ever. They hold no secret and read nothing.
type assets struct{ byURL map[string]asset }

// newAssets compresses every file of the site at most once.
func newAssets(site *static.Site) *assets {
	h := &assets{byURL: map[string]asset{}}
	for _, a := range site.List() {
		x := asset{Asset: a}
		if compressible(a.URL) {
			x.gzip = sync.OnceValue(func() []byte {
				return smaller(fasthttp.AppendGzipBytesLevel(nil, a.Data, fasthttp.CompressBestCompression), a.Data)
			})
			x.brotli = sync.OnceValue(func() []byte {
				return smaller(fasthttp.AppendBrotliBytesLevel(nil, a.Data, fasthttp.CompressBrotliBestCompression), a.Data)
			})
		}
		h.byURL[a.URL] = x
	}
	return h
}

func compressible(url string) bool {
	switch path.Ext(url) {
	case ".css", ".js", ".svg", ".json", ".html", ".txt":
		return true
	}
	return false
}

func smaller(packed, plain []byte) []byte {
	if len(packed) < len(plain) {
		return packed
	}
	return nil
}

// show sends one file: 404 for another name, also for the file's old hash.
func (h *assets) show(c *fiber.Ctx) error {
	a, ok := h.byURL[c.Path()]
	if !ok {
		return errNoAsset
	}
	c.Set(fiber.HeaderContentType, a.Type)
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Vary(fiber.HeaderAcceptEncoding)
	accepts := c.Get(fiber.HeaderAcceptEncoding)
	for _, form := range []struct {
		name  string
		bytes func() []byte
	}{{"br", a.brotli}, {"gzip", a.gzip}} {
		if form.bytes == nil || !strings.Contains(accepts, form.name) {
			continue
		}
		if packed := form.bytes(); packed != nil {
			c.Set(fiber.HeaderContentEncoding, form.name)
			return c.Send(packed)
		}
	}
	return c.Send(a.Data)
}
