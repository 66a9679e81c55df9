package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Device names the browser and the system of a request coarsely, "Chrome · Windows": enough for somebody to know their own logins again, too
// little to follow anybody.
func Device(c *fiber.Ctx) string {
	ua := c.Get(fiber.HeaderUserAgent)
	browser, system := named(ua, browsers()), named(ua, systems())
	if browser == "" {
		browser = "API"
	}
	if system == "" {
		return browser
	}
	return browser + " · " + system
}

type sign struct{ in, name string }

// browsers in the order of looking: most name others too.
func browsers() []sign {
	return []sign{
		{"MicroMessenger", "WeChat"}, {"Edg", "Edge"}, {"QQBrowser", "QQ"}, {"360SE", "360"}, {"Firefox", "Firefox"}, {"Chrome", "Chrome"}, {"Safari", "Safari"},
	}
}

func systems() []sign {
	return []sign{{"HarmonyOS", "HarmonyOS"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"Linux", "Linux"}}
}

func named(ua string, list []sign) string {
	for _, s := range list {
		if strings.Contains(ua, s.in) {
			return s.name
		}
	}
	return ""
}
