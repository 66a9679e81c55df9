package rosterfile

import (
	"strings"

	"huisheng/models"
)

// field is what a column means.
type field uint8

const (
	fName field = iota
	fDocType
	fDocument
	fPhone
	fDepartment
	fPost
	fOccupation
	fOccupationCode
	fLevel
	fIssuedOn
	fCertificate // after the level and the date it is compared with
	fMethod
	fAssessedOn
	fStudentNo
	fMajor
	fClass
	fInternCompany
	fInternPost
	fInternStart
	fInternEnd
	fGraduatesOn
	fExamSite
	fExamRegion
	fCourse
	fieldCount
)

// column is one column of a kind's roster.
type column struct {
	field    field
	heading  string // as templates write it
	synonyms []string
	required bool // the column must be there and every row must fill it
	hidden   bool // read if there, but not in the template
}

func nameColumn() column {
	return column{fName, "姓名", []string{"学生姓名", "职工姓名", "员工姓名", "考生姓名", "学员姓名", "参评人员姓名", "人员姓名", "名字"}, true, false}
}

func docTypeColumn() column {
	return column{fDocType, "证件类型", []string{"证件类别", "证件种类", "身份证件类型"}, false, false}
}

func documentColumn() column {
	return column{fDocument, "证件号码", []string{"身份证号", "身份证号码", "证件号", "身份证", "公民身份号码", "公民身份证号码", "居民身份证号码", "居民身份证号", "身份证件号码", "有效证件号码"}, true, false}
}

func phoneColumn() column {
	return column{fPhone, "手机号码", []string{"手机", "手机号", "联系电话", "电话", "联系手机", "移动电话", "电话号码", "联系方式", "本人手机号码", "本人手机号", "手机电话"}, true, false}
}

func occupationColumn(required, hidden bool) column {
	return column{fOccupation, "职业(工种)", []string{"工种", "职业", "职业名称", "申报职业", "职业工种名称", "工种名称", "认定职业", "评价职业", "申报职业(工种)", "职业/工种", "认定职业(工种)"}, required, hidden}
}

func occupationCodeColumn(hidden bool) column {
	return column{fOccupationCode, "职业编码", []string{"职业代码", "职业(工种)编码", "职业(工种)代码", "工种编码", "工种代码"}, false, hidden}
}

func levelColumn(required bool) column {
	return column{fLevel, "技能等级", []string{"等级", "级别", "认定等级", "职业技能等级", "申报等级", "申报级别", "评价等级", "证书等级", "职业等级"}, required, false}
}

func certificateColumn() column {
	return column{fCertificate, "证书编号", []string{"证书号", "证书号码", "职业技能等级证书编号", "技能等级证书编号", "等级证书编号", "证书编码"}, false, false}
}

func issuedColumn(hidden bool) column {
	return column{fIssuedOn, "发证日期", []string{"取证日期", "发证时间", "取证时间", "证书日期", "颁证日期", "证书核发日期", "核发日期"}, false, hidden}
}

// columnsOf lists the columns of a kind in the order of its template; nil for an unknown kind.
func columnsOf(kind models.OrgKind) []column {
	person := []column{nameColumn(), docTypeColumn(), documentColumn(), phoneColumn()}
	switch kind {
	case models.OrgEnterprise:
		return append(person,
			column{fDepartment, "部门", []string{"用工部门", "车间", "所在部门", "部门名称", "部门/车间", "所属部门", "用人部门"}, false, false},
			column{fPost, "岗位", []string{"工作岗位", "岗位名称", "职务", "职位"}, false, false},
			occupationColumn(true, false), occupationCodeColumn(false), levelColumn(true), certificateColumn(), issuedColumn(false),
			column{fMethod, "评价方式", []string{"认定方式", "评价方法", "考核方式", "评价类型"}, false, false},
			column{fAssessedOn, "评价日期", []string{"评价时间", "认定日期", "认定时间", "考核日期", "考试日期"}, false, false},
		)
	case models.OrgSchool:
		return append(person,
			column{fStudentNo, "学号", []string{"学籍号", "学生学号", "学号/学籍号"}, false, false},
			column{fMajor, "专业", []string{"专业名称", "所学专业", "就读专业"}, true, false},
			column{fClass, "班级", []string{"班级名称", "班别", "所在班级"}, false, false},
			column{fInternCompany, "实习单位", []string{"实习企业", "实习公司", "实习单位名称", "实习企业名称"}, false, false},
			column{fInternPost, "实习岗位", []string{"实习岗位名称", "实习工作岗位"}, false, false},
			column{fInternStart, "实习开始日期", []string{"实习开始时间", "实习起始日期", "实习起始时间", "实习开始"}, false, false},
			column{fInternEnd, "实习结束日期", []string{"实习结束时间", "实习截止日期", "实习截止时间", "实习结束", "实习终止日期"}, false, false},
			column{fGraduatesOn, "毕业日期", []string{"毕业时间", "预计毕业日期", "预计毕业时间"}, false, false},
			levelColumn(false), certificateColumn(), occupationColumn(false, true), occupationCodeColumn(true), issuedColumn(true),
		)
	case models.OrgSocial:
		return append(person,
			occupationColumn(true, false), occupationCodeColumn(false), levelColumn(true), certificateColumn(), issuedColumn(false),
			column{fExamSite, "考点", []string{"考试地点", "考场", "考点名称", "考试考点"}, false, false},
			column{fExamRegion, "考点区划", []string{"考点行政区划", "考点区划代码", "考点所在地", "考点所在市", "考点所在地区", "考点地区"}, false, false},
			column{fCourse, "课程名称", []string{"课程", "培训课程", "培训课程名称", "培训项目"}, false, false},
		)
	}
	return nil
}

// foldHeading makes two ways of writing a heading equal: *证件号码（必填）, 证件 号码, 证件号码：. full keeps what stands in brackets, as 职业(工种)
// needs it; short leaves it out, as 手机号码(必填) needs it.
func foldHeading(s string) (full, short string) {
	depth := 0
	var a, b strings.Builder
	for _, r := range models.FoldName(s) {
		switch {
		case strings.ContainsRune("([{【〔〖《「", r):
			depth++
		case strings.ContainsRune(")]}】〕〗》」", r):
			depth = max(0, depth-1)
		case strings.ContainsRune("*★☆※:：'\"“”‘’_-—·.。、\u200b\ufeff", r):
		default:
			a.WriteRune(r)
			if depth == 0 {
				b.WriteRune(r)
			}
		}
	}
	return trimHeading(a.String()), trimHeading(b.String())
}

func trimHeading(s string) string {
	s = strings.TrimLeft(s, "0123456789")
	for _, remark := range []string{"必填", "选填", "必填项", "选填项"} {
		s = strings.TrimSuffix(strings.TrimPrefix(s, remark), remark)
	}
	return s
}

// quietHeading is a column that nobody expects to be used, so nothing is said about it. The last two are RejectedWriter's own.
func quietHeading(folded string) bool {
	switch folded {
	case "", "序号", "编号", "备注", "性别", "年龄", rejectedLine, rejectedProblem:
		return true
	}
	return false
}
