package sheet

import (
	"errors"
	"io"

	"huisheng/models"
)

// What can be wrong with a whole file. All say what to do; none repeats the file's content.
var (
	ErrTooLarge    = models.NewError(models.KindTooLarge, "file_too_large", "文件太大，请拆成几个文件分别上传。", "The file is too large; please split it.")
	ErrTooManyRows = models.NewError(models.KindTooLarge, "too_many_rows", "表格行数太多，请拆成几个文件分别上传。", "The table has too many rows; please split it.")
	ErrEmpty       = models.NewError(models.KindInvalid, "file_empty", "文件是空的，请检查后重新上传。", "The file is empty.")
	ErrOldExcel    = models.NewError(models.KindInvalid, "file_old_excel", "这是旧版 Excel 文件（.xls），请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。", "This is an old Excel file (.xls); please save it as .xlsx.")
	ErrEncrypted   = models.NewError(models.KindInvalid, "file_encrypted", "文件设了打开密码，请取消密码后再上传。", "The file is protected by a password; please remove it.")
	ErrOtherSheet  = models.NewError(models.KindInvalid, "file_other_spreadsheet", "不支持这种表格格式，请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。", "This spreadsheet format is not supported; please save it as .xlsx.")
	ErrWebPage     = models.NewError(models.KindInvalid, "file_web_page", "这个文件其实是网页或 XML，不是 Excel 工作簿，请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。", "This is a web page or XML, not a workbook; please save it as .xlsx.")
	ErrNotTable    = models.NewError(models.KindInvalid, "file_not_table", "这不是表格文件，请上传 .xlsx 或 .csv 文件。", "This is not a table; please upload an .xlsx or .csv file.")
	ErrBroken      = models.NewError(models.KindInvalid, "file_broken", "文件已损坏或不完整，请用 Excel 或 WPS 打开确认，重新保存后再上传。", "The file is damaged or incomplete; please open it, save it again and retry.")
	ErrEncoding    = models.NewError(models.KindInvalid, "file_encoding", "看不懂文件的文字编码，请另存为“CSV UTF-8”或 .xlsx 后再上传。", "The text encoding is unknown; please save as CSV UTF-8 or .xlsx.")
	ErrCellTooLong = models.NewError(models.KindInvalid, "cell_too_long", "有一格的文字太长，或引号没有配对，请检查后再上传。", "A cell is too long, or a quote is not closed.")
)

// broken keeps our own errors and the reader's failures apart from what the file itself did wrong.
func broken(err error) error {
	var known *models.Error
	if errors.As(err, &known) {
		return known
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return ErrBroken.Because(err)
}
