package outreach

import (
	"time"

	"huisheng/config"
	"huisheng/models"
)

// openingHour is when a day's messages begin where no quiet hours are configured.
const openingHour = 9 * 60

// allowedAt gives t itself, or the end of the quiet hours that t falls into.
func allowedAt(q config.Quiet, t time.Time) time.Time {
	if q.From == q.To {
		return t
	}
	day := models.DateOf(t).Start()
	minute := int(t.Sub(day) / time.Minute)
	switch {
	case q.From < q.To && minute >= q.From && minute < q.To:
		return day.Add(time.Duration(q.To) * time.Minute)
	case q.From > q.To && minute >= q.From:
		return day.Add(time.Duration(24*60+q.To) * time.Minute)
	case q.From > q.To && minute < q.To:
		return day.Add(time.Duration(q.To) * time.Minute)
	}
	return t
}

// openingOf gives the moment at which messages begin on a day.
func openingOf(q config.Quiet, day models.Date) time.Time {
	minute := q.To
	if q.From == q.To {
		minute = openingHour
	}
	return allowedAt(q, day.Start().Add(time.Duration(minute)*time.Minute))
}

// tomorrow gives the opening of the day after t.
func tomorrow(q config.Quiet, t time.Time) time.Time {
	return openingOf(q, models.DateOf(t).AddDays(1))
}
