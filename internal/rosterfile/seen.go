package rosterfile

import (
	"hash/maphash"
)

// seen remembers what earlier rows had, as hashes with a seed of their own: 20 bytes a row whatever the names, and nobody can make two values
// collide on purpose. Two of 200 000 values collide by chance once in a billion files.
type seen struct {
	seed         maphash.Seed
	rows         map[uint64]uint32
	certificates map[uint64]uint32
	phones       map[uint64]owner
}

type owner struct {
	line   uint32
	person uint32 // part of the person's hash
}

func newSeen() *seen {
	return &seen{maphash.MakeSeed(), map[uint64]uint32{}, map[uint64]uint32{}, map[uint64]owner{}}
}

func (s *seen) hash(parts ...string) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seed)
	for _, p := range parts {
		_, _ = h.WriteString(p) // never fails
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}

// again compares a row without errors with the earlier ones, and remembers it unless it is refused now. What makes two rows the same record
// is what makes two records the same: person, occupation (a school's major) and level, and for internships the company and its start.
func (j *judge) again() {
	s, r := j.seen, &j.row
	line := uint32(r.Line) //nolint:gosec // a line of a spreadsheet
	person := s.hash("person", r.DocType, r.Document)
	same := s.hash("row", r.DocType, r.Document, r.Occupation, r.Major, r.Level, r.InternCompany, r.InternStart)
	if first, ok := s.rows[same]; ok {
		j.report(j.layout.heading(fDocument), duplicate(errDuplicateRow, "与第%d行重复：同一人、同一职业（专业）和等级。请删除其中一行。", first), SeverityError)
		return
	}
	certificate := s.hash("certificate", r.Certificate)
	if first, ok := s.certificates[certificate]; ok && r.Certificate != "" {
		j.report(j.layout.heading(fCertificate), duplicate(errDuplicateCert, "证书编号与第%d行相同，一个编号只能属于一条记录，请核对。", first), SeverityError)
		return
	}
	s.rows[same] = line
	if r.Certificate != "" {
		s.certificates[certificate] = line
	}
	phone := s.hash("phone", r.Phone)
	first, ok := s.phones[phone]
	switch {
	case !ok:
		s.phones[phone] = owner{line, uint32(person)} //nolint:gosec // half of a hash
	case first.person != uint32(person): //nolint:gosec // half of a hash
		j.report(j.layout.heading(fPhone), duplicate(warnSharedPhone, "手机号码与第%d行的另一人相同，请核对；两人共用时可以忽略。", first.line), SeverityWarning)
	}
}
