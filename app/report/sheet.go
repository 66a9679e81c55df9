package report

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"huisheng/internal/sheet"
	"huisheng/models"
)

// The sheets of an exported report.
const (
	sheetFigures = "指标"
	sheetOrgs    = "各机构"
	sheetQuality = "答卷质量"
	sheetWords   = "指标定义"
	sheetNotes   = "说明"
)

// WriteXLSX writes a report as a workbook for people: figures, organisations, quality, definitions, notes. An organisation gets its own figures with
// definitions and notes. It is recorded.
func (s *Service) WriteXLSX(ctx context.Context, p models.Principal, id models.ReportID, to io.Writer) (models.Report, error) {
	got, err := s.ready(ctx, p, id)
	if err != nil {
		return got.Report, err
	}
	if err := s.record(ctx, p, got.Report, models.AuditExport, map[string]string{"what": "xlsx"}); err != nil {
		return got.Report, err
	}
	if got.Released != nil {
		return got.Report, s.writeReleased(got, to)
	}
	return got.Report, s.writeWhole(ctx, got, to)
}

func (s *Service) writeWhole(ctx context.Context, got Reading, to io.Writer) error {
	body := got.Body
	names := []string{sheetFigures, sheetOrgs, sheetQuality, sheetWords, sheetNotes}
	if body.Org != "" {
		names = slices.Delete(names, 1, 2)
	}
	book, err := sheet.NewBook(to, names...)
	if err != nil {
		return err
	}
	b := workbook{book: book, defs: byID(body.Definitions)}
	b.figures(titleOf(body.Name, body.Kind, body.Period, body.Version), body.Items, true)
	if body.Org == "" {
		b.start([]int{34, 12, 26, 14, 14, 14, 12, 12, 14}, 1)
		b.row(headings("机构", "监管地区", "指标", "数值", "单位", "分子", "分母", "样本数", "去掉存疑后")...)
		err := s.store.StreamReportParts(ctx, body.ID, false, func(part *models.ReportPart) error {
			var said models.ReportPartBody
			if err := decode(part.Body, &said); err != nil || part.Empty {
				return err
			}
			b.org(s.regionName(said.Region), said)
			return b.err
		})
		if err != nil {
			return err
		}
	}
	b.quality(body.Quality, s.catalog.QualityRules())
	b.definitions(body.Definitions)
	b.notes(s.notesOf(got))
	return b.close()
}

// writeReleased is the workbook of an organisation's own report.
func (s *Service) writeReleased(got Reading, to io.Writer) error {
	r := got.Released
	book, err := sheet.NewBook(to, sheetFigures, sheetWords, sheetNotes)
	if err != nil {
		return err
	}
	defs := s.catalog.Indicators(r.Kind)
	b := workbook{book: book, defs: byID(defs)}
	b.figures(titleOf(r.Name, r.Kind, r.Period, r.Version), r.Items, false)
	b.definitions(defs)
	b.notes([][2]string{
		{"报告编号", string(r.ID)},
		{"生成时间", r.ComputedAt},
		{"为什么有的数字不显示", fmt.Sprintf("为了不让人猜出是谁填的，满%d人才显示，之后每多%d人更新一次，所以可能比实际少算最近几个人。", models.MinCell, models.MinCell)},
	})
	return b.close()
}

// workbook writes the sheets of a report and remembers the first error.
type workbook struct {
	book *sheet.Book
	defs map[string]models.IndicatorDefinition
	err  error
}

func (b *workbook) start(widths []int, frozen int) {
	if b.err == nil {
		b.err = b.book.Sheet(widths, frozen)
	}
}

func (b *workbook) row(cells ...sheet.Value) {
	if b.err == nil {
		b.err = b.book.Row(cells...)
	}
}

func (b *workbook) close() error {
	if b.err != nil {
		return b.err
	}
	return b.book.Close()
}

func headings(names ...string) []sheet.Value {
	cells := make([]sheet.Value, len(names))
	for i, n := range names {
		cells[i] = sheet.Heading(n)
	}
	return cells
}

func byID(defs []models.IndicatorDefinition) map[string]models.IndicatorDefinition {
	m := make(map[string]models.IndicatorDefinition, len(defs))
	for _, d := range defs {
		m[d.ID] = d
	}
	return m
}

// figures is the sheet of the report's own figures; full has what regulators see.
func (b *workbook) figures(title string, items []models.IndicatorValue, full bool) {
	b.start([]int{10, 32, 14, 16, 14, 14, 12, 12, 12, 30, 12, 14, 12}, 3)
	b.row(sheet.Title(title))
	b.row(sheet.Quiet("分子、分母和样本数都是原始计数；百分率保留两位小数。没有数值的格子，原因写在「备注」里。"))
	head := []string{"指标编号", "指标", "数值", "单位", "分子", "分母", "样本数", "95%区间下限", "95%区间上限", "备注"}
	if full {
		head = append(head, "存疑答卷", "去掉存疑后", "去掉后样本")
	}
	b.row(append(headings(head...), sheet.Heading("定义版本"))...)
	for _, v := range items {
		cells := []sheet.Value{
			sheet.Words(v.ID), sheet.Words(b.defs[v.ID].Title.Zh), sheet.Decimal(v.Value), sheet.Words(unitWords(v.Unit)), sheet.Decimal(v.Numerator),
			sheet.Decimal(v.Denominator), count(v.N), sheet.Decimal(v.Low), sheet.Decimal(v.High), sheet.Words(flagWords(v)),
		}
		if full {
			cells = append(cells, qualityCells(v.Quality)...)
		}
		b.row(append(cells, sheet.Words(v.Version))...)
	}
}

func count(n *int64) sheet.Value {
	if n == nil {
		return sheet.Value{}
	}
	return sheet.Whole(*n)
}

func qualityCells(q *models.ValueQuality) []sheet.Value {
	if q == nil {
		return []sheet.Value{sheet.Quiet("不适用"), {}, {}}
	}
	return []sheet.Value{sheet.Whole(q.Flagged), sheet.Decimal(q.CleanValue), sheet.Whole(q.CleanN)}
}

// org adds an organisation's figures, one row each.
func (b *workbook) org(region string, said models.ReportPartBody) {
	for _, v := range said.Items {
		clean := sheet.Value{}
		if v.Quality != nil {
			clean = sheet.Decimal(v.Quality.CleanValue)
		}
		b.row(sheet.Words(said.Name), sheet.Words(region), sheet.Words(v.ID+" "+b.defs[v.ID].Title.Zh), sheet.Decimal(v.Value), sheet.Words(unitWords(v.Unit)),
			sheet.Decimal(v.Numerator), sheet.Decimal(v.Denominator), count(v.N), clean)
	}
}

func (b *workbook) quality(q models.Quality, rules []models.QualityRule) {
	b.start([]int{30, 12, 80}, 3)
	b.row(sheet.Title("答卷质量"))
	b.row(sheet.Words(fmt.Sprintf("共 %d 份答卷，%d 份存疑。存疑的没有删除，照样计入每个指标；一份可以有几个原因。", q.Judged, q.Flagged)))
	b.row(headings("原因", "份数", "说明")...)
	for _, r := range rules {
		b.row(sheet.Words(r.Text.Zh), sheet.Whole(q.Reasons[r.Code]), sheet.Quiet(r.Hint.Zh))
	}
}

func (b *workbook) definitions(defs []models.IndicatorDefinition) {
	b.start([]int{10, 28, 8, 12, 44, 36, 36, 36, 60}, 1)
	b.row(headings("指标编号", "指标", "版本", "单位", "算法", "分子", "分母", "不算", "依据（粤技服〔2021〕17号）")...)
	for _, d := range defs {
		b.row(sheet.Words(d.ID), sheet.Words(d.Title.Zh), sheet.Words(d.Version), sheet.Words(unitWords(string(d.Unit))), sheet.Words(d.Formula.Zh),
			sheet.Words(d.Numerator.Zh), sheet.Words(d.Denominator.Zh), sheet.Words(d.Exclusions.Zh), sheet.Words(d.NoticeSentence))
	}
}

func (b *workbook) notes(lines [][2]string) {
	b.start([]int{24, 100}, 1)
	b.row(headings("项目", "内容")...)
	for _, l := range lines {
		b.row(sheet.Words(l[0]), sheet.Words(l[1]))
	}
}

// notesOf says what a report was computed from and how it can be checked.
func (s *Service) notesOf(got Reading) [][2]string {
	b := got.Body
	in := b.Inputs
	lines := [][2]string{
		{"报告编号", string(b.ID)},
		{"范围", b.Name},
		{"时期", b.Period + "（" + b.Start[:10] + " 至 " + b.End[:10] + "，不含最后一日）"},
		{"数据截止", b.Cut},
		{"生成时间", b.ComputedAt},
		{"版本", strconv.Itoa(b.Version)},
	}
	if b.Replaces != "" {
		lines = append(lines, [2]string{"取代的报告", string(b.Replaces)})
	}
	lines = append(lines, [][2]string{
		{"机构数", strconv.Itoa(b.Orgs)},
		{"原始数据", fmt.Sprintf("%d 个批次，邀请 %d 人，送达或打开 %d 人，答卷 %d 份，部门评价 %d 份，评价记录 %d 条（%d 人），受理投诉 %d 件，其中属实或部分属实 %d 件，申报数据 %d 项",
			in.Batches, in.People, in.Reached, in.Responses, in.Ratings, in.Records, in.Persons, in.Accepted, in.Substantiated, in.Declared)},
		{"内容摘要（SHA-256）", got.Hash},
		{"定义版本", b.Catalog},
		{"怎样核对", "在平台的报告页点「核对」，或在服务器上运行 huisheng verify report " + string(b.ID) + "。程序会从原始数据重新计算，并说明是否一致。"},
		{"之后的变化", "报告生成后不再改动。之后收到的答卷、更正和撤回只进入以后的报告。"},
	}...)
	return lines
}

func (s *Service) regionName(code string) string {
	if r, ok := s.catalog.Region(code); ok {
		return r.Name
	}
	return code
}

func titleOf(name string, kind models.OrgKind, period string, version int) string {
	return fmt.Sprintf("%s %s %s 评价指标报告（第%d版）", name, kindWords(kind), period, version)
}

func kindWords(k models.OrgKind) string {
	switch k {
	case models.OrgEnterprise:
		return "企业"
	case models.OrgSchool:
		return "院校"
	case models.OrgSocial:
		return "社会培训评价组织"
	}
	return string(k)
}

func unitWords(u string) string {
	switch models.IndicatorUnit(u) {
	case models.UnitPercent:
		return "%"
	case models.UnitScore:
		return "分（满分100）"
	case models.UnitPer100:
		return "件/百人次"
	case models.UnitYuan:
		return "元"
	case models.UnitCount:
		return "人（次）"
	}
	return u
}

// flagWords says what to bear in mind with a figure, or why there is none.
func flagWords(v models.IndicatorValue) string {
	words := map[string]string{
		models.FlagLowSample: "样本少，只供参考", models.FlagSuppressed: "人数太少，不显示", models.FlagNoFigure: "缺少申报数据",
		models.FlagOrMore: "或更多", models.FlagOldVersion: "部分按以前的定义计算",
	}
	var out []string
	for _, f := range v.Flags {
		if w, ok := words[f]; ok {
			out = append(out, w)
		}
	}
	if v.Value == nil && len(out) == 0 {
		out = append(out, "没有数据")
	}
	return strings.Join(out, "；")
}

// FileName is what an exported report is called.
func FileName(r models.Report, ext string) string {
	return fmt.Sprintf("%s-%s-%s-第%d版-%s.%s", r.Name, kindWords(r.Kind), r.Period, r.Version, r.ComputedAt.In(models.Shanghai()).Format(time.DateOnly), ext)
}
