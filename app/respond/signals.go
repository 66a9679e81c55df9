package respond

import (
	"net/netip"
	"strings"
	"time"
	"unicode"

	"huisheng/models"
)

// signals captures what the judge of quality will compare, at no read: traces that mean nothing outside this batch, sealed.
func (s *Service) signals(q *models.Questionnaire, c Claims, in Submission, clean models.Answers) ([]byte, error) {
	x := models.Signals{Early: c.Early}
	copy(x.Phone[:], c.Phone)
	if network := networkOf(in.Addr); network != "" {
		x.Network = s.ident.Signal(c.Batch, "network", network)
		if in.Agent != "" {
			x.Device = s.ident.Signal(c.Batch, "device", network, in.Agent)
		}
	}
	if words, runes := wordsOf(q, clean); runes > 0 {
		x.Words, x.Runes = s.ident.Signal(c.Batch, "words", words), uint8(min(runes, 255))
	}
	return s.box.Seal(x.Encode(), models.SignalsPlace(c.Response))
}

// networkOf gives an IPv4 address, or the half of an IPv6 address that names the network: phones change the other half by themselves.
func networkOf(addr string) string {
	a, err := netip.ParseAddr(addr)
	if err != nil {
		return ""
	}
	if a = a.Unmap().WithZone(""); a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return ""
	}
	return p.String()
}

// wordsOf gives the free text of an answer without spaces and punctuation, so that one comma more makes no difference, and how long it is.
func wordsOf(q *models.Questionnaire, clean models.Answers) (words string, runes int) {
	var b strings.Builder
	for _, question := range q.Questions {
		text, _ := clean[question.ID].(string)
		if question.Type != models.QuestionText {
			continue
		}
		for _, r := range text {
			if unicode.IsLetter(r) || unicode.IsNumber(r) {
				b.WriteRune(unicode.ToLower(r))
				runes++
			}
		}
	}
	return b.String(), runes
}

// seconds is how long answering took: from when the phone says it began, which may be in an earlier session, but no less than since this session
// began; 0 if neither is known. A phone whose clock is wrong cannot make a person look hasty.
func seconds(started time.Time, c Claims, now time.Time) int {
	var d time.Duration
	if since := now.Sub(started); !started.IsZero() && since > 0 && since <= 30*24*time.Hour {
		d = since
	}
	if c.Entered > 0 {
		d = max(d, now.Sub(time.Unix(c.Entered, 0)))
	}
	if d <= 0 {
		return 0
	}
	return max(1, int(d/time.Second))
}

// corrected keeps the signals of the first submission, which say who filled the form in, with the words of the correction.
func (s *Service) corrected(old models.Response, next []byte) ([]byte, error) {
	if len(old.Signals) == 0 {
		return next, nil
	}
	place := models.SignalsPlace(old.ID)
	first, err := s.openSignals(old.Signals, place)
	if err != nil {
		return nil, err
	}
	second, err := s.openSignals(next, place)
	if err != nil {
		return nil, err
	}
	first.Words, first.Runes = second.Words, second.Runes
	return s.box.Seal(first.Encode(), place)
}

func (s *Service) openSignals(sealed []byte, place string) (models.Signals, error) {
	plain, err := s.box.Open(sealed, place)
	if err != nil {
		return models.Signals{}, err
	}
	return models.DecodeSignals(plain)
}
