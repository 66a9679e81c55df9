package web

import (
	"github.com/gofiber/fiber/v2"
)

// policy allows what Huisheng serves itself and nothing inline. img-src has data: for small icons in CSS and blob: for a preview before upload.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; " +
	"frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// setHeaders comes before the handler, so that a handler may replace one for good reason (a stylesheet may be cached).
func (f *Frame) setHeaders(c *fiber.Ctx) {
	h := &c.Response().Header
	h.Set(fiber.HeaderContentSecurityPolicy, policy)
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderReferrerPolicy, "no-referrer") // addresses hold tokens
	h.Set(fiber.HeaderPermissionsPolicy, "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set(fiber.HeaderXFrameOptions, "DENY") // for old browsers inside apps, which do not know frame-ancestors
	h.Set(fiber.HeaderCacheControl, "no-store")
	if f.o.Production {
		h.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000; includeSubDomains")
	}
}
