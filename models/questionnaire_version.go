package models

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// PublishLead is how long after publishing new batches begin to use a version: by then every process has heard of it, and nobody meets a form that another
// process does not know.
const PublishLead = time.Minute

// MaxQuestionText is the most Chinese characters of a question: it must fit one phone screen in large text.
const MaxQuestionText = 22

// maxNotice bounds what a person is told before the first question.
const maxNotice = 3000

// QuestionnaireVersion is a version that the province published while the program ran. It never changes: people have answered it.
type QuestionnaireVersion struct {
	ID          string    `bson:"_id"` // code and version
	Code        string    `bson:"code"`
	Version     string    `bson:"version"`
	Source      string    `bson:"source"` // as the files of the catalog are written
	By          AccountID `bson:"by"`
	PublishedAt time.Time `bson:"published_at"`
	From        time.Time `bson:"from"` // when new batches begin to use it
}

// Wording is what a new version of a questionnaire may say differently. What is asked, and how answers count, stays: figures go on over versions.
type Wording struct {
	Title     LocalText         `json:"title"`
	Notice    LocalText         `json:"notice"`
	Questions []QuestionWording `json:"questions"`
}

// QuestionWording is the texts of one question; Hint may be empty.
type QuestionWording struct {
	ID      string          `json:"id"`
	Text    LocalText       `json:"text"`
	Hint    LocalText       `json:"hint"`
	Options []OptionWording `json:"options"`
}

// OptionWording is the text of one answer.
type OptionWording struct {
	Value string    `json:"value"`
	Text  LocalText `json:"text"`
}

// The errors of publishing.
var (
	ErrVersionOutdated = NewError(KindConflict, "version_outdated", "这份问卷已有更新的版本，请在最新版本上修改。", "There is a newer version of this questionnaire; please change that one.")
	ErrNothingChanged  = NewError(KindInvalid, "nothing_changed", "没有改动，不用发布新版本。", "Nothing is changed, so there is nothing to publish.")
)

// Wording gives the texts of a questionnaire in Chinese and English.
func (q *Questionnaire) Wording() Wording {
	w := Wording{Title: local(q.Title, q.TitleIn), Notice: local(q.Notice.Text, q.Notice.TextIn), Questions: []QuestionWording{}}
	for _, question := range q.Questions {
		x := QuestionWording{ID: question.ID, Text: local(question.Text, question.TextIn), Hint: local(question.Hint, question.HintIn), Options: []OptionWording{}}
		for _, o := range question.Options {
			x.Options = append(x.Options, OptionWording{o.Value, local(o.Text, o.TextIn)})
		}
		w.Questions = append(w.Questions, x)
	}
	return w
}

func local(zh string, in Translations) LocalText { return LocalText{Zh: zh, En: in[LangEnglish]} }

// Reword gives the next version with other words, and what is wrong with them. Questions and answers that w does not name keep theirs. A changed notice gets
// a version of its own, so that nobody's consent is taken for a text they did not see.
func (q *Questionnaire) Reword(w Wording, day time.Time) (*Questionnaire, []FieldError) {
	next := q.Next()
	r := rewording{}
	r.put("title", w.Title, &next.Title, &next.TitleIn)
	r.put("notice", w.Notice, &next.Notice.Text, &next.Notice.TextIn)
	if n := utf8.RuneCountInString(next.Notice.Text); n > maxNotice {
		r.fail("notice.zh", "too_long", "告知内容太长了。")
	}
	for _, x := range w.Questions {
		question := next.Question(x.ID)
		if question == nil {
			r.fail("questions", "unknown", "没有这道题："+x.ID)
			continue
		}
		r.question("questions."+x.ID, x, question)
	}
	if next.Notice.Text != q.Notice.Text || next.Notice.TextIn[LangEnglish] != q.Notice.TextIn[LangEnglish] {
		next.Notice.Version = day.In(Shanghai()).Format(time.DateOnly) + "/" + next.Version
	}
	next.Prepare()
	return next, r.wrong
}

type rewording struct{ wrong []FieldError }

func (r *rewording) fail(field, code, message string) {
	r.wrong = append(r.wrong, FieldError{Field: field, Code: code, Message: message})
}

// put takes a text that must be there in both languages.
func (r *rewording) put(field string, text LocalText, zh *string, in *Translations) {
	text.Zh, text.En = cleanText(text.Zh), cleanText(text.En)
	for _, x := range [][2]string{{".zh", text.Zh}, {".en", text.En}} {
		if x[1] == "" {
			r.fail(field+x[0], "required", "中英文都要填写。")
		} else if !Printable(strings.ReplaceAll(x[1], "\n", "")) {
			r.fail(field+x[0], "bad_text", "文字里有不能识别的字符。")
		}
	}
	*zh, *in = text.Zh, Translations{LangEnglish: text.En}
}

func (r *rewording) question(field string, x QuestionWording, q *Question) {
	r.put(field+".text", x.Text, &q.Text, &q.TextIn)
	switch {
	case utf8.RuneCountInString(q.Text) > MaxQuestionText:
		r.fail(field+".text.zh", "too_long", "题目最多22个字，放不进手机的一屏。")
	case strings.ContainsAny(q.Text, "()（）"):
		r.fail(field+".text.zh", "brackets", "括号里的话请写到提示里。")
	}
	if x.Hint.Zh == "" && x.Hint.En == "" {
		q.Hint, q.HintIn = "", nil
	} else {
		r.put(field+".hint", x.Hint, &q.Hint, &q.HintIn)
	}
	for _, o := range x.Options {
		i := slices.IndexFunc(q.Options, func(k Option) bool { return k.Value == o.Value })
		if i < 0 {
			r.fail(field+".options", "unknown", "没有这个选项："+o.Value)
			continue
		}
		r.put(field+".options."+o.Value, o.Text, &q.Options[i].Text, &q.Options[i].TextIn)
	}
}

// cleanText writes line ends as they are kept, and drops space around the text and at the ends of its lines.
func cleanText(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t\u3000")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
