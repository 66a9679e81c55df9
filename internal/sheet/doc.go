// Package sheet reads tables that people made, one row at a time: Excel workbooks (xlsx, xlsm) and delimited text in the encodings met in
// China (UTF-8, GB18030, UTF-16). What a file is, its content decides, never its name.
//
// It has a reader of its own for worksheets because an import must know whether a cell holds a number or text: an identity number in a
// number cell has lost its last digits although it looks complete. It never writes to disk, so no personal data is left behind in temporary
// files, and its memory is bound by the limits in Options, not by what a file claims to hold.
//
// Writer is the counterpart: a workbook written as a stream, every cell as text, so that nothing in it can act as a formula.
package sheet
