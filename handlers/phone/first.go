package phone

import (
	"html/template"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/respond"
	"huisheng/models"
)

// byCode is the way in by typing a code; the others are channels of models.
const byCode models.Channel = "code"

// byContact is the way in of a company's contact, who proves the phone alone.
const byContact models.Channel = "contact"

// entryView is the first page of every way in, and its second step with the one-time code.
type entryView struct {
	page
	Channel models.Channel
	Kind    models.OrgKind
	About   template.HTML
	Closes  string
	Shut    bool // the round is closed: a person may still look at their answers, or complain
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

// firstKey names a prepared page.
type firstKey struct {
	channel models.Channel
	kind    models.OrgKind
	lang    string
	large   bool
	shut    bool
}

// prepareFirsts renders the first page of every way in, kind of organisation, language and size.
func (h *Phone) prepareFirsts() error {
	for _, channel := range []models.Channel{models.ChannelDirect, models.ChannelPrinted, models.ChannelPoster, models.ChannelStaff, byCode, byContact} {
		for _, kind := range []models.OrgKind{models.OrgEnterprise, models.OrgSchool, models.OrgSocial} {
			for _, lang := range h.d.App.Catalog.Languages() {
				for n := range 4 {
					if err := h.prepareFirst(firstKey{channel, kind, lang.Code, n&1 == 1, n&2 == 2}); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

func (h *Phone) prepareFirst(k firstKey) error {
	v := entryView{
		page:    page{h: h, Title: entryTitle(k.channel, k.kind), Lang: k.lang, Large: k.large, Self: entryPath(k.channel, markToken)},
		Channel: k.channel, Kind: k.kind, Shut: k.shut, About: markAbout, Closes: markCloses, Token: markToken,
	}
	if k.shut {
		v.Title = "entry.title.shut"
	}
	var b sink
	if err := h.d.Site.Render(&b, "phone/entry", v); err != nil {
		return err
	}
	h.firsts[k] = prepare(string(b), []string{markAbout, markToken, markCloses})
	return nil
}

// sink collects what is written.
type sink []byte

// Write implements io.Writer.
func (s *sink) Write(p []byte) (int, error) { *s = append(*s, p...); return len(p), nil }

func entryTitle(channel models.Channel, kind models.OrgKind) string {
	if channel == byCode || channel == byContact || channel == models.ChannelStaff {
		return "entry.title." + string(channel)
	}
	return "entry.title." + string(kind)
}

// entryPath is the address of the first page of a way in.
func entryPath(channel models.Channel, token string) string {
	switch channel {
	case byCode:
		return "/f"
	case models.ChannelPoster, models.ChannelStaff:
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
	if look.Contact {
		look.Channel = byContact
	}
	return h.sendFirst(c, firstKey{look.Channel, kind, p.Lang, p.Large, look.Closed}, string(about), template.HTMLEscapeString(token), p.Deadline(look.ClosesAt))
}

// ShowCode shows the page where a code from a message is typed.
func (h *Phone) ShowCode(c *fiber.Ctx) error {
	p := h.newPage(c, "", "")
	return h.sendFirst(c, firstKey{channel: byCode, kind: models.OrgEnterprise, lang: p.Lang, large: p.Large}, "", "", "")
}

func (h *Phone) sendFirst(c *fiber.Ctx, key firstKey, values ...string) error {
	h.pageHeaders(c)
	if takesGzip(c) {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(h.firsts[key].gzip(values...))
	}
	return c.Send(h.firsts[key].html(values...))
}
