package rosterfile

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"huisheng/internal/sheet"
	"huisheng/models"
)

const benchRows = 100_000

// BenchmarkParse reads, judges and compares every cell of 100 000 rows of 13 columns.
func BenchmarkParse(b *testing.B) {
	data := bigBook(b, benchRows)
	b.ReportAllocs()
	for b.Loop() {
		r, err := sheet.Open(bytes.NewReader(data), int64(len(data)), "", sheet.Options{})
		require.NoError(b, err)
		s, err := Parse(context.Background(), r, models.OrgEnterprise, testOptions(), func(Row, []Issue) error { return nil })
		require.NoError(b, err)
		require.Equal(b, benchRows, s.Rows)
		require.Zero(b, s.Rejected)
	}
}

// BenchmarkExcelize only reads the same file with excelize's stream, as the measure to compare with.
func BenchmarkExcelize(b *testing.B) {
	data := bigBook(b, benchRows)
	b.ReportAllocs()
	for b.Loop() {
		f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: 256 << 20, UnzipXMLSizeLimit: 128 << 20, RawCellValue: true})
		require.NoError(b, err)
		rows, err := f.Rows("名册")
		require.NoError(b, err)
		n := 0
		for rows.Next() {
			_, err := rows.Columns()
			require.NoError(b, err)
			n++
		}
		require.Equal(b, benchRows+1, n)
		require.NoError(b, rows.Close())
		require.NoError(b, f.Close())
	}
}
