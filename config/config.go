// Package config reads the environment once, at the start, into one value that is passed down and never global.
package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Config is everything a process can be told from outside. Durations are written like 30s, 5m, 24h.
type Config struct {
	Addr     string `env:"HUISHENG_ADDR" envDefault:":8080"`                 // where serve listens
	Env      string `env:"HUISHENG_ENV" envDefault:"dev"`                    // dev or production
	BaseURL  string `env:"HUISHENG_BASE_URL"`                                // what phones can reach; links and QR codes are made from it. Empty: http://localhost and the port of HUISHENG_ADDR, dev only
	LogLevel string `env:"HUISHENG_LOG_LEVEL" envDefault:"info"`             // debug, info, warn, error
	KeysFile string `env:"HUISHENG_KEYS_FILE" envDefault:".local/keys.json"` // made on first use in dev; production must name an existing file

	KeysPoll time.Duration `env:"HUISHENG_KEYS_POLL" envDefault:"5s"` // how often a process looks whether the key file was changed; SIGHUP makes it look at once

	OTPRequired bool `env:"HUISHENG_OTP_REQUIRED"` // regulators must log in with a second factor, and an initial password opens nothing but its own change; always so in production

	TrustedProxies []netip.Prefix `env:"HUISHENG_TRUSTED_PROXIES"` // whose X-Forwarded-For is believed, such as 10.0.3.0/24; empty: nobody's

	// WebhookPrivate are the private networks that webhooks may reach, such as 10.20.0.0/16, there also by http; empty: the public Internet alone.
	WebhookPrivate []netip.Prefix `env:"HUISHENG_WEBHOOK_PRIVATE"`

	MongoURI string `env:"MONGODB_URI" envDefault:"mongodb://127.0.0.1:27017"`
	Database string `env:"HUISHENG_DATABASE" envDefault:"huisheng"`
	RedisURL string `env:"REDIS_URL" envDefault:"redis://127.0.0.1:6379/0"`

	SMS SMS

	BatchDays     int           `env:"HUISHENG_BATCH_DAYS" envDefault:"30"`       // how long a batch stays open, natural days
	ReminderDays  []int         `env:"HUISHENG_REMINDER_DAYS" envDefault:"3,10"`  // days after opening on which those who have not answered are reminded
	JobInterval   time.Duration `env:"HUISHENG_JOB_INTERVAL" envDefault:"1s"`     // how often a worker looks for due work by itself, without any wake-up
	LeaseDuration time.Duration `env:"HUISHENG_LEASE" envDefault:"30s"`           // how long a worker may hold a message or a batch before others take over
	AuditSettle   time.Duration `env:"HUISHENG_AUDIT_SETTLE" envDefault:"20m"`    // how old a request's audit entry is before its outcome, unless known, is called unknown
	SessionIdle   time.Duration `env:"HUISHENG_SESSION_IDLE"`                     // how long a login on the desk may lie unused; empty: 30m in production, 12h in dev
	DemoPassword  string        `env:"HUISHENG_DEMO_PASSWORD"`                    // password of the seeded demo accounts, dev only
	ClockForward  time.Duration `env:"HUISHENG_CLOCK_FORWARD" envDefault:"0s"`    // sets this process's own clock wrong, to try that the database's counts; dev only
	BodyLimit     int           `env:"HUISHENG_BODY_LIMIT" envDefault:"67108864"` // largest request body in bytes (roster files); routes have smaller limits of their own
}

// SMS is how messages go out.
type SMS struct {
	Channel     string        `env:"HUISHENG_SMS_CHANNEL" envDefault:"console"`  // console, aliyun, tencent or gateway
	Signature   string        `env:"HUISHENG_SMS_SIGNATURE" envDefault:"广东技能评价"` // between 【 and 】, as approved by the provider
	Site        string        `env:"HUISHENG_SMS_SITE"`                          // the constant short address in messages, such as jnpj.example.cn; empty: from the base URL
	QuietHours  string        `env:"HUISHENG_QUIET_HOURS"`                       // such as 20:00-09:00 (Beijing time); "none" for none. Empty: 20:00-09:00 in production, none in dev
	DailyCap    int           `env:"HUISHENG_SMS_DAILY_CAP" envDefault:"1"`      // messages per number and day, one-time codes not counted
	MonthlyCap  int           `env:"HUISHENG_SMS_MONTHLY_CAP" envDefault:"6"`    // messages per number in 30 days
	Workers     int           `env:"HUISHENG_SMS_WORKERS" envDefault:"4"`        // how many messages one worker process sends at once
	SettleAfter time.Duration `env:"HUISHENG_SMS_SETTLE" envDefault:"10m"`       // how long a provider must not know a message of unknown fate before it is sent again
	Templates   string        `env:"HUISHENG_SMS_TEMPLATES"`                     // the provider's template ids: INVITE=SMS_1,REMIND=SMS_2,OTP=SMS_3
}

// Load reads and checks the environment. Errors name the variable.
func Load() (Config, error) {
	var c Config
	if err := env.Parse(&c); err != nil {
		return Config{}, fmt.Errorf("environment: %w", err)
	}
	c.fillIn()
	return c, c.Validate()
}

// Production says whether this is a production deployment, where nothing may be left at an unsafe default.
func (c Config) Production() bool { return c.Env == "production" }

func (c *Config) fillIn() {
	c.OTPRequired = c.OTPRequired || c.Production()
	if c.SessionIdle == 0 {
		c.SessionIdle = 12 * time.Hour
		if c.Production() {
			c.SessionIdle = 30 * time.Minute
		}
	}
	if c.BaseURL == "" && !c.Production() {
		c.BaseURL = "http://localhost" + c.Addr[max(strings.LastIndex(c.Addr, ":"), 0):]
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	if c.SMS.Site == "" {
		if u, err := url.Parse(c.BaseURL); err == nil {
			c.SMS.Site = u.Host
		}
	}
	if c.SMS.QuietHours == "" {
		c.SMS.QuietHours = "none"
		if c.Production() {
			c.SMS.QuietHours = "20:00-09:00"
		}
	}
}

// Validate names every variable that cannot be right.
func (c Config) Validate() error {
	p := problems{}
	p.check(c.Env == "dev" || c.Env == "production", "HUISHENG_ENV", "must be dev or production")
	u, err := url.Parse(c.BaseURL)
	p.check(err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https"),
		"HUISHENG_BASE_URL", "must be the address that phones reach, such as https://jnpj.example.cn")
	_, err = ParseQuiet(c.SMS.QuietHours)
	p.check(err == nil, "HUISHENG_QUIET_HOURS", "must be written like 20:00-09:00, or none")
	p.check(c.BatchDays >= 1 && c.BatchDays <= 365, "HUISHENG_BATCH_DAYS", "must be 1 to 365")
	p.check(c.SMS.DailyCap >= 1 && c.SMS.MonthlyCap >= 1 && c.SMS.Workers >= 1, "HUISHENG_SMS_*_CAP, HUISHENG_SMS_WORKERS", "must be at least 1")
	p.check(c.SMS.SettleAfter >= time.Second, "HUISHENG_SMS_SETTLE", "must be at least 1s")
	p.check(c.JobInterval >= 10*time.Millisecond && c.LeaseDuration >= time.Second, "HUISHENG_JOB_INTERVAL, HUISHENG_LEASE", "must be at least 10ms and 1s")
	p.check(c.AuditSettle >= 15*time.Minute || !c.Production() && c.AuditSettle >= time.Second, "HUISHENG_AUDIT_SETTLE", "must be at least 15m, because an upload may take ten (1s in dev)")
	p.check(c.SessionIdle >= 5*time.Minute && c.SessionIdle <= 7*24*time.Hour, "HUISHENG_SESSION_IDLE", "must be 5m to 168h")
	p.check(c.KeysPoll >= 10*time.Millisecond && c.KeysPoll <= 20*time.Second, "HUISHENG_KEYS_POLL", "must be 10ms to 20s")
	if c.Production() {
		c.validateProduction(&p)
	}
	return errors.Join(p...)
}

// validateProduction refuses what is fine on a developer's machine and dangerous elsewhere.
func (c Config) validateProduction(p *problems) {
	p.check(strings.HasPrefix(c.BaseURL, "https://"), "HUISHENG_BASE_URL", "must be https in production")
	p.check(c.SMS.Channel != "console", "HUISHENG_SMS_CHANNEL", "console sends nothing; production needs aliyun, tencent or gateway")
	p.check(c.ClockForward == 0, "HUISHENG_CLOCK_FORWARD", "is for dev only")
	p.check(c.DemoPassword == "", "HUISHENG_DEMO_PASSWORD", "is for dev only")
}

// problems collects what is wrong, so that all of it can be mended at once.
type problems []error

func (p *problems) check(ok bool, name, why string) {
	if !ok {
		*p = append(*p, fmt.Errorf("%s: %s", name, why))
	}
}

// Quiet is the part of the day, in minutes after midnight Beijing time, in which no message but a one-time code goes out. From may be
// later than To: the night. From equal to To means never quiet.
type Quiet struct{ From, To int }

// ParseQuiet reads "20:00-09:00" or "none".
func ParseQuiet(s string) (Quiet, error) {
	if s == "none" || s == "" {
		return Quiet{}, nil
	}
	from, to, ok := strings.Cut(s, "-")
	f, err1 := time.Parse("15:04", from)
	t, err2 := time.Parse("15:04", to)
	if !ok || err1 != nil || err2 != nil {
		return Quiet{}, errors.New("must be written like 20:00-09:00, or none")
	}
	return Quiet{From: f.Hour()*60 + f.Minute(), To: t.Hour()*60 + t.Minute()}, nil
}

// TemplateIDs reads Templates into a map from our template code to the provider's id.
func (s SMS) TemplateIDs() map[string]string {
	ids := map[string]string{}
	for _, pair := range strings.Split(s.Templates, ",") {
		if code, id, ok := strings.Cut(strings.TrimSpace(pair), "="); ok {
			ids[code] = id
		}
	}
	return ids
}
