package config

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every variable that can be set is described in config.example.env, and nothing else is.
func TestExampleListsEveryVariable(t *testing.T) {
	raw, err := os.ReadFile("../config.example.env")
	require.NoError(t, err)
	listed := map[string]bool{}
	for line := range strings.Lines(string(raw)) {
		if name, _, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "# "), "="); ok && name == strings.ToUpper(name) && !strings.Contains(name, " ") {
			listed[name] = true
		}
	}
	for _, name := range names(reflect.TypeOf(Config{})) {
		require.True(t, listed[name], "%s is not in config.example.env", name)
	}
}

func names(t reflect.Type) (list []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Type.Kind() == reflect.Struct {
			list = append(list, names(f.Type)...)
			continue
		}
		if name := f.Tag.Get("env"); name != "" {
			list = append(list, name)
		}
	}
	return list
}

func TestLoadNamesWhatIsWrong(t *testing.T) {
	t.Setenv("HUISHENG_ENV", "production")
	t.Setenv("HUISHENG_BASE_URL", "http://jnpj.example.cn")
	t.Setenv("HUISHENG_QUIET_HOURS", "late")
	t.Setenv("HUISHENG_DEMO_PASSWORD", "x")
	_, err := Load()
	for _, name := range []string{"HUISHENG_BASE_URL", "HUISHENG_SMS_CHANNEL", "HUISHENG_QUIET_HOURS", "HUISHENG_DEMO_PASSWORD"} {
		require.ErrorContains(t, err, name)
	}
}

func TestTrustedProxies(t *testing.T) {
	t.Setenv("HUISHENG_TRUSTED_PROXIES", "10.0.3.0/24,fd00:3::/64")
	c, err := Load()
	require.NoError(t, err)
	require.Len(t, c.TrustedProxies, 2)
	require.Equal(t, "10.0.3.0/24", c.TrustedProxies[0].String())
	t.Setenv("HUISHENG_TRUSTED_PROXIES", "everybody")
	_, err = Load()
	require.Error(t, err)
}

func TestDefaultsSuitAPerson(t *testing.T) {
	c, err := Load()
	require.NoError(t, err)
	require.Equal(t, "http://localhost:8080", c.BaseURL)
	require.Equal(t, "localhost:8080", c.SMS.Site)
	require.Equal(t, "none", c.SMS.QuietHours)
	t.Setenv("HUISHENG_ENV", "production")
	t.Setenv("HUISHENG_BASE_URL", "https://jnpj.example.cn/")
	t.Setenv("HUISHENG_SMS_CHANNEL", "gateway")
	c, err = Load()
	require.NoError(t, err)
	require.Equal(t, "20:00-09:00", c.SMS.QuietHours)
	require.Equal(t, "jnpj.example.cn", c.SMS.Site)
}

func TestParseQuiet(t *testing.T) {
	q, err := ParseQuiet("20:00-09:00")
	require.NoError(t, err)
	require.Equal(t, Quiet{From: 1200, To: 540}, q)
	q, err = ParseQuiet("none")
	require.NoError(t, err)
	require.Equal(t, q.From, q.To)
	_, err = ParseQuiet("20-9")
	require.Error(t, err)
}
