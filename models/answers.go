package models

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Answers are a person's answers by question id. After Validate a value is a string (an option's value or trimmed words) or an int64.
type Answers map[string]any

// maxAnswerErrors bounds the list of wrong fields, so that a hostile body cannot buy a huge reply.
const maxAnswerErrors = 30

// Validate checks every rule of the form, because the phone's own checks prove nothing: known questions, right types, listed options, ranges,
// lengths, required ones answered, nothing answered that was hidden, came after an ending answer or lacked its consent. An answer of null or
// blank text counts as not given. It returns the cleaned answers, or all that is wrong and nil. The questionnaire must be prepared.
func (q *Questionnaire) Validate(answers map[string]any, consents Consents) (Answers, []FieldError) {
	v := validation{q: q, raw: answers, wage: consents.Wage, clean: make(Answers, len(answers))}
	v.notice(consents.Notice)
	for i := range q.Questions {
		v.question(&q.Questions[i])
	}
	if v.seen < len(answers) {
		v.unknown()
	}
	if len(v.errs) > 0 {
		return nil, v.errs[:min(len(v.errs), maxAnswerErrors)]
	}
	return v.clean, nil
}

// validation is the state of one pass over the questions in their order.
type validation struct {
	q     *Questionnaire
	raw   map[string]any
	wage  bool
	clean Answers
	seen  int             // how many of raw's keys are known questions
	ended bool            // an ending answer was given
	wrong map[string]bool // questions with an error: what depends on them cannot be judged
	errs  []FieldError
}

func (v *validation) fail(field, code, message string) {
	v.errs = append(v.errs, FieldError{Field: field, Code: code, Message: message})
}

func (v *validation) failAnswer(id, code, message string) {
	if v.wrong == nil {
		v.wrong = make(map[string]bool)
	}
	v.wrong[id] = true
	v.fail("answers."+id, code, message)
}

func (v *validation) notice(version string) {
	switch version {
	case v.q.Notice.Version:
	case "":
		v.fail("consents.notice", "notice_required", "请先阅读并同意告知内容。")
	default:
		v.fail("consents.notice", "notice_outdated", "告知内容已更新，请重新打开页面阅读。")
	}
}

func (v *validation) question(q *Question) {
	raw, present := v.raw[q.ID]
	if present {
		v.seen++
	}
	given := present && !blank(raw)
	shown, known := v.shown(q)
	switch {
	case v.ended:
		v.refuse(given, q.ID, "after_end", "前面的回答已结束填写，这一题不用答。")
	case known && !shown:
		v.refuse(given, q.ID, "hidden", "按前面的回答，这一题不用答。")
	case q.Consent == ConsentWage && !v.wage:
		v.refuse(given, q.ID, "consent_required", "没有同意提供收入信息，这一题不能提交。")
	case given:
		v.answer(q, raw)
	case q.Required && known:
		v.failAnswer(q.ID, "required", "这一题还没有回答。")
	}
}

func (v *validation) refuse(given bool, id, code, message string) {
	if given {
		v.failAnswer(id, code, message)
	}
}

// shown says whether the form shows q, and whether that can be told at all: not while the question it depends on is wrong itself.
func (v *validation) shown(q *Question) (shown, known bool) {
	if q.ShowIf == nil {
		return true, true
	}
	if v.wrong[q.ShowIf.Question] {
		return true, false
	}
	value, _ := v.clean[q.ShowIf.Question].(string)
	return value != "" && slices.Contains(q.ShowIf.In, value), true
}

func (v *validation) answer(q *Question, raw any) {
	value, code, message := q.clean(raw)
	if code != "" {
		v.failAnswer(q.ID, code, message)
		return
	}
	v.clean[q.ID] = value
	if s, ok := value.(string); ok && slices.Contains(q.Ends, s) {
		v.ended = true
	}
}

// unknown reports the keys that are no questions, in order, cut to a length that is safe to echo.
func (v *validation) unknown() {
	for _, id := range slices.Sorted(maps.Keys(v.raw)) {
		if _, ok := v.q.index[id]; ok {
			continue
		}
		if len(v.errs) >= maxAnswerErrors {
			return
		}
		v.fail("answers."+echo(id), "unknown_question", "没有这道题，请刷新页面后再填。")
	}
}

// echo makes a stranger's key safe to repeat in a reply: printable and at most 40 characters.
func echo(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s[:min(len(s), 160)])
	if r := []rune(s); len(r) > 40 {
		return string(r[:40])
	}
	return s
}

// blank says whether an answer counts as not given.
func blank(raw any) bool {
	if raw == nil {
		return true
	}
	s, ok := raw.(string)
	return ok && strings.TrimSpace(s) == ""
}

// clean turns a raw answer into its stored form, or says what is wrong with it.
func (q *Question) clean(raw any) (value any, code, message string) {
	switch q.Type {
	case QuestionRating, QuestionNumber:
		return q.cleanNumber(raw)
	case QuestionText:
		return q.cleanText(raw)
	case QuestionPick:
		if len(q.Options) == 0 {
			return q.cleanText(raw)
		}
	}
	s, ok := raw.(string)
	if !ok {
		return nil, "wrong_type", "请选择一个选项。"
	}
	o := q.Option(s)
	if o == nil {
		return nil, "not_an_option", "没有这个选项，请重新选择。"
	}
	return o.Value, "", "" // the form's own string, so that the request's buffer is not kept alive
}

func (q *Question) cleanNumber(raw any) (value any, code, message string) {
	n, ok := wholeNumber(raw)
	if !ok {
		return nil, "wrong_type", "请填写整数。"
	}
	if q.Min != nil && n < *q.Min || q.Max != nil && n > *q.Max {
		return nil, "out_of_range", q.rangeMessage()
	}
	return n, "", ""
}

func (q *Question) rangeMessage() string {
	switch {
	case q.Max == nil:
		return fmt.Sprintf("请填写不小于%d的整数。", *q.Min)
	case q.Min == nil:
		return fmt.Sprintf("请填写不大于%d的整数。", *q.Max)
	}
	return fmt.Sprintf("请填写%d到%d之间的整数。", *q.Min, *q.Max)
}

// wholeNumber accepts what JSON decoders give for a whole number; 3.0 is one, 3.5 and "3" are not.
func wholeNumber(raw any) (int64, bool) {
	switch n := raw.(type) {
	case float64:
		if n != math.Trunc(n) || math.Abs(n) > 1<<53 {
			return 0, false
		}
		return int64(n), true
	case int64:
		return n, true
	case int:
		return int64(n), true
	case int32:
		return int64(n), true
	case interface{ Int64() (int64, error) }: // json.Number
		i, err := n.Int64()
		return i, err == nil
	}
	return 0, false
}

func (q *Question) cleanText(raw any) (value any, code, message string) {
	s, ok := raw.(string)
	if !ok {
		return nil, "wrong_type", "请填写文字。"
	}
	if !utf8.ValidString(s) {
		return nil, "bad_text", "文字里有不能识别的字符，请重新输入。"
	}
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	if utf8.RuneCountInString(s) > q.MaxLen {
		return nil, "too_long", fmt.Sprintf("最多写%d个字。", q.MaxLen)
	}
	if strings.ContainsFunc(s, unwanted) {
		return nil, "bad_text", "文字里有不能识别的字符，请重新输入。"
	}
	return s, "", ""
}

// unwanted runes are control characters, except the line break and tab that a phone's keyboard makes, and the marks that reverse the
// direction of writing: they can make a text read differently on an official's screen than it is.
func unwanted(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return unicode.IsControl(r)
}

// Canonical encodes cleaned answers and consents the same way every time, whatever the order of the map: the input of the digest by which
// the same submission is known again. The language that was shown does not matter, so the notice's hash is not in it.
func Canonical(answers Answers, consents Consents) []byte {
	b := make([]byte, 0, 64+32*len(answers))
	b = append(b, `{"answers":{`...)
	for i, id := range slices.Sorted(maps.Keys(answers)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, id)
		b = append(b, ':')
		b = appendCanonical(b, answers[id])
	}
	b = append(b, `},"consents":{"notice":`...)
	b = strconv.AppendQuote(b, consents.Notice)
	b = append(b, `,"wage":`...)
	b = strconv.AppendBool(b, consents.Wage)
	return append(b, "}}"...)
}

func appendCanonical(b []byte, value any) []byte {
	if s, ok := value.(string); ok {
		return strconv.AppendQuote(b, s)
	}
	if n, ok := wholeNumber(value); ok {
		return strconv.AppendInt(b, n, 10)
	}
	return fmt.Appendf(b, "%T(%v)", value, value) // never of cleaned answers; still the same every time
}
