package rosterfile

import "huisheng/models"

// examplePrefix marks the examples of the template, which Parse passes over: nobody should write to a made-up person.
const examplePrefix = "示例"

// example is a made-up person by field. Documents have right check digits; the phones are from a block used for examples.
type example map[field]string

func examples(kind models.OrgKind) []example {
	switch kind {
	case models.OrgEnterprise:
		return []example{
			{
				fName: "张三", fDocType: "居民身份证", fDocument: "440100199001010015", fPhone: "13800000001", fDepartment: "装配车间", fPost: "电工", fOccupation: "电工", fOccupationCode: "6-31-01-03",
				fLevel: "四级/中级工", fCertificate: "Y000044000001264000001", fIssuedOn: "2026-05-20", fMethod: "考试", fAssessedOn: "2026-05-03",
			},
			{
				fName: "李四", fDocType: "居民身份证", fDocument: "44030020080615002X", fPhone: "13800000002", fDepartment: "维修车间", fPost: "钳工", fOccupation: "钳工", fOccupationCode: "6-20-01-01",
				fLevel: "五级/初级工", fCertificate: "Y000044000001265000002", fIssuedOn: "2026-05-20", fMethod: "过程化考核", fAssessedOn: "2026-05-03",
			},
		}
	case models.OrgSchool:
		return []example{
			{
				fName: "张三", fDocType: "居民身份证", fDocument: "44030020080615002X", fPhone: "13800000001", fStudentNo: "2023010001", fMajor: "电气自动化设备安装与维修", fClass: "23电气1班",
				fInternCompany: "示例制造有限公司", fInternPost: "电工", fInternStart: "2026-01-05", fInternEnd: "2026-06-30", fGraduatesOn: "2026-07-10", fLevel: "四级/中级工",
			},
			{
				fName: "李四", fDocType: "居民身份证", fDocument: "440100199001010015", fPhone: "13800000002", fStudentNo: "2023010002", fMajor: "数控加工", fClass: "23数控1班",
				fGraduatesOn: "2026-07-10",
			},
		}
	case models.OrgSocial:
		return []example{
			{
				fName: "张三", fDocType: "居民身份证", fDocument: "440100199001010015", fPhone: "13800000001", fOccupation: "中式烹调师", fOccupationCode: "4-03-02-01", fLevel: "四级/中级工",
				fCertificate: "S000044000002264000001", fIssuedOn: "2026-05-20", fExamSite: "示例培训学校", fExamRegion: "440100", fCourse: "中式烹调师（四级）培训",
			},
			{
				fName: "李四", fDocType: "居民身份证", fDocument: "44190019850228003X", fPhone: "13800000002", fOccupation: "养老护理员", fOccupationCode: "4-10-01-05", fLevel: "五级/初级工",
				fCertificate: "S000044000002265000002", fIssuedOn: "2026-05-20", fExamSite: "示例培训学校", fExamRegion: "441900", fCourse: "养老护理员（五级）培训",
			},
		}
	}
	return nil
}

// guide says for each column of the template how to fill it in.
func guide(columns []column, kind models.OrgKind) (lines [][2]string) {
	for _, c := range columns {
		text := fieldHelp(c.field)
		if c.required {
			text = "必填。" + text
		}
		if kind == models.OrgSchool && (c.field == fInternEnd || c.field == fGraduatesOn) {
			text = "实习结束日期和毕业日期至少填一个。" + text
		}
		lines = append(lines, [2]string{c.heading, text})
	}
	return append(lines,
		[2]string{"一人多证", "同一人考取多个职业或等级的，每个证书填一行；完全相同的行只保留一行。"},
		[2]string{"列的顺序", "可以调换列的顺序，也可以增加自己的列，系统用不到的列会被忽略。"},
		[2]string{"个人信息", "名册只用于向本人发送评价邀请，上传后加密保存。请勿把名册发到微信群等公开场合。"},
	)
}

func fieldHelp(f field) string {
	switch f {
	case fName:
		return "与证件上一致，不要加空格或备注。"
	case fDocType:
		return "不填视为居民身份证。港澳台居民和外国人请从下拉列表中选择。"
	case fDocument:
		return "按文本填写全部位数，末位 X 用大写。15位旧号码请改为18位。"
	case fPhone:
		return "本人的11位内地手机号码，用来接收评价邀请短信。"
	case fOccupation:
		return "按备案的职业（工种）名称填写，如：电工。"
	case fOccupationCode:
		return "《职业分类大典》中的编码，如 6-31-01-03；不清楚可以不填。"
	case fLevel:
		return "从下拉列表中选择；填 五级、初级工 或 5 也可以。"
	case fCertificate:
		return "职业技能等级证书上的编号，一般为22位；还没有发证可以不填。"
	case fMethod:
		return "从下拉列表中选择。"
	case fIssuedOn, fAssessedOn, fInternStart, fInternEnd, fGraduatesOn:
		return "写成 2026-05-03 这样的格式。"
	case fExamRegion:
		return "考点所在地的六位行政区划代码，如 440100（广州市）。"
	case fMajor:
		return "所学专业的全称。"
	case fInternCompany:
		return "实习单位的全称；没有实习可以不填。"
	}
	return "没有可以不填。"
}
