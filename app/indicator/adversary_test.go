package indicator_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/config/catalog"
	"huisheng/models"
)

// spied is somebody of the simulation, with what each indicator has of them.
type spied struct {
	answers answers
	slice   models.Slice
	gone    bool
	parts   map[string]models.Cell // by indicator, of this person alone
}

// behind is who stands behind a cell that was shown, as they were then.
type behind map[*spied]models.Cell

// spiedRound is a round of the simulation.
type spiedRound struct {
	batch  models.Batch
	period int
	people []*spied
	tally  models.Tally
	who    map[models.Slice]map[string]behind // by group and indicator
}

// tallyStep computes a round's next tally: the product's own, or one with a planted leak.
type tallyStep func(previous models.Tally, f models.BatchFacts, defs []models.IndicatorDefinition) models.Tally

func honest(previous models.Tally, f models.BatchFacts, defs []models.IndicatorDefinition) models.Tally {
	return models.NewTally(previous, f, defs, "c", time.Time{})
}

// leaky shows each group anew as soon as so many people more are in it.
func leaky(step int64, corrections bool) tallyStep {
	move := func(shown map[string]models.Cell, live map[string]models.Cell) {
		for id, c := range live {
			if old := shown[id]; c.N >= old.N+step || corrections && c.N >= models.MinCell && c.N == old.N {
				shown[id] = c
			}
		}
	}
	return func(previous models.Tally, f models.BatchFacts, defs []models.IndicatorDefinition) models.Tally {
		t := honest(models.Tally{Version: previous.Version}, f, defs)
		rest := map[string]models.Cell{}
		for slice, g := range f.Groups {
			if !groupIn(f.Batch, slice) {
				models.MergeCells(rest, g.Answers)
			}
		}
		t.Released = map[string]models.Cell{}
		show := func(next *models.Shown, before *models.Shown, live map[string]models.Cell) {
			next.Cells = map[string]models.Cell{}
			if before != nil {
				models.MergeCells(next.Cells, before.Cells)
			}
			move(next.Cells, live)
			models.MergeCells(t.Released, next.Cells)
		}
		show(t.Rest, previous.Rest, rest)
		for i := range t.Slices {
			if t.Slices[i].Shown != nil {
				var before *models.Shown
				if len(previous.Slices) > i {
					before = previous.Slices[i].Shown
				}
				show(t.Slices[i].Shown, before, f.Groups[t.Slices[i].Slice].Answers)
			}
		}
		return t
	}
}

func groupIn(b models.Batch, slice models.Slice) bool {
	for _, s := range b.Slices {
		if s.Slice == slice {
			return s.Group
		}
	}
	return false
}

// spy is one simulation: an organisation that reads everything it can, over and over, while people answer, correct and withdraw.
type spy struct {
	r      *rand.Rand
	defs   []models.IndicatorDefinition // those made of people's answers
	form   *models.Questionnaire
	step   tallyStep
	rounds []*spiedRound
	// seen is what was read, by indicator and moment: for each filter and period the people behind the figure.
	seen map[string][][]behind
}

var spiedSlices = []models.Slice{{Occupation: "x", Level: "4"}, {Occupation: "y", Level: "4"}, {Occupation: "y", Level: "3"}, {Occupation: "x", Level: "3"}}

func newSpy(r *rand.Rand, c *catalog.Catalog, kind models.OrgKind, form string, step tallyStep) *spy {
	q, _ := c.Latest(form)
	s := &spy{r: r, form: q, step: step, seen: map[string][][]behind{}}
	for _, d := range c.Indicators(kind) {
		if d.Measure.Questionnaire == form && d.Measure.Type != models.MeasureBuiltin {
			s.defs = append(s.defs, d)
		}
	}
	for i := range 2 + r.IntN(2) {
		b := models.Batch{ID: models.BatchID(fmt.Sprint(i)), Kind: kind, People: 200, Questionnaire: models.QuestionnaireRef{Code: form, Version: q.Version}}
		for j, slice := range spiedSlices[:r.IntN(len(spiedSlices)+1)] { // none: a round that people join one by one
			b.Slices = append(b.Slices, models.BatchSlice{Slice: slice, People: 40, Group: j < 3})
		}
		s.rounds = append(s.rounds, &spiedRound{batch: b, period: r.IntN(2), who: map[models.Slice]map[string]behind{}})
	}
	return s
}

// alone counts one person.
func (s *spy) alone(p *spied) {
	counter := models.NewAnswerCounter(s.defs, guangzhou)
	counter.Add(p.slice, s.form, models.Answers(p.answers))
	p.parts = counter.Cells()[p.slice]
}

// change is something that somebody, or a shift together, does.
func (s *spy) change(b *spiedRound) {
	if len(b.people) < 8 || s.r.IntN(5) < 2 {
		p := &spied{answers: randomPerson(s.r, s.form), slice: append(spiedSlices, models.Slice{Occupation: "z"})[s.r.IntN(5)]}
		s.alone(p)
		b.people = append(b.people, p)
		return
	}
	p := b.people[s.r.IntN(len(b.people))]
	if s.r.IntN(3) == 0 {
		p.gone = true
		return
	}
	p.answers = randomPerson(s.r, s.form)
	s.alone(p)
}

// refresh is the job, and notes who stands behind what it shows.
func (s *spy) refresh(b *spiedRound) {
	f := models.BatchFacts{Batch: b.batch, Groups: map[models.Slice]models.GroupFacts{}}
	for _, p := range b.people {
		if p.gone {
			continue
		}
		slice := b.batch.Narrow(p.slice)
		g := f.Groups[slice]
		if g.Answers == nil {
			g.Answers = map[string]models.Cell{}
		}
		models.MergeCells(g.Answers, p.parts)
		f.Groups[slice] = g
	}
	before := shownOf(b.tally)
	b.tally = s.step(b.tally, f, s.defs)
	for group, cells := range shownOf(b.tally) {
		for id, c := range cells {
			if old := before[group][id]; old.N == c.N && old.Sum == c.Sum && sameHist(old, c) {
				continue
			}
			if b.who[group] == nil {
				b.who[group] = map[string]behind{}
			}
			b.who[group][id] = behind{}
			for _, p := range b.people {
				in := models.Slice{}
				if groupIn(b.batch, p.slice) {
					in = p.slice
				}
				if part := p.parts[id]; c.N > 0 && !p.gone && in == group && part.N > 0 {
					b.who[group][id][p] = part
				}
			}
		}
	}
}

func sameHist(a, b models.Cell) bool {
	for k := range a.Hist {
		if a.Hist[k] != b.Hist[k] {
			return false
		}
	}
	return len(a.Hist) == len(b.Hist)
}

func shownOf(t models.Tally) map[models.Slice]map[string]models.Cell {
	out := map[models.Slice]map[string]models.Cell{}
	if t.Rest != nil {
		out[models.Slice{}] = t.Rest.Cells
	}
	for _, part := range t.Slices {
		if part.Shown != nil {
			out[part.Slice] = part.Shown.Cells
		}
	}
	return out
}

// read reads every filter in every period through the product's own merging, and compares it with who is behind.
func (s *spy) read() error {
	filters := append([]models.Slice{{}, {Occupation: "x"}, {Occupation: "y"}, {Level: "4"}, {Level: "3"}}, spiedSlices...)
	now := map[string][]behind{}
	for period := -1; period < 2; period++ {
		var facts models.RollupFacts
		for _, b := range s.rounds {
			if period < 0 || b.period == period {
				facts.Tallies = append(facts.Tallies, b.tally)
			}
		}
		_, total := facts.Cells(s.defs)
		parts := facts.Slices(s.defs)
		for _, filter := range filters {
			cells := total
			if !filter.IsZero() {
				cells = map[string]models.Cell{}
				for _, part := range parts {
					if part.Within(filter) {
						models.MergeCells(cells, part.Shown)
					}
				}
			}
			for _, d := range s.defs {
				who := s.whoIs(d.ID, period, filter)
				if v := d.ReleasedValue(cells[d.ID], nil); !v.Suppressed && len(who) < models.MinCell || int(cells[d.ID].N) != len(who) {
					return fmt.Errorf("%s, %v shows %d people, %d are behind it", d.ID, filter, cells[d.ID].N, len(who))
				}
				now[d.ID] = append(now[d.ID], who)
			}
		}
	}
	for id, list := range now {
		s.seen[id] = append(s.seen[id], list)
	}
	return nil
}

func (s *spy) whoIs(id string, period int, filter models.Slice) behind {
	who := behind{}
	for _, b := range s.rounds {
		if period >= 0 && b.period != period {
			continue
		}
		for group, by := range b.who {
			if filter.IsZero() || !group.IsZero() && group.Within(filter) {
				for p, part := range by[id] {
					who[p] = part
				}
			}
		}
	}
	return who
}

// spoken counts the people of whom a combination of readings says anything.
func spoken(readings []behind, factors []int64) int {
	n, sums, hist := map[*spied]int64{}, map[*spied]int64{}, map[*spied]map[string]int64{}
	for i, reading := range readings {
		for p, part := range reading {
			n[p] += factors[i]
			sums[p] += factors[i] * part.Sum
			for k, v := range part.Hist {
				if hist[p] == nil {
					hist[p] = map[string]int64{}
				}
				hist[p][k] += factors[i] * v
			}
		}
	}
	found := 0
	for p := range n {
		said := n[p] != 0 || sums[p] != 0
		for _, v := range hist[p] {
			said = said || v != 0
		}
		if said {
			found++
		}
	}
	return found
}

// combine takes what was read at two to six moments, of one filter over time or of any, with whatever factors.
func (s *spy) combine() error {
	for range 4000 {
		d := s.defs[s.r.IntN(len(s.defs))]
		moments := s.seen[d.ID]
		one := s.r.IntN(len(moments[0]))
		same := s.r.IntN(2) == 0
		var readings []behind
		var factors []int64
		for i := range 2 + s.r.IntN(5) {
			at, which := moments[s.r.IntN(len(moments))], one
			if !same {
				which = s.r.IntN(len(at))
			}
			readings = append(readings, at[which])
			factors = append(factors, []int64{1, -1, 1, -1, 2, -2}[(i+s.r.IntN(2)*s.r.IntN(6))%6])
		}
		if n := spoken(readings, factors); n > 0 && n < models.MinCell {
			return fmt.Errorf("%s: %d readings with the factors %v say something of %d people", d.ID, len(readings), factors, n)
		}
	}
	return nil
}

func (s *spy) run(moments int) error {
	for range moments {
		b := s.rounds[s.r.IntN(len(s.rounds))]
		for range 1 + s.r.IntN(4) {
			s.change(b)
		}
		if s.r.IntN(4) > 0 { // sometimes the job is late
			s.refresh(b)
		}
		if err := s.read(); err != nil {
			return err
		}
	}
	return s.combine()
}

// spiedForms are a form of people for each kind of organisation.
func spiedForms() map[models.OrgKind][]string {
	return map[models.OrgKind][]string{models.OrgEnterprise: {"ENT_PARTICIPANT", "ENT_STAFF"}, models.OrgSchool: {"SCH_INTERN", "SCH_GRADUATE", "SCH_EMPLOYER"}, models.OrgSocial: {"SOC_TRAINEE"}}
}

// For every kind of organisation, over all of its indicators from people's answers, every filter and period, and up to six of eighty moments between which
// people answer in random steps, correct and withdraw: no combination of what the organisation read says anything of one to four people.
func TestNoCombinationOfMomentsRevealsFewPeople(t *testing.T) {
	c := loadCatalog(t)
	for kind, forms := range spiedForms() {
		for _, form := range forms {
			for seed := range uint64(4) {
				require.NoError(t, newSpy(rand.New(rand.NewPCG(seed, 12)), c, kind, form, honest).run(80), "%s %s, seed %d", kind, form, seed)
			}
		}
	}
}

// The adversary is worth something: it finds a step of three people, of four, and a correction that shows alone, for each kind of organisation.
func TestTheAdversaryFindsPlantedLeaks(t *testing.T) {
	c := loadCatalog(t)
	for name, step := range map[string]tallyStep{"steps of three": leaky(3, false), "steps of four": leaky(4, false), "corrections at once": leaky(models.MinCell, true)} {
		for kind, forms := range spiedForms() {
			found := 0
			for seed := range uint64(3) {
				if newSpy(rand.New(rand.NewPCG(seed, 13)), c, kind, forms[0], step).run(80) != nil {
					found++
				}
			}
			require.Positive(t, found, "%s, %s", name, kind)
		}
	}
}
