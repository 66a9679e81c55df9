package channel

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Secret is a value that must not be printed: it formats as *** whatever the verb.
type Secret string

// String hides the value.
func (s Secret) String() string { return "***" }

// GoString hides the value from %#v.
func (s Secret) GoString() string { return "***" }

// MarshalText hides the value from JSON and from structured logs.
func (s Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

// Config holds the accounts of the providers. Only the part of the chosen channel is looked at.
type Config struct {
	Aliyun  AliyunConfig
	Tencent TencentConfig
	Gateway GatewayConfig
}

// AliyunConfig is an account of Aliyun's short message service (Dysmsapi).
type AliyunConfig struct {
	AccessKeyID     string        `env:"HUISHENG_ALIYUN_ACCESS_KEY_ID"`                               // of a RAM user with dysms:SendSms and dysms:QuerySendDetails only
	AccessKeySecret Secret        `env:"HUISHENG_ALIYUN_ACCESS_KEY_SECRET"`                           //
	Endpoint        string        `env:"HUISHENG_ALIYUN_ENDPOINT" envDefault:"dysmsapi.aliyuncs.com"` // host, or host:port
	Scheme          string        `env:"HUISHENG_ALIYUN_SCHEME" envDefault:"https"`                   // http is for tests on this machine only
	Timeout         time.Duration `env:"HUISHENG_ALIYUN_TIMEOUT" envDefault:"10s"`                    // of one call; the provider asks for 1 s at least
	ParamsIn        string        `env:"HUISHENG_ALIYUN_PARAMS_IN" envDefault:"body"`                 // body, or query should the API refuse a form: then phones stand in the URL, so keep proxies from logging it
}

// TencentConfig is an account and an application of Tencent Cloud's short message service.
type TencentConfig struct {
	SecretID  string        `env:"HUISHENG_TENCENT_SECRET_ID"`
	SecretKey Secret        `env:"HUISHENG_TENCENT_SECRET_KEY"`
	AppID     string        `env:"HUISHENG_TENCENT_APP_ID"` // SmsSdkAppId
	Region    string        `env:"HUISHENG_TENCENT_REGION" envDefault:"ap-guangzhou"`
	Endpoint  string        `env:"HUISHENG_TENCENT_ENDPOINT" envDefault:"sms.tencentcloudapi.com"`
	Scheme    string        `env:"HUISHENG_TENCENT_SCHEME" envDefault:"https"` // http is for tests on this machine only
	Timeout   time.Duration `env:"HUISHENG_TENCENT_TIMEOUT" envDefault:"10s"`
}

// GatewayConfig is a public body's own SMS gateway that speaks the protocol of docs/gateway.md.
type GatewayConfig struct {
	URL       string        `env:"HUISHENG_GATEWAY_URL"` // base, such as https://sms.example.gov.cn/huisheng/v1
	KeyID     string        `env:"HUISHENG_GATEWAY_KEY_ID"`
	Secret    Secret        `env:"HUISHENG_GATEWAY_SECRET"`     // at least 32 characters; also signs the receipts that the gateway pushes
	AllowHTTP bool          `env:"HUISHENG_GATEWAY_ALLOW_HTTP"` // for a closed network without TLS; phones then travel in the clear
	Timeout   time.Duration `env:"HUISHENG_GATEWAY_TIMEOUT" envDefault:"10s"`
}

// LoadConfig reads the providers' accounts from the environment; check it with Validate.
func LoadConfig() (Config, error) {
	var c Config
	if err := env.Parse(&c); err != nil {
		return Config{}, fmt.Errorf("environment: %w", err)
	}
	return c, nil
}

// Validate checks the part that a channel uses and names every variable that cannot be right, never its value.
func (c Config) Validate(channel string) error {
	var v checker
	switch channel {
	case Aliyun:
		v.need("HUISHENG_ALIYUN_ACCESS_KEY_ID", c.Aliyun.AccessKeyID)
		v.need("HUISHENG_ALIYUN_ACCESS_KEY_SECRET", string(c.Aliyun.AccessKeySecret))
		v.endpoint("HUISHENG_ALIYUN", c.Aliyun.Scheme, c.Aliyun.Endpoint)
		v.timeout("HUISHENG_ALIYUN_TIMEOUT", c.Aliyun.Timeout)
		if c.Aliyun.ParamsIn != "body" && c.Aliyun.ParamsIn != "query" {
			v.bad("HUISHENG_ALIYUN_PARAMS_IN must be body or query")
		}
	case Tencent:
		v.need("HUISHENG_TENCENT_SECRET_ID", c.Tencent.SecretID)
		v.need("HUISHENG_TENCENT_SECRET_KEY", string(c.Tencent.SecretKey))
		v.need("HUISHENG_TENCENT_APP_ID", c.Tencent.AppID)
		v.need("HUISHENG_TENCENT_REGION", c.Tencent.Region)
		v.endpoint("HUISHENG_TENCENT", c.Tencent.Scheme, c.Tencent.Endpoint)
		v.timeout("HUISHENG_TENCENT_TIMEOUT", c.Tencent.Timeout)
	case Gateway:
		v.need("HUISHENG_GATEWAY_KEY_ID", c.Gateway.KeyID)
		if len(c.Gateway.Secret) < 32 {
			v.bad("HUISHENG_GATEWAY_SECRET must have at least 32 characters")
		}
		v.base("HUISHENG_GATEWAY_URL", c.Gateway.URL, c.Gateway.AllowHTTP)
		v.timeout("HUISHENG_GATEWAY_TIMEOUT", c.Gateway.Timeout)
	}
	return errors.Join(v.errs...)
}

type checker struct{ errs []error }

func (v *checker) bad(text string) { v.errs = append(v.errs, errors.New(text)) }

func (v *checker) need(name, value string) {
	if strings.TrimSpace(value) == "" {
		v.bad(name + " must be set")
	}
}

func (v *checker) timeout(name string, d time.Duration) {
	if d <= 0 {
		v.bad(name + " must be a positive duration such as 10s")
	}
}

func (v *checker) endpoint(prefix, scheme, host string) {
	u, err := url.Parse("https://" + host)
	if err != nil || host == "" || u.Host != host {
		v.bad(prefix + "_ENDPOINT must be a host, or host:port")
		return
	}
	if scheme != "https" && (scheme != "http" || !loopback(u.Hostname())) {
		v.bad(prefix + "_SCHEME must be https; http is for this machine only")
	}
}

func (v *checker) base(name, raw string, allowHTTP bool) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		v.bad(name + " must be an absolute URL without user, query and fragment")
	case u.Scheme == "https", u.Scheme == "http" && (allowHTTP || loopback(u.Hostname())):
	default:
		v.bad(name + " must be https, or HUISHENG_GATEWAY_ALLOW_HTTP must be true")
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
