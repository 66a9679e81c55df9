package web

import (
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huisheng/models"
)

// peer is the address at the other end of the connection.
func peer(c *fiber.Ctx) netip.Addr {
	a, _ := netip.AddrFromSlice(c.Context().RemoteIP()) // the zero address if there is none: it is in no prefix
	return a.Unmap()
}

func (f *Frame) trusted(a netip.Addr) bool {
	for _, p := range f.o.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// clientIP is who sent the request: the peer, unless that is a trusted proxy; then the last address of X-Forwarded-For that is not a trusted
// proxy too. Addresses further left are what the client itself claims.
func (f *Frame) clientIP(c *fiber.Ctx) string {
	a := peer(c)
	if !f.trusted(a) {
		return a.String()
	}
	hops := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		if a = hop.Unmap(); !f.trusted(a) {
			break
		}
	}
	return a.String()
}

// admitPrivate is for what operators of the service read, such as /metrics: from this machine or a private network, and not passed on by a
// proxy that faces the world.
func (f *Frame) admitPrivate(c *fiber.Ctx) error {
	a := peer(c)
	inside := a.IsLoopback() || a.IsPrivate() || a.IsUnspecified() // unspecified: a test without a connection
	if !inside || c.Get(fiber.HeaderXForwardedFor) != "" || c.Get("Forwarded") != "" {
		return models.ErrForbidden
	}
	return nil
}
