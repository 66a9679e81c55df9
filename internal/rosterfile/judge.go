package rosterfile

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"huisheng/internal/sheet"
	"huisheng/models"
)

// judge turns rows of cells into a Row and its issues. It works on one row at a time and reuses what it gives back.
type judge struct {
	kind     models.OrgKind
	layout   *layout
	date1904 bool
	now      time.Time
	today    string
	province string
	levels   memo
	methods  memo
	regions  memo
	seen     *seen

	row     Row
	issues  []Issue
	refused bool
}

func newJudge(kind models.OrgKind, l *layout, opt Options, date1904 bool) *judge {
	now := opt.Now
	if now.IsZero() {
		now = time.Now()
	}
	return &judge{
		kind: kind, layout: l, date1904: date1904, now: now, today: string(models.DateOf(now)), province: cmp.Or(opt.Province, models.Province[:2]),
		levels: newMemo(opt.ParseLevel, levelCode), methods: newMemo(opt.ParseMethod, keep), regions: newMemo(opt.ParseRegion, regionCode),
		seen: newSeen(),
	}
}

func (j *judge) judge(r *sheet.Row) (*Row, []Issue) {
	j.row, j.issues, j.refused = Row{Line: r.Number}, j.issues[:0], false
	for i := range j.layout.bindings {
		b := &j.layout.bindings[i]
		j.cell(b, r.At(b.column))
	}
	j.together()
	if !j.refused {
		j.again()
	}
	return &j.row, j.issues
}

// cell judges what every cell has in common, then its meaning.
func (j *judge) cell(b *binding, c sheet.Cell) {
	switch c.Kind {
	case sheet.Fault:
		j.report(b.heading, errFault, SeverityError)
		return
	case sheet.NoResult:
		j.report(b.heading, errNoResult, SeverityError)
		return
	case sheet.Bool:
		j.report(b.heading, errBoolean, SeverityError)
		return
	}
	text := cleanText(c.Text)
	if blankMark(text) {
		if b.required {
			j.report(b.heading, missing(b.field), SeverityError)
		}
		return
	}
	switch b.field {
	case fName:
		j.name(b, c.Text)
	case fDocType:
		j.docType(b, text)
	case fDocument:
		j.document(b, c)
	case fPhone:
		j.phone(b, c)
	case fIssuedOn, fAssessedOn, fInternStart, fInternEnd, fGraduatesOn:
		j.date(b, c)
	case fLevel, fMethod, fExamRegion:
		j.coded(b, text)
	case fCertificate, fOccupationCode:
		j.number(b, c)
	default:
		j.text(b, c, text)
	}
}

func missing(f field) *models.ValueError {
	switch f {
	case fName:
		return models.ErrNameMissing
	case fDocument:
		return models.ErrDocumentMissing
	case fPhone:
		return models.ErrPhoneMissing
	}
	return errMissing
}

func (j *judge) report(heading string, e *models.ValueError, s Severity) {
	j.refused = j.refused || s == SeverityError
	j.issues = append(j.issues, Issue{j.row.Line, heading, e.Code, e.Message, s})
}

// reported says whether the row has an issue in the column; one remark about a cell is enough.
func (j *judge) reported(heading string) bool {
	return heading != "" && slices.ContainsFunc(j.issues, func(i Issue) bool { return i.Column == heading })
}

// fail reports an error of a parser in models.
func (j *judge) fail(b *binding, err error) {
	var v *models.ValueError
	if !errors.As(err, &v) { // cannot be; said so rather than let the row through
		v = errMissing
	}
	j.report(b.heading, v, SeverityError)
}

// together judges what only several cells show.
func (j *judge) together() {
	r := &j.row
	end, graduation := j.layout.heading(fInternEnd), j.layout.heading(fGraduatesOn)
	if j.kind == models.OrgSchool && r.InternEnd == "" && r.GraduatesOn == "" && !j.reported(end) && !j.reported(graduation) {
		j.report(cmp.Or(end, graduation), errEndMissing, SeverityError)
	}
	if r.InternStart != "" && r.InternEnd != "" && r.InternEnd < r.InternStart {
		j.report(j.layout.heading(fInternEnd), errDateOrder, SeverityError)
	}
	if r.Certificate == "" {
		return
	}
	year := 0
	if r.IssuedOn != "" {
		year = number(r.IssuedOn[:4])
	}
	for _, w := range models.CertificateWarnings(r.Certificate, r.Level, year, j.province) {
		j.report(j.layout.heading(fCertificate), w, SeverityWarning)
	}
	if wrongLetter(j.kind, r.Certificate[0]) {
		j.report(j.layout.heading(fCertificate), models.WarnCertificateLetter, SeverityWarning)
	}
}

// wrongLetter compares only the letters whose meaning is known: which one schools use is not.
func wrongLetter(kind models.OrgKind, letter byte) bool {
	return kind == models.OrgEnterprise && letter == 'S' || kind == models.OrgSocial && letter == 'Y'
}

// at gives the place of a field's value.
func (r *Row) at(f field) *string {
	return [fieldCount]*string{
		fName: &r.Name, fDocType: &r.DocType, fDocument: &r.Document, fPhone: &r.Phone, fDepartment: &r.Department, fPost: &r.Post,
		fOccupation: &r.Occupation, fOccupationCode: &r.OccupationCode, fLevel: &r.Level, fIssuedOn: &r.IssuedOn, fCertificate: &r.Certificate,
		fMethod: &r.Method, fAssessedOn: &r.AssessedOn, fStudentNo: &r.StudentNo, fMajor: &r.Major, fClass: &r.Class,
		fInternCompany: &r.InternCompany, fInternPost: &r.InternPost, fInternStart: &r.InternStart, fInternEnd: &r.InternEnd,
		fGraduatesOn: &r.GraduatesOn, fExamSite: &r.ExamSite, fExamRegion: &r.ExamSiteRegion, fCourse: &r.Course,
	}[f]
}
