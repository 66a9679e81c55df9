package calendar

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"huisheng/models"
)

// The words of a notice: 一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
var (
	noticeYear   = regexp.MustCompile(`(20\d\d)\s*年(?:部分)?节假日`)
	noticeNumber = regexp.MustCompile(`国办发明电\s*[〔\[［(（]\s*20\d\d\s*[〕\]］)）]\s*\d+\s*号`)
	noticeLine   = regexp.MustCompile(`(?m)^[\s　]*[一二三四五六七八九十]+[、.．][\s　]*([^：:\n]{1,20})[：:]([^\n]+)$`)
	// a day, perhaps the first of a run: year, month, day, weekday; then month, day, weekday of the last
	noticeDays = regexp.MustCompile(`(?:(20\d\d)年)?(?:(\d{1,2})月)?(\d{1,2})日(?:[（(](?:农历[^）)]*[、，])?(?:周|星期)([一二三四五六日天])[^）)]*[）)])?(?:(?:至|到|-|—)(?:(20\d\d)年)?(?:(\d{1,2})月)?(\d{1,2})日(?:[（(](?:农历[^）)]*[、，])?(?:周|星期)([一二三四五六日天])[^）)]*[）)])?)?`)
	noticePart = regexp.MustCompile(`[^。；;]+[。；;]?`)
	noticeSum  = regexp.MustCompile(`共\s*(\d+)\s*天`)
)

// ReadNotice reads the text of a notice as it is published, pasted whole or only its lines. What it says of weekdays and of the number of days is held
// against the dates, so that a slip in typing is found. What it cannot read is located by the line's festival.
func ReadNotice(text string, year int, number string) (models.CalendarYear, error) {
	y := models.CalendarYear{Year: year, Number: strings.TrimSpace(number)}
	if m := noticeYear.FindStringSubmatch(text); y.Year == 0 && m != nil {
		y.Year, _ = strconv.Atoi(m[1])
	}
	if y.Number == "" {
		y.Number = strings.ReplaceAll(noticeNumber.FindString(text), " ", "")
	}
	var wrong []models.FieldError
	if y.Year == 0 {
		wrong = append(wrong, models.FieldError{Field: "year", Code: "required", Message: "没有从文字里看出是哪一年，请填写年份。"})
	}
	for _, m := range noticeLine.FindAllStringSubmatch(text, -1) {
		f, problems := readFestival(strings.TrimSpace(m[1]), m[2], y.Year)
		y.Days = append(y.Days, f)
		for _, p := range problems {
			wrong = append(wrong, models.FieldError{Field: "text", Code: "unreadable", Message: f.Name + "：" + p})
		}
	}
	if len(y.Days) == 0 {
		wrong = append(wrong, models.FieldError{
			Field: "text", Code: "no_days", Message: "没有读出放假的日子。请粘贴通知的正文，每个节日一行，例如：一、元旦：1月1日（周五）至3日（周日）放假调休，共3天。1月4日（周一）上班。",
		})
	}
	if len(wrong) > 0 {
		return y, models.ErrInvalid.WithFields(wrong...)
	}
	return y, nil
}

func readFestival(name, text string, year int) (models.Festival, []string) {
	r := noticeReader{year: year, f: models.Festival{Name: name, Rest: []models.Date{}, Work: []models.Date{}}}
	for _, part := range noticePart.FindAllString(text, -1) {
		switch {
		case strings.Contains(part, "上班"):
			r.days(part, &r.f.Work)
		case strings.Contains(part, "放假") || strings.Contains(part, "休息"):
			r.days(part, &r.f.Rest)
			if m := noticeSum.FindStringSubmatch(part); m != nil && m[1] != strconv.Itoa(len(r.f.Rest)) {
				r.problem(fmt.Sprintf("写着共%s天，读出来是%d天。", m[1], len(r.f.Rest)))
			}
		}
	}
	if len(r.f.Rest) == 0 {
		r.problem("没有读出放假的日子。")
	}
	return r.f, r.problems
}

// noticeReader reads one festival's line; a day without a month is in the month of the one before.
type noticeReader struct {
	year     int
	month    int
	f        models.Festival
	problems []string
}

func (r *noticeReader) problem(p string) { r.problems = append(r.problems, p) }

func (r *noticeReader) days(part string, into *[]models.Date) {
	for _, m := range noticeDays.FindAllStringSubmatch(part, -1) {
		first, ok := r.day(m[1], m[2], m[3], m[4])
		if !ok {
			continue
		}
		last := first
		if m[7] != "" {
			if last, ok = r.day(m[5], m[6], m[7], m[8]); !ok {
				continue
			}
		}
		if last < first || last > first.AddDays(maxRun) {
			r.problem(fmt.Sprintf("从%s到%s读不通。", first, last))
			continue
		}
		for d := first; d <= last; d = d.AddDays(1) {
			*into = append(*into, d)
		}
	}
}

// maxRun is more days than any holiday had.
const maxRun = 14

func (r *noticeReader) day(year, month, day, weekday string) (models.Date, bool) {
	y := r.year
	if year != "" {
		y, _ = strconv.Atoi(year)
	}
	if month != "" {
		r.month, _ = strconv.Atoi(month)
	}
	n, _ := strconv.Atoi(day)
	d, err := models.ParseDate(fmt.Sprintf("%04d-%02d-%02d", y, r.month, n))
	if err != nil {
		r.problem(fmt.Sprintf("没有%d年%d月%d日这一天。", y, r.month, n))
		return "", false
	}
	if weekday == "天" {
		weekday = "日"
	}
	if weekday != "" && !strings.HasSuffix(d.Weekday(), weekday) {
		r.problem(fmt.Sprintf("%d月%d日写着周%s，实际是%s，请核对。", r.month, n, weekday, d.Weekday()))
	}
	return d, true
}
