package channel

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// acs3 signs requests the way Alibaba Cloud calls V3 (ACS3-HMAC-SHA256). Written by hand because the official SDK draws in some
// fifteen packages and puts every parameter, phone numbers too, into the URL.
// https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
type acs3 struct {
	keyID  string
	secret string
}

// sign adds the common headers and the signature. The request's query must already be in canonical form; body is what it
// carries. Nonce must be new for every request.
func (s acs3) sign(r *http.Request, action, version string, body []byte, at time.Time, nonce string) {
	hash := hexSHA256(body)
	r.Header.Set("X-Acs-Action", action)
	r.Header.Set("X-Acs-Version", version)
	r.Header.Set("X-Acs-Date", at.UTC().Format("2006-01-02T15:04:05Z"))
	r.Header.Set("X-Acs-Signature-Nonce", nonce)
	r.Header.Set("X-Acs-Content-Sha256", hash)

	headers, names := canonicalHeaders(r)
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	request := strings.Join([]string{r.Method, path, r.URL.RawQuery, headers, names, hash}, "\n")
	toSign := "ACS3-HMAC-SHA256\n" + hexSHA256([]byte(request))
	r.Header.Set("Authorization", "ACS3-HMAC-SHA256 Credential="+s.keyID+",SignedHeaders="+names+
		",Signature="+hexHMAC(s.secret, toSign))
}

// canonicalHeaders gives the headers to be signed (host, content-type and all x-acs-), each on its line, and their names.
func canonicalHeaders(r *http.Request) (lines, names string) {
	values := map[string]string{"host": r.URL.Host}
	for name, v := range r.Header {
		name = strings.ToLower(name)
		if name == "content-type" || strings.HasPrefix(name, "x-acs-") {
			values[name] = strings.TrimSpace(strings.Join(v, ","))
		}
	}
	var sorted []string
	for name := range values {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	var b strings.Builder
	for _, name := range sorted {
		b.WriteString(name + ":" + values[name] + "\n")
	}
	return b.String(), strings.Join(sorted, ";")
}

// canonicalForm writes parameters sorted and percent-encoded by RFC 3986, which serves as a query and as a form body.
func canonicalForm(params map[string]string) string {
	pairs := make([]string, 0, len(params))
	for k, v := range params {
		pairs = append(pairs, percent(k)+"="+percent(v))
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// percent encodes by RFC 3986, which differs from Go's form encoding in the space only.
func percent(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func hexSHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func hexHMAC(key, text string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text)) // a hash never fails to write
	return hex.EncodeToString(mac.Sum(nil))
}
