package models

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
)

// QuestionType says how a question is answered.
type QuestionType string

// The question types. Single and band are answered by an option's value, rating by 1–5, number by a whole number, text by free words, pick by
// an option's value if there are options and else by a name or code in free words.
const (
	QuestionSingle QuestionType = "single"
	QuestionBand   QuestionType = "band"
	QuestionRating QuestionType = "rating"
	QuestionNumber QuestionType = "number"
	QuestionText   QuestionType = "text"
	QuestionPick   QuestionType = "pick"
)

// Valid says whether t is a known type.
func (t QuestionType) Valid() bool {
	switch t {
	case QuestionSingle, QuestionBand, QuestionRating, QuestionNumber, QuestionText, QuestionPick:
		return true
	}
	return false
}

// ConsentWage names the separate consent that money questions need.
const ConsentWage = "wage"

// FeedScore among a question's feeds makes it part of the respondent's mean score.
const FeedScore = "score"

// The languages of texts. Chinese is the original, English is complete.
const (
	LangChinese = "zh"
	LangEnglish = "en"
)

// Translations holds a text in the languages other than Chinese, by language code.
type Translations map[string]string

// in gives the text in lang, or the Chinese original where there is none.
func (t Translations) in(lang, original string) string {
	if s, ok := t[lang]; ok && s != "" {
		return s
	}
	return original
}

// Questionnaire is one frozen version of a form. Its JSON is the public shape: scores, feeds and bounds of bands are not in it.
// Call Prepare once after making or changing one; after that it is read-only and safe to share.
type Questionnaire struct {
	Code      string        `json:"code"`
	Version   string        `json:"version"` // whole numbers from "1"; the greatest is the latest
	Kind      OrgKind       `json:"kind"`
	Lang      string        `json:"lang"`
	Title     string        `json:"title"`
	Notice    Notice        `json:"notice"`
	Consents  []ConsentText `json:"consents"` // separate consents that some questions need
	Questions []Question    `json:"questions"`

	TitleIn Translations `json:"-"`
	index   map[string]int
}

// Notice is what a person is told before the first question (PIPL art. 17).
type Notice struct {
	Version string       `json:"version"`
	Text    string       `json:"text"`
	TextIn  Translations `json:"-"`
	hash    string
}

// Hash is the SHA-256 of the text as shown, in hex: the proof of which words were agreed to. A translation has its own.
func (n Notice) Hash() string {
	if n.hash != "" {
		return n.hash
	}
	return hashText(n.Text)
}

func hashText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Proof is what is kept of consents that were given: the notice's version, and hashes of the words that were shown, in the language they were shown in.
func (q *Questionnaire) Proof(given Consents) Consents {
	kept := Consents{Notice: given.Notice, Wage: given.Wage, NoticeHash: q.Notice.Hash()}
	if text, ok := q.Notice.TextIn[given.Lang]; ok {
		kept.Lang, kept.NoticeHash = given.Lang, hashText(text)
	}
	for _, c := range q.Consents {
		if c.ID == ConsentWage && given.Wage {
			kept.WageHash = hashText(c.TextIn.in(kept.Lang, c.Text))
		}
	}
	return kept
}

// ConsentText is the wording of a separate consent.
type ConsentText struct {
	ID     string       `json:"id"`
	Text   string       `json:"text"`
	TextIn Translations `json:"-"`
}

// Question is one screen of a form.
type Question struct {
	ID       string       `json:"id"`
	Type     QuestionType `json:"type"`
	Text     string       `json:"text"`
	Hint     string       `json:"hint,omitempty"`
	Options  []Option     `json:"options"`
	Required bool         `json:"required"`
	ShowIf   *ShowIf      `json:"show_if"`
	Consent  string       `json:"consent"` // "wage": only asked after that consent
	Ends     []string     `json:"ends,omitempty"`
	Min      *int64       `json:"min,omitempty"`     // rating and number, inclusive
	Max      *int64       `json:"max,omitempty"`     // rating and number, inclusive
	MaxLen   int          `json:"max_len,omitempty"` // text and free pick, in characters

	Feeds  []string     `json:"-"` // what the answers are used for: score, auth, comp:x, alert:x …
	TextIn Translations `json:"-"`
	HintIn Translations `json:"-"`
}

// Option is one answer of a single, band or pick question.
type Option struct {
	Value string `json:"value"`
	Text  string `json:"text"`

	Score  *int         `json:"-"` // 0–100; nil: not scored, in neither numerator nor denominator
	From   *int         `json:"-"` // band: lower bound in yuan, inclusive; nil: no amount (不想说)
	To     *int         `json:"-"` // band: upper bound in yuan, exclusive; nil with From set: open above
	Flag   string       `json:"-"` // quality flag that this answer raises, e.g. non_participant
	TextIn Translations `json:"-"`
}

// ShowIf shows a question only if an earlier one was answered with one of the values. An earlier question that is hidden itself has no answer.
type ShowIf struct {
	Question string   `json:"question"`
	In       []string `json:"in"`
}

// The greatest lengths of free words in characters, where a question names none.
const (
	DefaultTextLen = 300
	DefaultPickLen = 100
)

// Prepare fills what is derived: the index by question id, the notice's hash, the bounds of ratings (1–5) and the default lengths.
func (q *Questionnaire) Prepare() {
	q.index = make(map[string]int, len(q.Questions))
	for i := range q.Questions {
		question := &q.Questions[i]
		q.index[question.ID] = i
		question.prepare()
	}
	if q.Consents == nil {
		q.Consents = []ConsentText{}
	}
	q.Notice.hash = ""
	q.Notice.hash = q.Notice.Hash()
	if q.Lang == "" {
		q.Lang = LangChinese
	}
}

func (q *Question) prepare() {
	switch {
	case q.Type == QuestionRating:
		one, five := int64(1), int64(5)
		q.Min, q.Max = &one, &five
	case q.Type == QuestionText && q.MaxLen == 0:
		q.MaxLen = DefaultTextLen
	case q.Type == QuestionPick && len(q.Options) == 0 && q.MaxLen == 0:
		q.MaxLen = DefaultPickLen
	}
	if q.Options == nil {
		q.Options = []Option{} // [] in JSON, so that every page may loop over it
	}
}

// Question finds a question by id; nil if there is none.
func (q *Questionnaire) Question(id string) *Question {
	if i, ok := q.index[id]; ok {
		return &q.Questions[i]
	}
	return nil
}

// Ref names this exact version.
func (q *Questionnaire) Ref() QuestionnaireRef {
	return QuestionnaireRef{Code: q.Code, Version: q.Version}
}

// Localized gives a prepared copy with the texts of lang, or a Chinese one if there is no such translation. Ids, values and rules are
// the same, so answers given in one language are valid in every other. Call it on the original, not on a localized copy.
func (q *Questionnaire) Localized(lang string) Questionnaire {
	out := *q
	if _, ok := q.TitleIn[lang]; !ok {
		return out
	}
	out.Lang = lang
	out.Title = q.TitleIn.in(lang, q.Title)
	out.Notice.Text = q.Notice.TextIn.in(lang, q.Notice.Text)
	out.Consents = make([]ConsentText, len(q.Consents))
	for i, c := range q.Consents {
		c.Text = c.TextIn.in(lang, c.Text)
		out.Consents[i] = c
	}
	out.Questions = make([]Question, len(q.Questions))
	for i, question := range q.Questions {
		out.Questions[i] = question.localized(lang)
	}
	out.Prepare()
	return out
}

func (q Question) localized(lang string) Question {
	q.Text = q.TextIn.in(lang, q.Text)
	q.Hint = q.HintIn.in(lang, q.Hint)
	options := make([]Option, len(q.Options))
	for i, o := range q.Options {
		o.Text = o.TextIn.in(lang, o.Text)
		options[i] = o
	}
	q.Options = options
	return q
}

// Option finds an option by value; nil if there is none.
func (q *Question) Option(value string) *Option {
	for i := range q.Options { // at most a dozen: cheaper than a map
		if q.Options[i].Value == value {
			return &q.Options[i]
		}
	}
	return nil
}

// ScoreOf gives the score (0–100) of a cleaned answer and whether it has one: an option's own score, or 0, 25, 50, 75, 100 for a rating
// of 1 to 5. Answers such as 不清楚 have none.
func (q *Question) ScoreOf(answer any) (score int, ok bool) {
	switch v := answer.(type) {
	case string:
		if o := q.Option(v); o != nil && o.Score != nil {
			return *o.Score, true
		}
	case int64:
		if q.Type == QuestionRating && v >= 1 && v <= 5 {
			return int(v-1) * 25, true
		}
	}
	return 0, false
}

// ExactWages says of every question whether it asks for an exact amount of money that somebody earns.
func (q *Questionnaire) ExactWages() map[string]bool {
	ids := map[string]bool{}
	for _, x := range q.Questions {
		if x.Type == QuestionNumber && x.Consent == ConsentWage {
			ids[x.ID] = true
		}
	}
	return ids
}

// ForYoung gives the form as those under AgeOfWages are asked it: without the exact wages. It is the same version, with answers that are valid in both.
func (q *Questionnaire) ForYoung() *Questionnaire {
	wages := q.ExactWages()
	if len(wages) == 0 {
		return q
	}
	out := *q
	out.Questions = slices.DeleteFunc(slices.Clone(q.Questions), func(x Question) bool { return wages[x.ID] })
	out.Prepare()
	return &out
}

// Next gives the draft of the next version: everything as it is, in a copy that may be changed. Prepare it when the changes are made.
func (q *Questionnaire) Next() *Questionnaire {
	out := *q
	if n, err := strconv.Atoi(q.Version); err == nil {
		out.Version = strconv.Itoa(n + 1)
	}
	out.TitleIn, out.Notice.TextIn = maps.Clone(q.TitleIn), maps.Clone(q.Notice.TextIn)
	out.Consents, out.Questions = slices.Clone(q.Consents), slices.Clone(q.Questions)
	for i := range out.Questions {
		question := &out.Questions[i]
		question.TextIn, question.HintIn, question.Options = maps.Clone(question.TextIn), maps.Clone(question.HintIn), slices.Clone(question.Options)
		for j := range question.Options {
			question.Options[j].TextIn = maps.Clone(question.Options[j].TextIn)
		}
	}
	out.Prepare()
	return &out
}
