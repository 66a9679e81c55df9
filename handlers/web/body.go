package web

import (
	"bytes"
	"errors"
	"io"
	"net"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
)

// prefetched is how much of a body fasthttp reads before any handler; a body with a known length up to this is no longer on the wire.
const prefetched = 8 << 10

// What finishBody is willing to read and throw away, so that a client that is still sending gets to see the answer instead of a reset connection.
const (
	discardBytes = 4 << 20
	discardTime  = 2 * time.Second
)

// takeBody holds the body to the route's limit: in memory, or for a streaming route as a reader that fails at the limit.
func takeBody(c *fiber.Ctx, r Route) error {
	stream := c.Context().RequestBodyStream()
	if stream == nil {
		return nil
	}
	length := c.Request().Header.ContentLength() // -1: chunked
	if length > r.limit {
		return errTooLarge(r.limit)
	}
	if r.timeout > DefaultTimeout {
		if err := c.Context().Conn().SetReadDeadline(time.Now().Add(r.timeout)); err != nil {
			return errCut(err)
		}
	}
	limited := &limitedReader{r: stream, left: r.limit, limit: r.limit}
	if r.stream {
		c.Locals(bodyKey{}, limited)
		return nil
	}
	buf := bytes.NewBuffer(make([]byte, 0, min(max(length, 0), 1<<20)+bytes.MinRead))
	if _, err := buf.ReadFrom(limited); err != nil {
		return err
	}
	c.Request().SetBodyRaw(buf.Bytes())
	return nil
}

type bodyKey struct{}

// Body is the body of a streaming route. It fails with 413 at the route's limit and with 400 when the client stops half-way.
func Body(c *fiber.Ctx) io.Reader {
	if r, ok := c.Locals(bodyKey{}).(io.Reader); ok {
		return r
	}
	return bytes.NewReader(c.Request().Body())
}

// limitedReader reads up to the limit, and tells a body that is too long from one that ends there.
type limitedReader struct {
	r           io.Reader
	left, limit int
	ended       bool // a chunked body must not be read beyond its end: what follows is the next request
}

// Read implements io.Reader.
func (l *limitedReader) Read(p []byte) (int, error) {
	if len(p) > l.left+1 {
		p = p[:l.left+1]
	}
	if l.ended {
		return 0, io.EOF
	}
	n, err := l.r.Read(p)
	if n > l.left {
		return l.left, errTooLarge(l.limit)
	}
	l.left -= n
	if err != nil && !errors.Is(err, io.EOF) {
		return n, errCut(err)
	}
	l.ended = err != nil
	return n, err
}

// errCut is a body that did not arrive: the client went away or was too slow.
func errCut(cause error) error {
	var n net.Error
	if errors.As(cause, &n) && n.Timeout() {
		return errSlow
	}
	return &statusError{fiber.StatusBadRequest, errCutOff.Because(cause)}
}

// finishBody deals with a body that nobody read, because the route refused it or does not take one. What is left on the wire would be read as
// the next request, so it is read to the end, or the connection is closed.
func finishBody(c *fiber.Ctx) {
	stream := c.Context().RequestBodyStream()
	if stream == nil {
		return
	}
	if n := c.Request().Header.ContentLength(); n >= 0 && n <= prefetched {
		return
	}
	if r, ok := c.Locals(bodyKey{}).(*limitedReader); ok && r.ended {
		return
	}
	if err := c.Context().Conn().SetReadDeadline(time.Now().Add(discardTime)); err == nil {
		_, err = io.CopyN(io.Discard, stream, discardBytes)
		if errors.Is(err, io.EOF) {
			return
		}
	}
	c.Response().SetConnectionClose()
}

// validText says whether address and query are UTF-8 without NUL after decoding: what is stored and shown later must be text.
func validText(c *fiber.Ctx) bool {
	uri := c.Request().URI()
	ok := func(b []byte) bool { return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 }
	if !ok(uri.Path()) || !ok(uri.PathOriginal()) {
		return false
	}
	if q := uri.QueryString(); len(q) == 0 || plain(q) {
		return true
	}
	valid := true
	uri.QueryArgs().VisitAll(func(k, v []byte) { valid = valid && ok(k) && ok(v) })
	return valid
}

func plain(b []byte) bool {
	for _, x := range b {
		if x == '%' || x >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
