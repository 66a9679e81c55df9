package phone

import (
	"html/template"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/respond"
	"huisheng/models"
)

// byCode is the way in by typing a code; the others are channels of models.
const byCode = "code"

// entryView is the first page of every way in, and its second step with the one-time code.
type entryView struct {
	page
	Channel string
	Kind    models.OrgKind
	About   template.HTML
	Closes  string
	Token   string
	OTP     bool              // the one-time code is on its way
	Sent    string            // where to, masked
	In      respond.Entry     // what was entered so far
	Wrong   map[string]string // messages by field
	Problem string
}

// Marks stand in prepared pages for what differs from person to person. They are plain letters, so that escaping leaves them as they are.
const (
	markAbout  = "HuishengMarkAbout"
	markToken  = "HuishengMarkToken"
	markCloses = "HuishengMarkCloses"
)

func firstKey(channel string, kind models.OrgKind, lang string, isLarge bool) string {
	if isLarge {
		return channel + string(kind) + lang + large
	}
	return channel + string(kind) + lang
}

// prepareFirsts renders the first page of every way in, kind of organisation, language and size.
func (h *Phone) prepareFirsts() error {
	for _, channel := range []string{string(models.ChannelDirect), string(models.ChannelPrinted), string(models.ChannelPoster), string(models.ChannelStaff), byCode} {
		for _, kind := range []models.OrgKind{models.OrgEnterprise, models.OrgSchool, models.OrgSocial} {
			for _, lang := range h.d.App.Catalog.Languages() {
				for _, isLarge := range []bool{false, true} {
					p, err := h.prepareFirst(channel, kind, lang.Code, isLarge)
					if err != nil {
						return err
					}
					h.firsts[firstKey(channel, kind, lang.Code, isLarge)] = p
				}
			}
		}
	}
	return nil
}

func (h *Phone) prepareFirst(channel string, kind models.OrgKind, lang string, isLarge bool) (*prepared, error) {
	v := entryView{
		page:    page{h: h, Title: entryTitle(channel, kind), Lang: lang, Large: isLarge, Self: entryPath(channel, markToken)},
		Channel: channel, Kind: kind, About: markAbout, Closes: markCloses, Token: markToken,
	}
	var b sink
	if err := h.d.Site.Render(&b, "phone/entry", v); err != nil {
		return nil, err
	}
	return prepare(string(b), []string{markAbout, markToken, markCloses})
}

// sink collects what is written.
type sink []byte

// Write implements io.Writer.
func (s *sink) Write(p []byte) (int, error) { *s = append(*s, p...); return len(p), nil }

func entryTitle(channel string, kind models.OrgKind) string {
	if channel == byCode || channel == string(models.ChannelStaff) {
		return "entry.title." + channel
	}
	return "entry.title." + string(kind)
}

// entryPath is the address of the first page of a way in.
func entryPath(channel, token string) string {
	switch channel {
	case byCode:
		return "/f"
	case string(models.ChannelPoster), string(models.ChannelStaff):
		return "/p/" + token
	}
	return "/i/" + token
}

// ShowLink shows the first page behind a personal link or a printed QR. It costs one read and changes nothing.
func (h *Phone) ShowLink(c *fiber.Ctx) error {
	return h.showFirst(c, c.Params("token"), models.ChannelDirect, models.ChannelPrinted)
}

// ShowPoster shows the first page behind a poster.
func (h *Phone) ShowPoster(c *fiber.Ctx) error {
	return h.showFirst(c, c.Params("poster"), models.ChannelPoster, models.ChannelStaff)
}

func (h *Phone) showFirst(c *fiber.Ctx, token string, one, other models.Channel) error {
	look, err := h.d.App.Respond.Look(c.UserContext(), token)
	switch {
	case err != nil:
		return err
	case look.Channel != one && look.Channel != other:
		return models.ErrBadToken
	case look.Closed && (look.Channel == models.ChannelPoster || look.Channel == models.ChannelStaff):
		return models.ErrBatchClosed // behind a personal link the person may still prove who they are, look at their answers or complain
	case look.LockedUntil.After(h.d.App.Clock()):
		return models.ErrTailLocked.With("locked_until", look.LockedUntil.In(models.Shanghai()).Format(time.RFC3339))
	}
	kind := h.kindOf(look.Form)
	p := h.newPage(c, "", "")
	about, err := p.about(look.About, kind)
	if err != nil {
		return err
	}
	return h.sendFirst(c, firstKey(string(look.Channel), kind, p.Lang, p.Large), string(about), template.HTMLEscapeString(token), p.Deadline(look.ClosesAt))
}

// ShowCode shows the page where a code from a message is typed.
func (h *Phone) ShowCode(c *fiber.Ctx) error {
	p := h.newPage(c, "", "")
	return h.sendFirst(c, firstKey(byCode, models.OrgEnterprise, p.Lang, p.Large), "", "", "")
}

func (h *Phone) sendFirst(c *fiber.Ctx, key string, values ...string) error {
	h.pageHeaders(c)
	if takesGzip(c) {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(h.firsts[key].gzip(values...))
	}
	return c.Send(h.firsts[key].html(values...))
}
