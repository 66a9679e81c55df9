package models

import (
	"encoding/binary"
	"slices"
)

// pack writes the answers that figures are made of, options by their place and numbers as they are, in two or three bytes each. Words are left out.
func pack(q *Questionnaire, a Answers) string {
	b := make([]byte, 0, 32)
	for i := range q.Questions {
		question := &q.Questions[i]
		var value int64
		switch v := a[question.ID].(type) {
		case string:
			place := slices.IndexFunc(question.Options, func(o Option) bool { return o.Value == v })
			if place < 0 {
				continue
			}
			value = int64(place)
		case int64:
			value = v
		default:
			continue
		}
		b = binary.AppendUvarint(b, uint64(i))
		b = binary.AppendVarint(b, value)
	}
	return string(b)
}

// unpack reads what pack wrote.
func unpack(q *Questionnaire, packed string) Answers {
	a, b := Answers{}, []byte(packed)
	for len(b) > 0 {
		i, n := binary.Uvarint(b)
		value, m := binary.Varint(b[n:])
		b = b[n+m:]
		if question := &q.Questions[i]; len(question.Options) > 0 {
			a[question.ID] = question.Options[value].Value
		} else {
			a[question.ID] = value
		}
	}
	return a
}
