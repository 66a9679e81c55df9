package models

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseCertificate(t *testing.T) {
	for _, c := range []struct {
		raw, want string
		err       error
	}{
		{"Y000044000001265000001", "Y000044000001265000001", nil},
		{" y0000 4400 0001 2650 0000 1 ", "Y000044000001265000001", nil},
		{"Ｙ000044000001265000001", "Y000044000001265000001", nil},
		{"1944001005400001", "1944001005400001", nil}, // 16 digits: a 职业资格证书 from before
		{"GDA44010026000000001", "GDA44010026000000001", nil},
		{"", "", ErrCertificateMissing},
		{"1.94E+15", "", ErrCertificateDigitsLost},
		{"无", "", ErrCertificateFormat},
		{"Y0000-1", "", ErrCertificateFormat},
		{"正在办理中没有编号", "", ErrCertificateFormat},
		{"ABCDEFGHIJ", "", ErrCertificateFormat},
		{"Y00004400000126500000100000000000", "", ErrCertificateFormat},
	} {
		t.Run(c.raw, func(t *testing.T) {
			got, err := ParseCertificate(c.raw)
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestCertificateWarnings(t *testing.T) {
	const no = "Y000044000001265000001"
	for _, c := range []struct {
		name, no, level string
		year            int
		province        string
		want            []*ValueError
	}{
		{"all agrees", no, "5", 2026, "44", nil},
		{"nothing to compare", no, "", 0, "", nil},
		{"level", no, "4", 2026, "44", []*ValueError{WarnCertificateLevel}},
		{"year", no, "5", 2025, "44", []*ValueError{WarnCertificateYear}},
		{"province", no, "5", 2026, "45", []*ValueError{WarnCertificateProvince}},
		{"letter", "X000044000001265000001", "5", 2026, "44", []*ValueError{WarnCertificateLetter}},
		{"several", "X000045000001254000001", "5", 2026, "44", []*ValueError{WarnCertificateLetter, WarnCertificateProvince, WarnCertificateYear, WarnCertificateLevel}},
		{"a letter for the level", "Y00004400000126T000001", "T", 2026, "44", nil},
		{"two letters", "YT0004400000126T000001", "T", 2026, "44", nil},
		{"16 digits", "1944001005400001", "5", 2026, "44", []*ValueError{WarnCertificateForm}},
		{"level zero", "Y000044000001260000001", "5", 2026, "44", []*ValueError{WarnCertificateForm}},
		{"the source's example has places left open", "Y000123XXXXXX195000001", "5", 2019, "", []*ValueError{WarnCertificateForm}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, CertificateWarnings(c.no, c.level, c.year, c.province))
		})
	}
}

func TestParseOccupationCode(t *testing.T) {
	for raw, want := range map[string]string{
		"6-31-01-03": "6-31-01-03", " 6－31－01－03 ": "6-31-01-03", "６—31–01−03": "6-31-01-03",
		"9-31-01-03": "", "0-31-01-03": "", "6-31-01": "", "6-31-1-3": "", "63101-0301": "", "6-31-01-0a": "", "电工": "", "": "",
	} {
		got, err := ParseOccupationCode(raw)
		require.Equal(t, want, got, raw)
		if want == "" {
			require.ErrorIs(t, err, ErrOccupationCode, raw)
		}
	}
}
