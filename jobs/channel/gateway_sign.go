package channel

import (
	"crypto/hmac"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of the gateway protocol, in both directions.
const (
	headerKey       = "X-Huisheng-Key"
	headerTimestamp = "X-Huisheng-Timestamp"
	headerSignature = "X-Huisheng-Signature"
)

// gatewaySkew is how far the two clocks may differ; an older signature is a replay.
const gatewaySkew = 5 * time.Minute

// receiptsPath stands for the path in the signature of pushed receipts, because the gateway may see another path than we do
// when a proxy stands between.
const receiptsPath = "receipts"

// gatewaySignature signs method, path, time and the hash of the body, each on its line, as docs/gateway.md says.
func gatewaySignature(secret, method, path, timestamp string, body []byte) string {
	return hexHMAC(secret, strings.Join([]string{method, path, timestamp, hexSHA256(body)}, "\n"))
}

func signGateway(r *http.Request, keyID, secret string, body []byte, at time.Time) {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	r.Header.Set(headerKey, keyID)
	r.Header.Set(headerTimestamp, timestamp)
	r.Header.Set(headerSignature, gatewaySignature(secret, r.Method, r.URL.EscapedPath(), timestamp, body))
}

// verifyGateway checks a push of receipts. The errors say what is wrong and quote nothing.
func verifyGateway(h http.Header, body []byte, secret string, now time.Time) error {
	timestamp := h.Get(headerTimestamp)
	unix, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return errors.New("gateway push: no timestamp")
	}
	if age := now.Sub(time.Unix(unix, 0)); age > gatewaySkew || age < -gatewaySkew {
		return errors.New("gateway push: the timestamp is too far from our clock")
	}
	want := gatewaySignature(secret, http.MethodPost, receiptsPath, timestamp, body)
	if secret == "" || !hmac.Equal([]byte(want), []byte(h.Get(headerSignature))) {
		return errors.New("gateway push: wrong signature")
	}
	return nil
}
