package models

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var documentDay = time.Date(2026, 11, 23, 10, 0, 0, 0, Shanghai())

func TestParseDocument(t *testing.T) {
	for _, c := range []struct {
		name, typ, raw string
		want           Document
		err            error
	}{
		{"the standard's example with X", "", "11010519491231002X", Document{DocResidentID, "11010519491231002X"}, nil},
		{"the standard's second example", "", "440524188001010014", Document{DocResidentID, "440524188001010014"}, nil},
		{"synthetic", "居民身份证", "440100199001010015", Document{DocResidentID, "440100199001010015"}, nil},
		{"synthetic with X", "resident_id", "44030020080615002X", Document{DocResidentID, "44030020080615002X"}, nil},
		{"synthetic of an old division", "", "44190019850228003X", Document{DocResidentID, "44190019850228003X"}, nil},
		{"synthetic end of century", "", "445200199912310043", Document{DocResidentID, "445200199912310043"}, nil},
		{"a small x", "", "44030020080615002x", Document{DocResidentID, "44030020080615002X"}, nil},
		{"full-width digits", "", "４４０１００１９９００１０１００１５", Document{DocResidentID, "440100199001010015"}, nil},
		{"spaces inside and out", "", " 440100 19900101\u00a00015\u3000", Document{DocResidentID, "440100199001010015"}, nil},
		{"a leading apostrophe", "", "'440100199001010015", Document{DocResidentID, "440100199001010015"}, nil},
		{"zero-width characters", "", "\ufeff440100199001010015\u200b", Document{DocResidentID, "440100199001010015"}, nil},
		{"an unknown division is accepted", "", withCheck("19999919900101001"), Document{DocResidentID, withCheck("19999919900101001")}, nil},
		{"wrong check digit", "", "440106199001011230", Document{}, ErrDocumentCheckDigit},
		{"no such day", "", withCheck("44010019900230001"), Document{}, ErrDocumentBirthDate},
		{"born tomorrow", "", withCheck("44010020261124001"), Document{}, ErrDocumentBirthDate},
		{"born today", "", withCheck("44010020261123001"), Document{DocResidentID, withCheck("44010020261123001")}, nil},
		{"born long ago", "", withCheck("44010012990101001"), Document{}, ErrDocumentBirthDate},
		{"15 digits", "", "440100900101001", Document{}, ErrDocumentOldForm},
		{"17 digits", "", "44010019900101001", Document{}, ErrDocumentFormat},
		{"19 digits", "", "4401001990010100155", Document{}, ErrDocumentFormat},
		{"X inside", "", "4401001990X1010015", Document{}, ErrDocumentFormat},
		{"scientific notation", "", "4.401E+17", Document{}, ErrDocumentDigitsLost},
		{"empty", "", " ", Document{}, ErrDocumentMissing},
		{"unknown type", "驾驶证", "440100199001010015", Document{}, ErrDocumentType},

		{"Hong Kong residence permit", "港澳居民居住证", withCheck("81000019900101001"), Document{DocHMTResidence, withCheck("81000019900101001")}, nil},
		{"Taiwan residence permit", "台湾居民居住证", withCheck("83000019900101001"), Document{DocHMTResidence, withCheck("83000019900101001")}, nil},
		{"a permit given as an identity card", "", withCheck("82000019900101001"), Document{DocHMTResidence, withCheck("82000019900101001")}, nil},
		{"an identity card given as a permit", "港澳居民居住证", "440100199001010015", Document{}, ErrDocumentMismatch},
		{"permanent residence of 2023", "外国人永久居留身份证", withCheck("91184019900101001"), Document{DocForeignPermanent, withCheck("91184019900101001")}, nil},
		{"permanent residence before", "外国人永久居留证", "can110190010101", Document{DocForeignPermanent, "CAN110190010101"}, nil},
		{"permanent residence before, type left out", "", "CAN110190010101", Document{}, ErrDocumentMismatch},
		{"Hong Kong pass", "港澳居民来往内地通行证", "h12345678", Document{DocHKMacaoPass, "H12345678"}, nil},
		{"Macao pass", "回乡证", "M12345678", Document{DocHKMacaoPass, "M12345678"}, nil},
		{"a pass of neither", "回乡证", "C12345678", Document{}, ErrDocumentFormat},
		{"a pass with the type left out", "", "H12345678", Document{}, ErrDocumentMismatch},
		{"Taiwan pass", "台胞证", "01234567", Document{DocTaiwanPass, "01234567"}, nil},
		{"Taiwan pass too short", "台胞证", "1234567", Document{}, ErrDocumentFormat},
		{"passport", "护照", "e12345678", Document{DocPassport, "E12345678"}, nil},
		{"passport without digits", "护照", "ABCDEFG", Document{}, ErrDocumentFormat},
		{"an identity number given as a passport", "护照", "440100199001010015", Document{}, ErrDocumentMismatch},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseDocumentAt(c.typ, c.raw, documentDay)
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.want, got)
		})
	}
}

func withCheck(first17 string) string { return first17 + string(documentCheck(first17)) }

func TestDocumentDayIsBeijings(t *testing.T) {
	// 2026-11-23 17:00 UTC is the 24th in Beijing: whoever was born on the 24th is born.
	_, err := ParseDocumentAt("", withCheck("44010020261124001"), time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC))
	require.NoError(t, err)
}

func TestDocumentMaskHidesTheProof(t *testing.T) {
	d := Document{DocResidentID, "440100199001010015"}
	require.Equal(t, "440100************", d.Mask())
	require.Equal(t, "0015", d.Tail(4))
	require.Equal(t, "010015", d.Tail(6))
	require.NotContains(t, d.Mask(), d.Tail(4))
	require.Equal(t, "H1*******", Document{DocHKMacaoPass, "H12345678"}.Mask())
	require.Equal(t, "H12345678", Document{DocHKMacaoPass, "H12345678"}.Tail(20))
	require.Empty(t, Document{}.Mask())
}

func TestDocumentTypesReadTheirOwnNames(t *testing.T) {
	for _, typ := range DocumentTypes() {
		for _, name := range []string{typ.Name(), string(typ), strings.ToUpper(string(typ))} {
			got, ok := ParseDocumentType(name)
			require.True(t, ok, name)
			require.Equal(t, typ, got)
		}
	}
	require.Empty(t, DocumentType("x").Name())
}

func TestValueErrorsCompareByCode(t *testing.T) {
	other := *ErrDocumentCheckDigit
	require.ErrorIs(t, &other, ErrDocumentCheckDigit)
	require.False(t, errors.Is(ErrDocumentCheckDigit, ErrDocumentFormat))
	require.Equal(t, "document_check_digit", ErrDocumentCheckDigit.Error())
}

func FuzzParseDocument(f *testing.F) {
	for _, s := range []string{"440100199001010015", "11010519491231002x", "４４０", "'1", "4.401E+17", "H12345678", "\xff", "1\u200b"} {
		f.Add("", s)
		f.Add("护照", s)
	}
	f.Fuzz(func(t *testing.T, typ, raw string) {
		d, err := ParseDocumentAt(typ, raw, documentDay)
		if err != nil {
			var v *ValueError
			require.ErrorAs(t, err, &v)
			require.NotEmpty(t, v.Message)
			return
		}
		again, err := ParseDocumentAt(string(d.Type), d.Number, documentDay)
		require.NoError(t, err, "what was accepted is accepted again")
		require.Equal(t, d, again)
		require.True(t, strings.HasSuffix(d.Mask(), "***"), "the end stays hidden")
	})
}
