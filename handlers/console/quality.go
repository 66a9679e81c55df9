package console

import "huisheng/models"

// quality is how many answers are set apart and why, as a page shows it.
type quality struct {
	Judged, Flagged int64
	Reasons         []qualityReason
}

type qualityReason struct {
	Text, Hint string
	N          int64
}

// qualityOf puts the quality of answers into words; nil when there is nothing to judge, or the reader is not to know.
func (h *Console) qualityOf(l lang, q *models.Quality) *quality {
	if q == nil || q.Judged == 0 {
		return nil
	}
	out := &quality{Judged: q.Judged, Flagged: q.Flagged}
	for _, r := range h.app.Catalog.QualityRules() {
		if n := q.Reasons[r.Code]; n > 0 {
			out.Reasons = append(out.Reasons, qualityReason{l.text(r.Text), l.text(r.Hint), n})
		}
	}
	return out
}

// sifted says beside a figure what it is without the answers set apart; nothing if there are none.
func (l lang) sifted(q *models.ValueQuality, unit string) []string {
	if q == nil || q.Flagged == 0 {
		return nil
	}
	if q.CleanValue == nil {
		return []string{l.say("%d 份答卷存疑；去掉后剩 %d 份，不够计算。", "%d answers are in doubt; the %d others are too few to compute.", q.Flagged, q.CleanN)}
	}
	return []string{l.say("%d 份答卷存疑；去掉后是 %s%s（%d 份）。", "%d answers are in doubt; without them it is %s%s (n = %d).", q.Flagged, number(*q.CleanValue), unitShort(unit), q.CleanN)}
}
