package catalog

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const (
	participantFile = "questionnaires/ent_participant.yaml"
	enterpriseFile  = "indicators/enterprise.yaml"
	socialFile      = "indicators/social_org.yaml"
)

// breakage is one slip in the real data: in file, old becomes replacement, and reason is what the loader must say.
type breakage struct{ file, old, replacement, reason string }

var brokenQuestionnaires = []breakage{
	{participantFile, "id: fair", "id: relevant", `question "relevant" twice`},
	{participantFile, "value: three_or_more, zh", "value: two, zh", `question "raters": option value "two" twice`},
	{participantFile, "value: three_or_more, zh", "value: Three, zh", `question "raters": option value "Three" is not written like ^[a-z][a-z0-9_]*$`},
	{participantFile, "{question: pay_change, in: [raised]}", "{question: comment, in: [raised]}", `question "pay_rise": show_if names "comment", which is no earlier question`},
	{participantFile, "{question: pay_change, in: [raised]}", "{question: pay_change, in: [up]}", `question "pay_rise": show_if value "up" is no option of "pay_change"`},
	{participantFile, "{question: pay_change, in: [raised]}", "{question: pay_change, in: []}", `question "pay_rise": show_if lists no values`},
	{participantFile, `ends: ["no"]`, `ends: [never]`, `question "took_part" ends at "never", which is none of its options`},
	{participantFile, "en: Completely, score: 100", "en: Completely, score: 101", `question "relevant": option "fully": score 101 is not between 0 and 100`},
	{participantFile, "zh: 考的内容跟您平时干的活对得上吗？", "zh: 考的内容跟您平时在车间里干的活到底对得上对不上？", `question "relevant": text has 24 characters, at most 22`},
	{participantFile, "zh: 打分公平吗？", "zh: 打分公平吗(选填)？", `question "fair": brackets belong into the hint`},
	{participantFile, "zh: 打分公平吗？, en: Was the scoring fair?", "zh: 打分公平吗？", `question "fair": English text (en) is missing`},
	{participantFile, "zh: 网上能查到也算, en: Being able to look it up online counts", "zh: 网上能查到也算", `question "certificate" hint: English text (en) is missing`},
	{participantFile, "set: FAIR5", "set: FAIR6", `question "fair": set "FAIR6" does not exist`},
	{participantFile, "required: true", "requierd: true", `unknown field "requierd"`},
	{participantFile, `version: "1"`, `version: "1.2"`, `version "1.2" is not a whole number from 1`},
	{participantFile, "kind: enterprise", "kind: company", `kind "company" is unknown`},
	{participantFile, "consent: wage", "consent: money", `question "pay_change": consent "money" does not exist`},
	{participantFile, "type: band", "type: single", `question "pay_rise" has bounds (from, to) but is no band`},
	{participantFile, "type: text", "type: essay", `question "comment": type "essay" is unknown`},
	{participantFile, "from: 100, to: 300", "from: 300, to: 300", `question "pay_rise": option "from_100": a band needs from below to`},
	{participantFile, `feeds: ["alert:fee"]`, `feeds: [score]`, `question "charged" feeds score but has no scores`},
	{participantFile, `feeds: ["alert:fee"]`, `feeds: ["alert fee"]`, `question "charged": feed "alert fee" is not written like ^[a-z][a-z0-9_]*(:[a-z0-9_]+)?$`},
	{participantFile, "code: ENT_PARTICIPANT", "code: ENT_STAFF", "questionnaire ENT_STAFF version 1 is in another file too"},
	{"questionnaires/sch_intern.yaml", "max: 24", "max: many", "cannot unmarshal"},
	{"questionnaires/sch_graduate.yaml", "type: number", "type: number\n    required: true", `question "income_exact" asks for an exact wage; some who answer are under 18, so it must be optional and its hint tell them to skip it`},
	{"sets.yaml", "value: satisfied, zh: 满意, en: Satisfied", "value: satisfied, zh: 满意", `set "SAT5": option "satisfied": English text (en) is missing`},
	{"sets.yaml", "name: FAIR5", "name: SAT5", `set "SAT5" twice`},
}

var brokenIndicators = []breakage{
	{enterpriseFile, "id: E1b", "id: E1a", `indicator "E1a" twice`},
	{enterpriseFile, "id: E1b", "id: E1.b", `indicator "E1.b" is not written like ^[A-Z][0-9]+[a-z]?(_[a-z0-9_]+)?$`},
	{enterpriseFile, "unit: per_100", "unit: permille", `indicator "E4a": unit "permille" is unknown`},
	{enterpriseFile, "source: COMPUTED", "source: GUESSED", `indicator "E1a": source "GUESSED" is unknown`},
	{enterpriseFile, "question: plan_disclosed", "question: plan", `indicator "E1d_plan_disclosed": "plan" is no question of ENT_PARTICIPANT`},
	{enterpriseFile, "numerator: [three_or_more]", "numerator: [four]", `indicator "E1d_raters_ge3": numerator "four" is not in the denominator`},
	{enterpriseFile, "denominator: [received, not_yet]", "denominator: [received, lost]", `indicator "E1d_cert_delivered": denominator "lost" is no option of "certificate"`},
	{enterpriseFile, "questions: [relevant, fair, overall]", "questions: [relevant, charged]", `indicator "E1b": question "charged" has no scores`},
	{enterpriseFile, "name: dept_coverage", "name: coverage", `indicator "E3_coverage": builtin "coverage" is unknown`},
	{enterpriseFile, "questionnaire: ENT_STAFF", "questionnaire: ENT_BOSS", `indicator "E2a": questionnaire "ENT_BOSS" does not exist`},
	{enterpriseFile, "questionnaire: ENT_STAFF", "questionnaire: SOC_TRAINEE", `indicator "E2a": questionnaire "SOC_TRAINEE" is for social_org`},
	{enterpriseFile, "figure: headcount", "figure: heads", `indicator "E5": declared figure "heads" is unknown, missing or of no use`},
	{socialFile, "question: paid", "question: match", `indicator "O1_self_paying": "match" is no number question of SOC_TRAINEE`},
}

var brokenLists = []breakage{
	{"calendar.yaml", `"2024-02-18"`, `"2024-02-30"`, `date "2024-02-30" is not a day written 2006-01-02`},
	{"calendar.yaml", `"2026-02-28"`, `"2026-02-27"`, "make-up day 2026-02-27 is no Saturday or Sunday"},
	{"calendar.yaml", `"2026-02-16"`, `"2026-02-15"`, "day 2026-02-15 twice"},
	{"calendar.yaml", `"2026-02-16"`, `"2026-02-01"`, "day 2026-02-01 stands after 2026-02-15"},
	{"calendar.yaml", `"2026-01-04"`, `"2020-01-04"`, "day 2020-01-04 does not belong into the notice of 2026"},
	{"calendar.yaml", `covered_until: "2026-12-31"`, `covered_until: "2027-12-31"`, "2027 is said to be covered but has no notice"},
	{"templates.yaml", "填写反馈。", "填写问卷调查。", `template "INVITE" holds the forbidden words "问卷调查"`},
	{"templates.yaml", "填写反馈。", "填写反馈，谢谢。", `template "INVITE" takes 2 parts (71 characters) with its longest values, must be one (70)`},
	{"templates.yaml", "填写反馈。", "填写反馈{x}", `template "INVITE": text names [date site code x], params list [date site code]`},
	{"templates.yaml", "请勿告诉他人。", "可打13800000000。", `template "OTP" holds a mobile number`},
	{"templates.yaml", "signature: 广东技能评价", "signature: 粤", "signature has 1 characters, allowed are 2 to 12"},
	{"regions.yaml", `"440300"`, `"440305"`, `region "440305" is no city code of Guangdong (44xx00)`},
	{"regions.yaml", `"440300"`, `"440200"`, `region "440200" twice`},
	{"regions.yaml", "Shenzhen, at: [4, 4]", "Shenzhen", `region "440300": at says column and row on the map, as in [3, 2]`},
	{"regions.yaml", "Shenzhen, at: [4, 4]", "Shenzhen, at: [7, 4]", `region "440300" lies beside the map of 7 columns and 5 rows`},
	{"regions.yaml", "Zhongshan, at: [3, 3]", "Zhongshan, at: [4, 4]", `region "442000" lies on region "440300" on the map`},
	{"regions.yaml", "en: Shenzhen", `en: ""`, `region "440300": English text (en) is missing`},
	{"complaint_categories.yaml", "accept_days: 5", "accept_days: 0", `category "IDENTITY_FRAUD": days must be 1 ≤ look_days ≤ accept_days ≤ resolve_days`},
	{"complaint_categories.yaml", "kinds: [enterprise]", "kinds: [firm]", `category "PAY_NOT_HONOURED": kind "firm" is unknown`},
	{"subsidy_types.yaml", "code: LIVING_COST", "code: STARTUP_TRAINING", `subsidy type "STARTUP_TRAINING" twice`},

	{"texts/en.yaml", "It is valid for 5 minutes.", "It is valid for %s minutes.", `text "entry.otp.sent" fills in [%s %s], Chinese [%s]`},
	{"texts/en.yaml", "code: en", "code: de", `language "de" is not written like ^[a-z]{2,3}$, or not the file's name`},
	{"rounds.yaml", "questionnaire: SCH_GRADUATE", "questionnaire: SCH_LEAVER", `round "graduation": questionnaire "SCH_LEAVER" does not exist`},
	{"rounds.yaml", "template: INVITE_EMPLOYER", "template: INVITE_BOSS", `round "employer": template "INVITE_BOSS" does not exist`},
	{"rounds.yaml", "from: {months: 5}", "from: {months: 7}", `round "graduation": days must be from ≤ send ≤ until`},
	{"rounds.yaml", "until: {days: 30}, open_days: 30", "until: {days: 30}, open_days: 0", `round "trainee_claim": open_days must be 1 to 365`},
	{"rounds.yaml", "every: {months: 12}", "every: {months: -1}", `round "employer": every must lie ahead`},
	{"rounds.yaml", `contains: 深汕合作区, supervisor: "440300"`, `contains: 深汕合作区, supervisor: "440305"`, `site "深汕合作区": supervisor "440305" is no city code of Guangdong (44xx00)`},
	{"minimum_wages.yaml", `from: "2021-12-01"`, `from: "2025-12-01"`, "minimum wages from 2025-12-01 stand after those from 2025-03-01: the newest come first"},
	{"minimum_wages.yaml", "yuan: 2080", "yuan: 0", "a minimum wage of 0 yuan"},
	{"alerts.yaml", "flags: [subsidy]", "flags: [subsidies]", `alert "subsidy": no answer has the flag "subsidies"`},
	{"alerts.yaml", "code: intern_fee", "code: intern_pay", `alert "intern_pay" twice`},
	{"levels.yaml", "rank: 3", "rank: 4", `level "3": rank 4, but it stands in place 3`},
	{"levels.yaml", "synonyms: [四级, ", "synonyms: [五级, ", `level name "五级" is taken by number 2 of the list`},
	{"levels.yaml", `levels: ["5", "4", "3"]}`, `levels: ["5", "4", "9"]}`, `subtype "senior_tech_school": level "9" does not exist`},
}

// TestBrokenCopy breaks one line of the real data at a time and expects exactly one message, with that line.
func TestBrokenCopy(t *testing.T) {
	for _, tt := range slices.Concat(brokenQuestionnaires, brokenIndicators, brokenLists) {
		t.Run(tt.file+" "+tt.replacement, func(t *testing.T) {
			fsys := copyFiles(t)
			at := breakLine(t, fsys, tt.file, tt.old, tt.replacement)
			c, err := LoadFS(fsys)
			if err == nil || c != nil {
				t.Fatal("the broken copy was loaded")
			}
			got := HumanErrors(err)
			file := tt.file
			if strings.HasSuffix(tt.reason, "is in another file too") { // the second of the two files is to blame
				file, at = "questionnaires/ent_staff.yaml", 5
			}
			want := fmt.Sprintf("catalog/%s:%d: ", file, at)
			if len(got) != 1 || !strings.HasPrefix(got[0], want) || !strings.Contains(got[0], tt.reason) {
				t.Errorf("got  %s\nwant %s%s", strings.Join(got, "\n     "), want, tt.reason)
			}
		})
	}
}
