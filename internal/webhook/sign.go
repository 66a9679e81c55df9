// Package webhook signs messages as Standard Webhooks describes (standardwebhooks.com), and posts them to addresses that somebody typed in without
// being led into the network that it stands in.
package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// The headers of a message.
const (
	HeaderID        = "webhook-id"
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
)

const (
	prefix     = "whsec_"
	secretSize = 32
	minSecret  = 24 // bytes, by the specification
)

// NewSecret makes a signing secret as receivers are given it.
func NewSecret() string {
	b := make([]byte, secretSize)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	return prefix + base64.StdEncoding.EncodeToString(b)
}

// Sign gives one signature: v1 and the base64 of HMAC-SHA256 over id, time and body.
func Sign(secret, id string, at time.Time, body string) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, prefix))
	if err != nil || len(key) < minSecret {
		return "", errors.New("webhook: secret is not base64 of 24 bytes or more")
	}
	m := hmac.New(sha256.New, key)
	m.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "." + body))
	return "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil)), nil
}
