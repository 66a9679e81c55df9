package models

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// Whatever a body holds, Validate says what is wrong or gives answers that it takes again unchanged: that is what a retry sends.
func FuzzAnswers(f *testing.F) {
	for _, s := range []string{
		`{"took_part":"yes","stars":5,"pay":"raised","rise":"low","months":3,"firm":"甲","comment":"好"}`, `{}`, `{"took_part":"no"}`, `{"stars":1e99}`,
		`{"took_part":null,"stars":4.5}`, `{"comment":"\u0000\u202e","took_part":[]}`, `{"firm":{"$gt":""},"nobody":1}`, `{"took_part":"yes","stars":"5"}`,
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	q := form()
	f.Fuzz(func(t *testing.T, raw string, wage bool) {
		var body map[string]any
		if json.Unmarshal([]byte(raw), &body) != nil {
			return
		}
		consents := Consents{Notice: "n1", Wage: wage}
		clean, errs := q.Validate(body, consents)
		if len(errs) > 0 {
			require.Nil(t, clean)
			for _, e := range errs {
				require.NotEmpty(t, e.Message)
				require.LessOrEqual(t, len(e.Field), 200, "a hostile body cannot buy a long reply")
			}
			return
		}
		again, errs := q.Validate(clean, consents)
		require.Empty(t, errs)
		require.Equal(t, Canonical(clean, consents), Canonical(again, consents))
		if !wage {
			require.NotContains(t, clean, "pay")
			require.NotContains(t, clean, "rise")
		}
	})
}

// What people type is taken and then taken again as it was stored, or refused with words.
func FuzzTypedFields(f *testing.F) {
	for _, s := range []string{"13800000001", "+86 138-0000-0001", "１３８００００００01", "张伟", "阿不都·热合曼", "Y000044000001265000001", "2026-11-25", "2026Q4", "AY2026", "R12-2026-11", "91440101MA5TE5T07H", "\xff", "=1+1", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for name, parse := range map[string]func(string) (string, error){
			"phone": ParsePhone, "name": ParsePersonName, "certificate": ParseCertificate,
			"date":   func(s string) (string, error) { d, err := ParseDate(s); return string(d), err },
			"period": func(s string) (string, error) { p, err := ParsePeriod(s); return p.Name, err },
			"uscc":   func(s string) (string, error) { code, _, err := ParseUSCC(s); return code, err },
		} {
			kept, err := parse(raw)
			if err != nil {
				require.NotEmpty(t, err.Error(), name)
				continue
			}
			require.True(t, utf8.ValidString(kept), "%s %q", name, kept)
			again, err := parse(kept)
			require.NoError(t, err, "%s %q", name, kept)
			require.Equal(t, kept, again, name)
		}
		require.NotPanics(t, func() { _, _ = MaskPhone(raw), MaskName(raw) })
	})
}
