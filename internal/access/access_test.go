package access

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
)

type who struct {
	Name string `json:"n"`
	Exp  int64  `json:"exp"` // a payload must not be able to lengthen its own life
}

func TestRoundTripAndExpiry(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	s := New([]byte("key of operators"), "operator", func() time.Time { return now })
	token, err := Sign(s, who{Name: "某甲", Exp: 9_999_999_999}, 15*time.Minute)
	require.NoError(t, err)

	got, expires, err := Parse[who](s, token)
	require.NoError(t, err)
	require.Equal(t, "某甲", got.Name)
	require.True(t, expires.Equal(now.Add(15*time.Minute)))

	now = now.Add(15*time.Minute + time.Second)
	_, _, err = Parse[who](s, token)
	require.ErrorIs(t, err, ErrToken)
}

func TestForeignTokensAreRefused(t *testing.T) {
	key := []byte("one key for both")
	mine := New(key, "operator", time.Now)
	sign := func(m jwt.SigningMethod, key any, c jwt.MapClaims) string {
		s, err := jwt.NewWithClaims(m, c).SignedString(key)
		require.NoError(t, err)
		return s
	}
	good := func(change func(jwt.MapClaims)) jwt.MapClaims {
		c := jwt.MapClaims{"iss": "huisheng", "aud": "operator", "exp": time.Now().Add(time.Minute).Unix(), "p": who{Name: "x"}}
		change(c)
		return c
	}
	nothing := func(jwt.MapClaims) {}
	valid := sign(jwt.SigningMethodHS256, key, good(nothing))
	_, _, err := Parse[who](mine, valid)
	require.NoError(t, err, "the frame of this test itself is accepted")

	_, rest, _ := strings.Cut(valid, ".")
	bodyOnly, _, _ := strings.Cut(rest, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + bodyOnly + "."
	for name, token := range map[string]string{
		"another audience": sign(jwt.SigningMethodHS256, key, good(func(c jwt.MapClaims) { c["aud"] = "respondent" })),
		"another issuer":   sign(jwt.SigningMethodHS256, key, good(func(c jwt.MapClaims) { c["iss"] = "other" })),
		"no expiry":        sign(jwt.SigningMethodHS256, key, good(func(c jwt.MapClaims) { delete(c, "exp") })),
		"another key":      sign(jwt.SigningMethodHS256, []byte("another"), good(nothing)),
		"another method":   sign(jwt.SigningMethodHS384, key, good(nothing)),
		"alg none":         none,
		"cut":              valid[:len(valid)-2],
		"empty":            "",
	} {
		_, _, err := Parse[who](mine, token)
		require.ErrorIs(t, err, ErrToken, name)
	}
}

func BenchmarkParse(b *testing.B) {
	s := New([]byte("0123456789abcdef0123456789abcdef"), "respondent", time.Now)
	token, err := Sign(s, who{Name: "invitation"}, time.Hour)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Parse[who](s, token); err != nil {
			b.Fatal(err)
		}
	}
}
