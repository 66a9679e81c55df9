package channel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"huisheng/models"
)

// shelf is an outbox in memory, with the promises of Outbox; it can be made to fail.
type shelf struct {
	mu   sync.Mutex
	have map[models.DeliveryID]models.OutboxMessage
	err  error
}

func (s *shelf) Put(_ context.Context, m models.OutboxMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.have[m.ID] = m
	}
	return s.err
}

func (s *shelf) Find(_ context.Context, id models.DeliveryID) (models.OutboxMessage, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.have[id]
	return m, ok, s.err
}

func TestConsole(t *testing.T) {
	ctx := context.Background()
	logger, logged := captureLogs(t)
	box := &shelf{have: map[models.DeliveryID]models.OutboxMessage{}}
	s, err := New(Options{Channel: Console, Outbox: box, Log: logger, Now: func() time.Time { return testNow }})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Lookup(ctx, testMessage(), testNow); got != (models.Receipt{State: models.ReceiptNotFound, DeliveryID: "inv1:invite"}) {
		t.Errorf("before sending: %+v", got)
	}
	for range 2 {
		got := s.Send(ctx, testMessage())
		if got.Outcome != models.OutcomeSent || got.ProviderID != "inv1:invite" {
			t.Errorf("result %+v", got)
		}
		mustBeClean(t, got)
	}
	want := models.OutboxMessage{
		ID: "inv1:invite", To: testPhone, Channel: "console", Template: "INVITE", Text: testMessage().Text, Code: testCode,
		Link: "https://jnpj.example.cn/i/sekrit-token", Batch: "batch1", At: testNow,
	}
	if len(box.have) != 1 || box.have["inv1:invite"] != want {
		t.Errorf("outbox %+v", box.have)
	}
	if got := s.Lookup(ctx, testMessage(), testNow); got.State != models.ReceiptDelivered || !got.At.Equal(testNow) {
		t.Errorf("after sending: %+v", got)
	}
	mustBeClean(t, logged())
	if !strings.Contains(logged(), "inv1:invite") {
		t.Errorf("log does not name the delivery: %s", logged())
	}

	box.err = errors.New("write " + leaky)
	if got := s.Send(ctx, testMessage()); got.Outcome != models.OutcomeRetry {
		t.Errorf("outbox down: %+v", got)
	} else {
		mustBeClean(t, got)
	}
	if got := s.Lookup(ctx, testMessage(), testNow); got.State != models.ReceiptUnavailable {
		t.Errorf("outbox down: %+v", got)
	}
	mustBeClean(t, logged())
}

func fullConfig() Config {
	return Config{
		Aliyun:  AliyunConfig{AccessKeyID: "a", AccessKeySecret: "b", Endpoint: "dysmsapi.aliyuncs.com", Scheme: "https", Timeout: time.Second, ParamsIn: "body"},
		Tencent: TencentConfig{SecretID: "a", SecretKey: "b", AppID: "1", Region: "ap-guangzhou", Endpoint: "sms.tencentcloudapi.com", Scheme: "https", Timeout: time.Second},
		Gateway: GatewayConfig{URL: "https://sms.example.gov.cn/v1", KeyID: "k", Secret: testSecret, Timeout: time.Second},
	}
}

func TestNewByName(t *testing.T) {
	for _, name := range []string{Console, Aliyun, Tencent, Gateway} {
		s, err := New(Options{Channel: name, Signature: "广东技能评价", Config: fullConfig(), Outbox: &shelf{}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s.Name() != name {
			t.Errorf("%s is called %s", name, s.Name())
		}
		reader, pushes := s.(models.ReceiptReader)
		if pushes == (name == Console) {
			t.Errorf("%s reads receipts: %v", name, pushes)
		}
		if pushes && !json.Valid([]byte(reader.Acknowledgement())) {
			t.Errorf("%s acknowledges with %s", name, reader.Acknowledgement())
		}
	}
	for name, o := range map[string]Options{
		"HUISHENG_SMS_CHANNEL":   {Channel: "pigeon"},
		"needs an outbox":        {Channel: Console},
		"HUISHENG_SMS_SIGNATURE": {Channel: Aliyun, Config: fullConfig()},
		"HUISHENG_ALIYUN_":       {Channel: Aliyun, Signature: "x"},
	} {
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v does not name %s", err, name)
		}
	}
}

func TestValidateNamesTheVariable(t *testing.T) {
	for _, c := range []struct {
		channel, variable string
		breakIt           func(*Config)
	}{
		{Aliyun, "HUISHENG_ALIYUN_ACCESS_KEY_ID", func(c *Config) { c.Aliyun.AccessKeyID = " " }},
		{Aliyun, "HUISHENG_ALIYUN_ACCESS_KEY_SECRET", func(c *Config) { c.Aliyun.AccessKeySecret = "" }},
		{Aliyun, "HUISHENG_ALIYUN_ENDPOINT", func(c *Config) { c.Aliyun.Endpoint = "https://dysmsapi.aliyuncs.com" }},
		{Aliyun, "HUISHENG_ALIYUN_ENDPOINT", func(c *Config) { c.Aliyun.Endpoint = "" }},
		{Aliyun, "HUISHENG_ALIYUN_SCHEME", func(c *Config) { c.Aliyun.Scheme = "http" }},
		{Aliyun, "HUISHENG_ALIYUN_TIMEOUT", func(c *Config) { c.Aliyun.Timeout = 0 }},
		{Aliyun, "HUISHENG_ALIYUN_PARAMS_IN", func(c *Config) { c.Aliyun.ParamsIn = "header" }},
		{Tencent, "HUISHENG_TENCENT_SECRET_ID", func(c *Config) { c.Tencent.SecretID = "" }},
		{Tencent, "HUISHENG_TENCENT_SECRET_KEY", func(c *Config) { c.Tencent.SecretKey = "" }},
		{Tencent, "HUISHENG_TENCENT_APP_ID", func(c *Config) { c.Tencent.AppID = "" }},
		{Tencent, "HUISHENG_TENCENT_REGION", func(c *Config) { c.Tencent.Region = "" }},
		{Tencent, "HUISHENG_TENCENT_SCHEME", func(c *Config) { c.Tencent.Scheme = "ftp" }},
		{Gateway, "HUISHENG_GATEWAY_KEY_ID", func(c *Config) { c.Gateway.KeyID = "" }},
		{Gateway, "HUISHENG_GATEWAY_SECRET", func(c *Config) { c.Gateway.Secret = "short" }},
		{Gateway, "HUISHENG_GATEWAY_URL", func(c *Config) { c.Gateway.URL = "http://sms.example.gov.cn/v1" }},
		{Gateway, "HUISHENG_GATEWAY_URL", func(c *Config) { c.Gateway.URL = "sms.example.gov.cn" }},
		{Gateway, "HUISHENG_GATEWAY_URL", func(c *Config) { c.Gateway.URL = "https://u:p@sms.example.gov.cn" }},
		{Gateway, "HUISHENG_GATEWAY_TIMEOUT", func(c *Config) { c.Gateway.Timeout = -1 }},
	} {
		cfg := fullConfig()
		if err := cfg.Validate(c.channel); err != nil {
			t.Fatalf("%s: the full configuration is refused: %v", c.channel, err)
		}
		c.breakIt(&cfg)
		if err := cfg.Validate(c.channel); err == nil || !strings.Contains(err.Error(), c.variable) {
			t.Errorf("error %v does not name %s", err, c.variable)
		}
	}
	local := fullConfig()
	local.Aliyun.Scheme, local.Aliyun.Endpoint = "http", "127.0.0.1:8099"
	local.Gateway.URL, local.Gateway.AllowHTTP = "http://10.0.0.8/sms", true
	if err := errors.Join(local.Validate(Aliyun), local.Validate(Gateway)); err != nil {
		t.Errorf("http on this machine, and on a closed network when allowed: %v", err)
	}
}

func TestLoadConfig(t *testing.T) {
	t.Setenv("HUISHENG_ALIYUN_ACCESS_KEY_ID", "id")
	t.Setenv("HUISHENG_ALIYUN_ACCESS_KEY_SECRET", "top-secret-a")
	t.Setenv("HUISHENG_TENCENT_SECRET_KEY", "top-secret-t")
	t.Setenv("HUISHENG_GATEWAY_SECRET", "top-secret-g")
	t.Setenv("HUISHENG_GATEWAY_ALLOW_HTTP", "true")
	t.Setenv("HUISHENG_GATEWAY_TIMEOUT", "3s")
	c, err := LoadConfig()
	if err != nil {
		t.Fatal(err)
	}
	if c.Aliyun.AccessKeyID != "id" || c.Aliyun.AccessKeySecret != "top-secret-a" || c.Aliyun.Endpoint != "dysmsapi.aliyuncs.com" || c.Aliyun.Timeout != 10*time.Second ||
		c.Tencent.Endpoint != "sms.tencentcloudapi.com" || c.Tencent.Region != "ap-guangzhou" || !c.Gateway.AllowHTTP || c.Gateway.Timeout != 3*time.Second {
		t.Errorf("configuration %#v", c)
	}
	if err := c.Validate(Aliyun); err != nil {
		t.Errorf("defaults: %v", err)
	}
	var logs strings.Builder
	slog.New(slog.NewJSONHandler(&logs, nil)).Info("start", "config", c)
	slog.New(slog.NewTextHandler(&logs, nil)).Info("start", "config", c)
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), logs.String(), string(asJSON)} {
		if strings.Contains(text, "top-secret") {
			t.Errorf("a secret is printed: %s", text)
		}
	}
}

// Whatever a provider does, nothing of a message may reach the process's output: neither its own log, nor the standard
// library's, nor an SDK's.
func TestNothingIsPrinted(t *testing.T) {
	out := catchOutput(t, func() {
		for _, answer := range []want{
			{answer: says(500, leaky)},
			{answer: says(200, "<html>"+leaky)},
			{answer: says(200, `{"Code":"X","Message":"`+leaky+`"}`)},
			{answer: resets},
			{answer: halves},
			{answer: hangs},
		} {
			p := newProvider(t, answer.answer)
			for _, s := range []models.Sender{
				aliyunAt(p.host(), 100*time.Millisecond, testNow), tencentAt(t, p.host(), 100*time.Millisecond), gatewayAt(t, p.URL, 100*time.Millisecond),
			} {
				mustBeClean(t, s.Send(context.Background(), testMessage()), s.Lookup(context.Background(), testMessage(), testNow))
			}
		}
	})
	mustBeClean(t, out)
}

// catchOutput runs f with standard output, standard error and both standard loggers going into a file, and gives what was written.
func catchOutput(t *testing.T, f func()) string {
	t.Helper()
	file, err := os.Create(t.TempDir() + "/output")
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr, logger := os.Stdout, os.Stderr, slog.Default()
	os.Stdout, os.Stderr = file, file
	slog.SetDefault(slog.New(slog.NewTextHandler(file, &slog.HandlerOptions{Level: slog.LevelDebug})))
	log.SetOutput(file)
	defer func() {
		os.Stdout, os.Stderr = stdout, stderr
		slog.SetDefault(logger)
		log.SetOutput(stderr)
		_ = file.Close() // read back below, by name
	}()
	f()
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
