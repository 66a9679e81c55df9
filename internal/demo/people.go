// Package demo makes synthetic people, rosters and answers for the demo province, for tests and for measuring. The same seed always gives the
// same people. Nobody real is among them: their document numbers carry the division code of a whole city (440100 …), which is never
// given to a person, and their phones are 138 0000 0000 and the numbers after it.
package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"huisheng/models"
)

// Person is one synthetic person with one assessment, in the words of a roster. Each kind of organisation uses the columns it has.
type Person struct {
	Name     string
	DocType  models.DocumentType
	Document string
	Phone    string // 11 digits

	Department     string
	Post           string
	Occupation     string
	OccupationCode string
	Level          string // level code
	Certificate    string
	IssuedOn       string // 2006-01-02, like every day here
	Method         string
	AssessedOn     string

	StudentNo   string
	Major       string
	Class       string
	Company     string
	CompanyPost string
	InternStart string
	InternEnd   string
	GraduatesOn string

	ExamSite   string
	ExamRegion string
	Course     string
}

// seedStride is how many people of one seed are surely none of another seed's.
const seedStride = 100_000

// People makes n people. Within one seed all documents and certificate numbers differ, and the phones too up to 100 000 people; seeds below
// 140 have no person in common.
func People(seed uint64, n int) []Person {
	rng := rand.New(rand.NewPCG(seed, 2021_17)) //nolint:gosec // invented people, the same each time
	people := make([]Person, n)
	for i := range people {
		p := &people[i]
		p.DocType, p.Document = models.DocResidentID, document(rng, seed*seedStride+uint64(i))
		p.Name = pick(rng, surnames) + pick(rng, givenNames)
		p.Phone = fmt.Sprintf("138%08d", (seed*1000+uint64(i))%100_000)
		assess(rng, p, seed, i)
		study(rng, p, i)
	}
	return people
}

// document gives the i-th number: day and sequence follow from i, so that no two are equal.
func document(rng *rand.Rand, i uint64) string {
	first := time.Date(1966, 1, 1, 0, 0, 0, 0, time.UTC)
	const days = 14_975   // to the end of 2006
	const scatter = 7_919 // has no factor in common with days
	born := first.AddDate(0, 0, int(i*scatter%days))
	return Document(pick(rng, cities), born, int(i/days%999)+1)
}

// Document gives a resident's number of 18 characters with a right check digit (GB 11643-1999). sequence is 1 to 999.
func Document(division string, born time.Time, sequence int) string {
	body := fmt.Sprintf("%s%s%03d", division, born.Format("20060102"), sequence)
	sum := 0
	for i, w := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(body[i]-'0')
	}
	return body + string("10X98765432"[sum%11])
}

func assess(rng *rand.Rand, p *Person, seed uint64, i int) {
	o := occupations[rng.IntN(len(occupations))]
	p.Occupation, p.OccupationCode = o.name, o.code
	p.Level = pick(rng, []string{"5", "5", "4", "4", "4", "3", "3", "2"})
	p.Department, p.Post = pick(rng, departments), o.name+"岗"
	p.Method = "过程化考核"
	assessed := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rng.IntN(240))
	p.AssessedOn, p.IssuedOn = day(assessed), day(assessed.AddDate(0, 0, 14+rng.IntN(21)))
	p.Certificate = fmt.Sprintf("Y000044%06d26%s%06d", seed%1_000_000, p.Level, i+1)
	p.ExamSite, p.ExamRegion = pick(rng, sites), pick(rng, cities)
	p.Course = o.name + "技能提升班"
}

func study(rng *rand.Rand, p *Person, i int) {
	p.StudentNo = fmt.Sprintf("2024%06d", i+1)
	p.Major = pick(rng, majors)
	p.Class = fmt.Sprintf("24级%s%d班", p.Major, 1+rng.IntN(4))
	p.Company, p.CompanyPost = pick(rng, companies), "实习生"
	start := time.Date(2026, 2, 16, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rng.IntN(21))
	p.InternStart, p.InternEnd, p.GraduatesOn = day(start), day(start.AddDate(0, 6, 0)), "2026-06-30"
}

// Filing is a filing letter that covers everybody whom People makes.
func Filing() models.Filing {
	f := models.Filing{LetterNo: "粤技评备〔2025〕001号", ValidFrom: "2025-01-01", ValidTo: "2028-12-31"}
	for _, o := range occupations {
		f.Occupations = append(f.Occupations, models.FiledOccupation{Code: o.code, Name: o.name, Levels: []string{"5", "4", "3", "2"}})
	}
	return f
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

func pick(rng *rand.Rand, from []string) string { return from[rng.IntN(len(from))] }
