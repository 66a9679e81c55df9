// Package calendar keeps the working-day calendar: the years that came with the program and those that an official imported.
package calendar

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"huisheng/app/audit"
	"huisheng/app/port"
	"huisheng/config/catalog"
	"huisheng/models"
	"huisheng/models/store"
)

// believed is how long this process goes by what it read: how late an import takes effect in the others.
const believed = 10 * time.Second

// Service gives the calendar that counts. It is safe for concurrent use.
type Service struct {
	store *store.Store
	base  []models.CalendarYear
	audit *audit.Log
	now   port.Clock
	log   *slog.Logger

	mu    sync.Mutex // protects what follows
	known Known
	read  time.Time // when it was read; zero: never
}

// Known is the calendar with the years that it is made of.
type Known struct {
	*models.Calendar
	Years []models.CalendarYear // rising
	Hash  string                // another one: deadlines are to be reckoned anew
}

// New makes the service.
func New(s *store.Store, c *catalog.Catalog, a *audit.Log, now port.Clock, log *slog.Logger) *Service {
	k, err := known(c.CalendarYears())
	if err != nil { // the catalog has been checked; so this is a broken program
		panic(fmt.Sprintf("calendar of the catalog: %v", err))
	}
	return &Service{store: s, base: k.Years, audit: a, now: now, log: log, known: k}
}

// Current gives the calendar with every imported year. When the database does not answer it is what was known last: a deadline that is worked out
// from it is provisional at worst, and reckoned anew later.
func (s *Service) Current(ctx context.Context) Known {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); s.read.IsZero() || now.Sub(s.read) >= believed || now.Before(s.read) {
		if err := s.load(ctx); err != nil {
			s.log.WarnContext(ctx, "the calendar could not be read; going by the last one", "error", err)
		}
	}
	return s.known
}

// load reads the imported years. The caller holds mu.
func (s *Service) load(ctx context.Context) error {
	imported, err := s.store.CalendarYears(ctx)
	if err != nil {
		return err
	}
	years := slices.Clone(s.base)
	for _, y := range imported {
		if i := slices.IndexFunc(years, func(b models.CalendarYear) bool { return b.Year == y.Year }); i >= 0 {
			years[i] = y
			continue
		}
		years = append(years, y)
	}
	k, err := known(years)
	if err != nil {
		return err
	}
	s.known, s.read = k, s.now()
	return nil
}

// known makes the calendar of years, which stay as they are.
func known(given []models.CalendarYear) (Known, error) {
	years := make([]models.CalendarYear, len(given))
	for i, y := range given {
		years[i] = tidy(y)
	}
	cal, err := models.AssembleCalendar(years)
	if err != nil {
		return Known{}, err
	}
	slices.SortFunc(years, func(a, b models.CalendarYear) int { return a.Year - b.Year })
	sum := sha256.New()
	if err := json.NewEncoder(sum).Encode(cal.Days()); err != nil {
		return Known{}, fmt.Errorf("digest of the calendar: %w", err)
	}
	sum.Write([]byte(cal.CoveredUntil()))
	return Known{Calendar: cal, Years: years, Hash: hex.EncodeToString(sum.Sum(nil))[:16]}, nil
}

// Imported is the year as it is kept, and what follows from it.
type Imported struct {
	Year         models.CalendarYear
	Workdays     int
	CoveredUntil models.Date
	Changed      bool // false: it was there already, word for word
}

// Import takes a year from an official of the province. ErrInvalid says what cannot be right, ErrYearKnown that other days are known for this year
// and replace was not asked for. The same again is harmless. With dry nothing is kept.
func (s *Service) Import(ctx context.Context, p models.Principal, y models.CalendarYear, replace, dry bool) (Imported, error) {
	if p.Role != models.RoleProvince {
		return Imported{}, models.ErrForbidden
	}
	if wrong := y.Check(); len(wrong) > 0 {
		return Imported{}, models.ErrInvalid.WithFields(wrong...)
	}
	y = tidy(y)
	out := Imported{Year: y, Changed: true}
	if err := s.judge(ctx, y, replace, &out); err != nil {
		return Imported{}, err
	}
	if dry || !out.Changed {
		return out, nil
	}
	err := s.audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditCalendar, Object: fmt.Sprintf("calendar/%d", y.Year), Region: models.Province,
		Detail: map[string]string{"workdays": fmt.Sprint(out.Workdays)},
	})
	if err != nil {
		return Imported{}, err
	}
	y.By, y.ImportedAt = p.Account, s.now().UTC().Truncate(time.Millisecond)
	if err := s.store.PutCalendarYear(ctx, y); err != nil {
		return Imported{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out.Year = y
	return out, s.load(ctx)
}

// judge compares with what is known and works out what the calendar would be.
func (s *Service) judge(ctx context.Context, y models.CalendarYear, replace bool, out *Imported) error {
	years := slices.Clone(s.Current(ctx).Years)
	i := slices.IndexFunc(years, func(k models.CalendarYear) bool { return k.Year == y.Year })
	switch {
	case i < 0:
		years = append(years, y)
	case same(years[i], y):
		out.Changed = false
	case !replace:
		return models.ErrYearKnown
	default:
		years[i] = y
	}
	k, err := known(years)
	if err != nil {
		return models.ErrInvalid.Because(err)
	}
	last := func(year int) models.Date { return models.Date(fmt.Sprintf("%d-12-31", year)) }
	out.Workdays, _ = k.CountWorkdays(last(y.Year-1), last(y.Year))
	out.CoveredUntil = k.CoveredUntil()
	return nil
}

// same compares what a notice says, not who imported it.
func same(a, b models.CalendarYear) bool {
	x, errX := json.Marshal(tidy(a))
	y, errY := json.Marshal(tidy(b))
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// tidy writes an absent list as an empty one.
func tidy(y models.CalendarYear) models.CalendarYear {
	y.Days = slices.Clone(y.Days)
	for i := range y.Days {
		if y.Days[i].Work == nil {
			y.Days[i].Work = []models.Date{}
		}
	}
	return y
}

// Warn writes to the log when a year is missing that is wanted now. The program does it when it starts and once a day.
func (s *Service) Warn(ctx context.Context) error {
	if year := s.Current(ctx).CalendarWarning(s.now()); year != 0 {
		s.log.WarnContext(ctx, "the working-day calendar lacks a year: deadlines in it are provisional; import it on the console", "year", year)
	}
	return nil
}
