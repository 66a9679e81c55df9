package outreach

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/skip2/go-qrcode"

	"huisheng/internal/token"
	"huisheng/models"
)

// The sizes of a PNG in pixels.
const (
	MinQR     = 128
	MaxQR     = 2048
	DefaultQR = 512
)

// QR is a QR code that may be printed. None of them proves anything by itself: whoever scans one is asked for a one-time code.
type QR struct {
	URL  string // what it says
	Name string // of the file, without extension
}

// Poster gives the QR of a batch for the place where results are posted: one for all, the person then gives name and last six.
func (s *Service) Poster(ctx context.Context, p models.Principal, id models.BatchID) (QR, error) {
	return s.posterOf(ctx, p, id, token.Poster, "poster")
}

// StaffPoster gives the QR for staff supervision (职工监督): any employee, by their own phone. Enterprises only.
func (s *Service) StaffPoster(ctx context.Context, p models.Principal, id models.BatchID) (QR, error) {
	return s.posterOf(ctx, p, id, token.Staff, "staff-poster")
}

func (s *Service) posterOf(ctx context.Context, p models.Principal, id models.BatchID, kind token.Kind, name string) (QR, error) {
	b, err := s.batchInScope(ctx, p, id)
	if err != nil {
		return QR{}, err
	}
	if kind == token.Staff && b.Kind != models.OrgEnterprise {
		return QR{}, models.ErrNotFound
	}
	return QR{URL: s.cfg.BaseURL + "/p/" + s.ident.Tokens.Make(kind, string(b.ID)), Name: name + "-" + string(b.ID)}, nil
}

// PersonalQR gives the printed QR of one invitation. Its token is of the printed kind: it passes through other hands, so it does not count as
// possession of the phone.
func (s *Service) PersonalQR(ctx context.Context, p models.Principal, id models.InvitationID) (QR, error) {
	inv, err := s.invitationInScope(ctx, p, id)
	if err != nil {
		return QR{}, err
	}
	return QR{URL: s.cfg.BaseURL + "/i/" + s.ident.Tokens.Make(token.Printed, string(inv.ID)), Name: "qr-" + string(inv.ID)}, nil
}

// PNG draws the code, size pixels wide with its quiet zone.
func (q QR) PNG(size int) ([]byte, error) {
	code, err := qrcode.New(q.URL, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("make qr code: %w", err)
	}
	png, err := code.PNG(min(max(size, MinQR), MaxQR))
	if err != nil {
		return nil, fmt.Errorf("draw qr code: %w", err)
	}
	return png, nil
}

// SVG draws the code as one path over its modules, sharp at any size, with the quiet zone of four modules that ISO/IEC 18004 asks for.
func (q QR) SVG() ([]byte, error) {
	code, err := qrcode.New(q.URL, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("make qr code: %w", err)
	}
	grid := code.Bitmap() // includes the quiet zone
	var path strings.Builder
	for y, row := range grid {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			run := 1
			for x+run < len(row) && row[x+run] {
				run++
			}
			fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x, y, run, run)
			x += run
		}
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`+
		`<rect width="100%%" height="100%%" fill="#fff"/><path d="%s" fill="#000"/></svg>`, len(grid), len(grid), path.String())
	return out.Bytes(), nil
}
