package rosterfile

import "huisheng/models"

// Row is one person's assessment as it is kept: values cleaned, dates as 2006-01-02, phone in E.164, levels and methods as codes of the
// catalog. A field with an error is empty.
type Row struct {
	Line int // as the spreadsheet program counts

	Name, DocType, Document, Phone      string
	Department, Post                    string
	Occupation, OccupationCode, Level   string
	Certificate, IssuedOn               string
	Method, AssessedOn                  string
	StudentNo, Major, Class             string
	InternCompany, InternPost           string
	InternStart, InternEnd, GraduatesOn string
	ExamSite, ExamSiteRegion, Course    string

	Cells []string // the whole row as the file has it, for RejectedWriter; valid only during the call that hands it over
}

// Severity says what an issue means for its row.
type Severity string

// The severities. One error refuses the row; the others let it through.
const (
	SeverityError    Severity = "error"
	SeverityRepaired Severity = "repaired"
	SeverityWarning  Severity = "warning"
	SeverityNote     Severity = "note" // about the file: a column not used, a row skipped
)

// Issue is one remark about one cell, or about a row when Column is empty. Message never repeats the cell's content.
type Issue struct {
	Row      int      `json:"row"`
	Column   string   `json:"column"` // the heading as the file has it
	Code     string   `json:"code"`
	Message  string   `json:"message"`
	Severity Severity `json:"severity"`
}

// Refused says whether the issues refuse their row.
func Refused(issues []Issue) bool {
	for i := range issues {
		if issues[i].Severity == SeverityError {
			return true
		}
	}
	return false
}

// Summary is what Parse has to say about the whole file.
type Summary struct {
	Sheet     string         // the table that was read
	HeaderRow int            // where its heading stands
	Headings  []string       // all headings of that row, by column
	Rows      int            // rows that were judged
	Rejected  int            // rows with an error
	Repaired  int            // rows let through with a repair
	Warned    int            // rows let through with a warning
	Skipped   int            // rows that are no person: footers, examples, headings repeated
	Counts    map[string]int // how often each code was given
	Notes     []Issue        // unused columns and skipped rows; at most 100
}

const maxNotes = 100

func (s *Summary) note(row int, column, code, message string) {
	if len(s.Notes) < maxNotes {
		s.Notes = append(s.Notes, Issue{row, column, code, message, SeverityNote})
	}
}

func (s *Summary) add(issues []Issue) {
	s.Rows++
	var repaired, warned bool
	for i := range issues {
		s.Counts[issues[i].Code]++
		repaired = repaired || issues[i].Severity == SeverityRepaired
		warned = warned || issues[i].Severity == SeverityWarning
	}
	switch {
	case Refused(issues):
		s.Rejected++
		return
	case repaired:
		s.Repaired++
	}
	if warned {
		s.Warned++
	}
}

// What can be wrong with one cell, beyond what models says about names, documents, phones and certificates.
var (
	errMissing       = &models.ValueError{Code: "value_missing", Message: "这一格没有填写，请补上。"}
	errFault         = &models.ValueError{Code: "cell_fault", Message: "这一格是公式错误（如 #N/A），请改成实际内容。"}
	errNoResult      = &models.ValueError{Code: "formula_without_result", Message: "这一格是还没有计算结果的公式，请用 Excel 打开保存一次，或复制后“选择性粘贴”为数值。"}
	errBoolean       = &models.ValueError{Code: "cell_boolean", Message: "这一格是 TRUE 或 FALSE，请改成实际内容。"}
	errTooLong       = &models.ValueError{Code: "text_too_long", Message: "这一格文字太长（最多100个字），请缩短。"}
	errGarbled       = &models.ValueError{Code: "text_garbled", Message: "这一格有乱码，请用 Excel 重新填写，或另存为 .xlsx 后再上传。"}
	errDigitsLost    = &models.ValueError{Code: "digits_lost", Message: "表格软件把这一格当成数字，后几位已经丢失。请先把这一列的单元格格式设为“文本”，再重新填写。"}
	errLevel         = &models.ValueError{Code: "level_unknown", Message: "不认识这个技能等级，请填：五级/初级工、四级/中级工、三级/高级工、二级/技师、一级/高级技师、特级技师、首席技师或学徒工。"}
	errEndMissing    = &models.ValueError{Code: "end_date_missing", Message: "实习结束日期和毕业日期至少要填一个，请补上。"}
	errDateOrder     = &models.ValueError{Code: "date_order", Message: "实习结束日期早于实习开始日期，请核对。"}
	errDuplicateRow  = &models.ValueError{Code: "duplicate_row"}
	errDuplicateCert = &models.ValueError{Code: "certificate_duplicate"}

	warnMethod      = &models.ValueError{Code: "method_unknown", Message: "不认识这种评价方式，已留空，请对照模板中的选项填写。"}
	warnRegion      = &models.ValueError{Code: "region_unknown", Message: "不认识这个考点区划，已留空，请填写六位行政区划代码或地级市名称。"}
	warnFuture      = &models.ValueError{Code: "date_future", Message: "这个日期晚于今天，请核对。"}
	warnSharedPhone = &models.ValueError{Code: "shared_phone"}
	warnZeros       = &models.ValueError{Code: "document_trailing_zeros", Message: "证件号码以 000 结尾，可能是表格软件丢了后几位，请对照证件原件核对。"}

	repairedName     = &models.ValueError{Code: "name_repaired", Message: "已去掉姓名中的空格或改正了间隔号、全角字符。"}
	repairedDocument = &models.ValueError{Code: "document_repaired", Message: "已去掉证件号码中的空格、引号或改正了全角、小写字符。"}
	repairedNumber   = &models.ValueError{Code: "document_number_cell", Message: "证件号码存成了数字，位数完整，已按文本读取。"}
	repairedPhone    = &models.ValueError{Code: "phone_repaired", Message: "已去掉手机号码中的国家代码、空格或横线。"}
	repairedDate     = &models.ValueError{Code: "date_repaired", Message: "日期已改写为“年-月-日”的格式。"}
	repairedCode     = &models.ValueError{Code: "code_repaired", Message: "已改正编号中的空格、全角或小写字符。"}
)
